// Looks at what `npm pack` would publish: everything a user needs is in, nothing else is. Needs a fresh dist/.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const unpackedLimitBytes = 5_000_000;

const required = [
  ['the command', /^dist\/cli\/main\.js$/],
  ['the library, its matcher and its reporter, with types', /^dist\/(index|vitest|vitest-reporter)\.d\.ts$/],
  ['the licence', /^LICENSE$/],
  ['the readme', /^README\.md$/],
  ['the changelog', /^CHANGELOG\.md$/],
  ['at least one scenario', /^scenarios\/.+\.(yaml|json|ts)$/],
  ['the JSON Schema for editors', /^schema\/.+\.json$/],
];
const allowed = /^(dist\/.+\.(js|d\.ts)|scenarios\/.+|schema\/.+\.json|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
/** Every entry of the package in use; the last line must be an error. */
const CONSUMER = `
import { run, type Run } from 'trialrun';
import { propertiesFile } from 'trialrun/vitest';
import type { TrialReporterOptions } from 'trialrun/vitest-reporter';
import { expect } from 'vitest';
export const result: Run = run({ faults: [{ kind: 'kill', target: 1, at: '2s' }] });
export const options: TrialReporterOptions = { out: '' };
expect({ producerProperties: propertiesFile('producer.properties') }).toHold('no-acknowledged-loss', { seeds: 5 });
// @ts-expect-error there is no such guarantee
expect({}).not.toHold('no-loss');
`;
const tests = /\.test\.|(^|\/)fixtures\//;

const [pack] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
);
const paths = pack.files.map(({ path }) => path);
const problems = [];

for (const [what, pattern] of required) {
  if (!paths.some((path) => pattern.test(path))) problems.push(`${what} is missing (nothing matches ${pattern})`);
}
for (const path of paths) {
  if (!allowed.test(path) || tests.test(path)) problems.push(`${path} does not belong in the package`);
}
if (pack.unpackedSize > unpackedLimitBytes) problems.push(`${pack.unpackedSize} bytes unpacked, more than ${unpackedLimitBytes}`);
if (paths.includes('dist/cli/main.js')) {
  const main = `${root}dist/cli/main.js`;
  if (!readFileSync(main, 'utf8').startsWith('#!/usr/bin/env node\n'))
    problems.push('dist/cli/main.js does not start with #!/usr/bin/env node');
  try {
    accessSync(main, constants.X_OK);
  } catch {
    problems.push('dist/cli/main.js is not executable (run npm run build)');
  }
}
if (/"resolved": "https?:/.test(readFileSync(`${root}package-lock.json`, 'utf8'))) {
  problems.push('package-lock.json names a registry host: run npm install with omit-lockfile-registry-resolved=true');
}

problems.push(...consumerProblems());

for (const problem of problems) console.error(`package: ${problem}`);
if (problems.length === 0) console.log(`package: ${paths.length} files, ${Math.round(pack.unpackedSize / 1000)} kB unpacked`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** What the compiler says of a project that uses the package, as Node and as bundlers resolve it. */
function consumerProblems() {
  const folder = mkdtempSync(join(tmpdir(), 'trialrun-consumer-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'trialrun'));
    symlinkSync(join(root, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const resolutions = [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ];
    return resolutions.flatMap((options) => {
      const words = [tsc, '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', ...options, 'consumer.ts'];
      const { status, stdout } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      return status === 0 ? [] : [`a project with ${options.join(' ')} does not compile: ${stdout.trim()}`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
