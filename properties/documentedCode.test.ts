import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedCode, testFileOf } from './documentedCode.js';
import { installTrialrun, repository, runVitest } from './exampleProject.js';

const examples = documentedCode();
const folder = mkdtempSync(join(tmpdir(), 'documented-code-'));

beforeAll(() => {
  cpSync(join(repository, 'examples', 'orders-service', 'config'), join(folder, 'config'), { recursive: true });
  installTrialrun(folder);
  mkdirSync(join(folder, 'examples'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(
    join(folder, 'vitest.config.js'),
    'export default { test: { testTimeout: 60_000, isolate: false, fileParallelism: false } };\n',
  );
  examples.forEach((example, i) => writeFileSync(join(folder, 'examples', `${nameOf(example.source, i)}.test.ts`), testFileOf(example)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function nameOf(source: string, i: number): string {
  return `${String(i).padStart(2, '0')}-${source.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`;
}

/** What the compiler says of the project; empty when nothing is wrong. */
function compiled(): Promise<string> {
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const words = [tsc, '--noEmit', '--strict', '--target', 'ES2022', '--module', 'nodenext', '--types', 'node'];
  const files = examples.map(({ source }, i) => join('examples', `${nameOf(source, i)}.test.ts`));
  return new Promise((resolve) => execFile(process.execPath, [...words, ...files], { cwd: folder }, (_, stdout) => resolve(stdout)));
}

describe('the code that docstrings and documents show', () => {
  it('is there for every function and class that the library exports', () => {
    const shown = examples.map(({ code }) => code).join('\n');
    for (const name of [
      'check',
      'defineScenario',
      'historyOf',
      'parseScenario',
      'replayText',
      'reportOf',
      'resultsOf',
      'run',
      'scenarioText',
      'shrink',
      'storyOf',
      'TrialrunError',
    ])
      expect(shown).toMatch(new RegExp(`\\b${name}\\b`));
    expect(examples.length).toBeGreaterThan(12);
  });

  it('gives what it says when it is run against the package', async () => {
    const { exitCode, output } = await runVitest(folder);
    expect(exitCode, output).toBe(0);
  });

  it('compiles against the types of the package', async () => {
    expect(await compiled()).toBe('');
  });
});
