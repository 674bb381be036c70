// Compiles src/ into dist/ with plain tsc: one file per module, so that worker entry files keep stable paths.
//
// Runs on `npm ci` too (as `prepare`), so that `npx trialrun` works in a fresh clone. The first `npx trialrun` makes npm run
// `prepare` once more: with --if-stale nothing is compiled when dist/ is newer than everything it is made from.
// The new dist/ is built beside the old one and swapped in, so that a running command never sees half of it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const command = join(dist, 'cli', 'main.js');

/** Newest change below src/ (folders too, so that a removed file counts) and to the compiler's settings, in milliseconds. */
function newestInputMs() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => !path.endsWith('.test.ts'));
  const inputs = [
    'src',
    ...sources.map((path) => join('src', path)),
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tools/build.js',
  ];
  return Math.max(...inputs.map((path) => statSync(join(root, path)).mtimeMs));
}

function build() {
  const startedAt = new Date();
  const fresh = join(root, 'node_modules', '.cache', `trialrun-dist-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh], { stdio: 'inherit' });
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  if (existsSync(command)) {
    chmodSync(command, 0o755);
    // The command's time says which sources dist/ is made from; after an error it is old, so that the next build runs.
    const builtFrom = compiled.status === 0 ? startedAt : new Date(0);
    utimesSync(command, builtFrom, builtFrom);
  }
  return compiled.status ?? 1;
}

if (!existsSync(join(root, 'src', 'cli', 'main.ts'))) {
  console.error('build: skipped, src/cli/main.ts does not exist yet');
} else if (!process.argv.includes('--if-stale') || !existsSync(command) || statSync(command).mtimeMs < newestInputMs()) {
  process.exitCode = build();
}
