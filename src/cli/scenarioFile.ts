/** Scenario files from the disk: YAML, JSON or TypeScript, all under one schema, every problem with its place. */
import { existsSync, readdirSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { grouped } from '../report/numbers.js';
import { problemText } from '../scenario/Problem.js';
import { parseScenario, parseScenarioObject, type ParseResult } from '../scenario/parse.js';
import type { Found, Scenario } from '../scenario/Scenario.js';
import { nearest } from '../scenario/nearest.js';
import { badFile, CliError, messageOf } from './CliError.js';
import { EXIT } from './exitCodes.js';
import { readUserFile } from './files.js';
import { complaint } from './output.js';

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** What a saved counterexample claims; null for a file that somebody wrote. */
  readonly found: Found | null;
  /** False: changed since it was saved. */
  readonly intact: boolean;
  readonly path: string;
}

const MOST_PROBLEMS = 12;
/** A thousand times what anybody writes by hand; reading more as YAML would take minutes, only to say that it is none. */
const MOST_CHARACTERS = 4_000_000;

/** @param path a file, a folder of a failing run, or the name (or its beginning) of a scenario that Trialrun comes with. @throws CliError 65. */
export async function loadScenario(path: string): Promise<LoadedScenario> {
  const file = findScenario(path);
  const parsed = await parse(file);
  if (parsed.ok) return { scenario: parsed.scenario, found: parsed.found, intact: parsed.intact, path: file };
  const shown = parsed.problems.slice(0, MOST_PROBLEMS).map(problemText);
  const more = parsed.problems.length - shown.length;
  throw new CliError(EXIT.badFile, [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

async function parse(file: string): Promise<ParseResult> {
  const extension = extname(file).toLowerCase();
  const text = readUserFile(file, 'a scenario');
  if (text.length > MOST_CHARACTERS)
    throw badFile(`${file} is no scenario: it has ${grouped(text.length)} characters`, 'give the scenario.yaml of a run, or its folder');
  if (!['.ts', '.mts', '.js', '.mjs'].includes(extension)) return parseScenario(text, file);
  let module: { default?: unknown };
  try {
    const { createJiti } = await import('jiti');
    module = await createJiti(import.meta.url, { interopDefault: false }).import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw badFile(
      `${file} cannot be loaded: ${messageOf(error).replaceAll(/\s+/g, ' ')}`,
      'a TypeScript scenario exports the scenario object as its default',
    );
  }
  if (module.default === undefined)
    throw badFile(`${file} has no default export`, 'write: export default { … } with the fields of a scenario file');
  return parseScenarioObject(module.default, file);
}

/** Says that a saved failure is no longer what was saved. */
export function warnEdited(path: string): void {
  process.stderr.write(
    `${complaint('note:')} ${path} was edited or cut short since it was saved (its digest does not match); this is another run\n`,
  );
}

/** The scenarios that come with Trialrun. */
export function scenariosFolder(): string {
  return fileURLToPath(new URL('../../scenarios', import.meta.url));
}

/** Every scenario file under a folder, by name. */
export function scenarioFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json|ts)$/.test(name) && !/\.(test|d)\.ts$|schema\.json$/.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(folder, name));
}

function findScenario(path: string): string {
  if (existsSync(join(path, 'scenario.yaml'))) return join(path, 'scenario.yaml');
  if (existsSync(path)) return path;
  const shipped = scenarioFiles(scenariosFolder());
  const wanted = shortName(path);
  const exact = shipped.filter((file) => shortName(file) === wanted);
  const candidates = exact.length > 0 ? exact : shipped.filter((file) => shortName(file).startsWith(wanted));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return relative('', only) || only;
  const names = shipped.map(shortName);
  const near = nearest(wanted, names);
  if (candidates.length > 1)
    throw badFile(`${path} is the beginning of several names`, `write one of ${candidates.map(shortName).join(', ')}`);
  const list = '`npx trialrun scenarios` lists those that come with Trialrun';
  throw badFile(`${path}: no such scenario`, near === undefined ? `give the path of a file; ${list}` : `did you mean ${near}? (${list})`);
}

function shortName(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.(ya?ml|json|ts)$/, '');
}
