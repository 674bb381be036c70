/** The checkers themselves on trial: each is made blind, and its own tests must turn red. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { BlindChecker } from './results.js';

/** Modules that report violations, each with its tests beside it. */
export function checkerModules(): string[] {
  return ['src/check/guarantees', 'src/check/invariants'].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file}`)
      .filter((module) => readFileSync(module, 'utf8').includes('.violated(')),
  );
}

/** The test of its name; of a part of other checkers, those of the ones in its folder that import it. */
function testsOf(module: string): string[] {
  const own = testBeside(module);
  if (existsSync(own)) return [own];
  const imported = `/${basename(module, '.ts')}.js'`;
  return readdirSync(dirname(module))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `${dirname(module)}/${file}`)
    .filter((other) => readFileSync(other, 'utf8').includes(imported))
    .map(testBeside)
    .filter((test) => existsSync(test));
}

function testBeside(module: string): string {
  return module.replace(/\.ts$/, '.test.ts');
}

/** Runs the tests of a checker that sees nothing. A checker without tests of its own has none that could fail. */
export function tryBlind(module: string): BlindChecker {
  const tests = testsOf(module);
  if (tests.length === 0) return { type: 'blind', module, failed: 0, passed: 0 };
  const vitest = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    env: { ...process.env, TRIALRUN_BLIND_CHECKER: module },
    encoding: 'utf8',
  });
  const counts = /^(\d+) passed, (\d+) failed/m.exec(vitest.stdout);
  if (counts === null) throw new Error(`the tests of ${module} did not run: ${vitest.stderr.slice(0, 500)}`);
  return { type: 'blind', module, failed: Number(counts[2]), passed: Number(counts[1]) };
}
