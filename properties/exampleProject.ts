/** A copy of the example project, with Trialrun installed as from its package, and its own vitest run in a child process. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('..', import.meta.url));

/** Makes `folder` a project that has Trialrun and everything that this repository has installed; nothing comes from a registry. */
export function installTrialrun(folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const entry of readdirSync(join(repository, 'node_modules'))) {
    if (!entry.startsWith('.') && entry !== 'trialrun') symlinkSync(join(repository, 'node_modules', entry), join(modules, entry));
  }
  for (const part of ['dist', 'scenarios', 'schema', 'package.json'])
    cpSync(join(repository, part), join(modules, 'trialrun', part), { recursive: true });
}

/** @param env more of it. @returns exit code and everything that was printed. */
export function runVitest(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: number; readonly output: string }> {
  // What tells the outer vitest's workers who they are would confuse the inner one.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|TEST$|NODE_ENV$|GITHUB_|FORCE_COLOR$)/.test(name));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(repository, 'node_modules', 'vitest', 'vitest.mjs'), 'run'],
      { cwd: folder, env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env }, maxBuffer: 10_000_000 },
      (error, stdout, stderr) => resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}
