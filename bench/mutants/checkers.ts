/** The checkers themselves on trial: a fault is put into each, and its own tests must turn red. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { compareText } from '../../src/explore/seedOrder.js';
import { checkerFaults, type CheckerFault } from '../../tools/checkerMutant.js';
import type { CheckerTrial } from './results.js';

const FOLDERS = ['src/check/guarantees', 'src/check/invariants', 'src/check/jepsen', 'src/check/jepsen/anomalies'];

export interface FaultyChecker {
  readonly fault: CheckerFault;
  readonly module: string;
}

/** Every module that reports violations, once with each fault that it can have; a module's tests are beside it. */
export function faultyCheckers(): FaultyChecker[] {
  const modules = FOLDERS.flatMap((folder) => sourcesIn(folder).map((file) => `${folder}/${file}`));
  return modules.flatMap((module) => checkerFaults(readFileSync(module, 'utf8')).map((fault) => ({ fault, module })));
}

function sourcesIn(folder: string, recursive = false): string[] {
  const files = readdirSync(folder, { recursive, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort(compareText);
}

/** The test of its name; of a part of other checkers, those of the ones in its folder or below that import it. */
function testsOf(module: string): string[] {
  const own = testBeside(module);
  if (existsSync(own)) return [own];
  const folder = dirname(module);
  const imported = `/${basename(module, '.ts')}.js'`;
  return sourcesIn(folder, true)
    .map((file) => `${folder}/${file}`)
    .filter((other) => readFileSync(other, 'utf8').includes(imported))
    .map(testBeside)
    .filter((test) => existsSync(test));
}

function testBeside(module: string): string {
  return module.replace(/\.ts$/, '.test.ts');
}

/** Runs the tests of a checker with a fault. A checker without tests of its own has none that could fail. */
export function tryFault({ fault, module }: FaultyChecker): CheckerTrial {
  const tests = testsOf(module);
  if (tests.length === 0) return { type: 'checker', fault, module, failed: 0, passed: 0 };
  const vitest = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    env: { ...process.env, TRIALRUN_CHECKER_MUTANT: `${fault} ${module}` },
    encoding: 'utf8',
  });
  const counts = /^(\d+) passed, (\d+) failed/m.exec(vitest.stdout);
  if (counts === null) throw new Error(`the tests of ${module} did not run: ${vitest.stderr.slice(0, 500)}`);
  return { type: 'checker', fault, module, failed: Number(counts[2]), passed: Number(counts[1]) };
}
