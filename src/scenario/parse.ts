/**
 * Reads a scenario: YAML or JSON text, or an object from a TypeScript file, to a normalized scenario or to a list of problems, each with its
 * place and its remedy. Never throws for what somebody wrote.
 */
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { crossChecks } from './crossChecks.js';
import { scenarioDigest } from './digest.js';
import { normalize } from './normalize.js';
import type { LocatedProblem, PathStep, Problem } from './Problem.js';
import type { Found, Scenario } from './Scenario.js';
import { blankClients, scenarioSchema } from './schema.js';
import { shapeProblems } from './shapeProblems.js';

export type ParseResult =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      /** Where a saved counterexample came from; null for a scenario that somebody wrote. */
      readonly found: Found | null;
      /** False: the scenario is not the one that was saved (edited by hand, or cut short). True without `found`. */
      readonly intact: boolean;
    }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] };

/** Beyond this, aliases of aliases would fill the memory. */
const MAX_ALIASES = 100;

/** @param file how the user calls the text, for messages. */
export function parseScenario(text: string, file: string): ParseResult {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: 'core', uniqueKeys: true });
  const locate = (problem: Problem): LocatedProblem => ({ ...problem, file, ...place(lineCounter, offsetOf(document, problem)) });
  const error = document.errors[0];
  if (error !== undefined) {
    // Only the first: what follows is mostly its consequence.
    const atEnd = error.pos[0] >= text.trimEnd().length;
    const isJson = file.toLowerCase().endsWith('.json');
    const ownRemedy = isJson ? 'a value, comma, quote or bracket is missing or too many' : syntaxRemedy(error.code);
    const remedy = atEnd ? 'close every quote, bracket and brace; the file may have been cut short' : ownRemedy;
    const found = { path: [], atKey: false, message: isJson ? 'this is no valid JSON' : firstLine(error.message), remedy };
    return { ok: false, problems: [{ ...found, file, ...place(lineCounter, error.pos[0]) }] };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    const found = { path: [], atKey: false, message: 'aliases that multiply each other', remedy: 'write the values out instead' };
    return { ok: false, problems: [locate(found)] };
  }
  return readObject(value, locate);
}

/** The same for a scenario that is an object already. */
export function parseScenarioObject(value: unknown, file: string): ParseResult {
  return readObject(value, (problem) => ({ ...problem, file, line: 0, column: 0 }));
}

function readObject(value: unknown, locate: (problem: Problem) => LocatedProblem): ParseResult {
  if (value === null || value === undefined) {
    const empty = { path: [], atKey: false, message: 'the scenario is empty', remedy: 'write at least a name' };
    return { ok: false, problems: [locate(empty)] };
  }
  const parsed = scenarioSchema.safeParse(value);
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error.issues, value).map(locate) };
  const scenario = normalize(parsed.data, blankClients());
  const problems = [...untimedFaults(parsed.data.faults), ...crossChecks(scenario)];
  if (problems.length > 0) return { ok: false, problems: problems.map(locate) };
  const found = parsed.data.found ?? null;
  return { ok: true, scenario, found, intact: found === null || found.digest === scenarioDigest(scenario) };
}

function untimedFaults(faults: readonly Record<string, unknown>[]): Problem[] {
  return faults.flatMap((fault, i) =>
    fault['at'] === undefined && fault['on'] === undefined
      ? [{ path: ['faults', i], atKey: false, message: 'the fault never begins', remedy: 'write at: and a time, or on: and an event' }]
      : [],
  );
}

// ---------------------------------------------------------------- places

function place(lineCounter: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lineCounter.linePos(offset);
  return { line, column: col };
}

/** Where the path's value (or key) begins; the nearest part of the path that exists when it does not. */
function offsetOf(document: Document, problem: Problem): number {
  const { path } = problem;
  if (problem.atKey) {
    const key = keyOffset(document, path);
    if (key !== undefined) return key;
  }
  for (let length = path.length; length > 0; length--) {
    const steps = path.slice(0, length);
    const node = document.getIn(steps, true) as { range?: [number, number, number] | null } | undefined;
    if (node?.range !== undefined && node.range !== null) return node.range[0];
    const key = keyOffset(document, steps);
    if (key !== undefined) return key;
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: readonly PathStep[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const wanted = String(path[path.length - 1]);
  for (const pair of parent.items) {
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === wanted) return pair.key.range?.[0];
  }
  return undefined;
}

// ---------------------------------------------------------------- syntax

function firstLine(message: string): string {
  const line = message.split('\n')[0] as string;
  return line.replace(/ at line \d+, column \d+:?$/, '').replace(/:$/, '');
}

function syntaxRemedy(code: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'keep one of them';
    case 'BAD_INDENT':
    case 'TAB_AS_INDENT':
      return 'indent with spaces, the same number for keys of one level';
    case 'MISSING_CHAR':
      return 'close every quote, bracket and brace';
    default:
      return 'correct the YAML (or JSON) here';
  }
}
