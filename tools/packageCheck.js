// Looks at what `npm pack` would publish: everything a user needs is in, nothing else is. Needs a fresh dist/.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const unpackedLimitBytes = 5_000_000;

const required = [
  ['the command', /^dist\/cli\/main\.js$/],
  ['the licence', /^LICENSE$/],
  ['the readme', /^README\.md$/],
  ['the changelog', /^CHANGELOG\.md$/],
  ['at least one scenario', /^scenarios\/.+\.(yaml|json|ts)$/],
  ['the JSON Schema for editors', /^schema\/.+\.json$/],
];
const allowed = /^(dist\/.+\.(js|d\.ts)|scenarios\/.+|schema\/.+\.json|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
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

for (const problem of problems) console.error(`package: ${problem}`);
if (problems.length === 0) console.log(`package: ${paths.length} files, ${Math.round(pack.unpackedSize / 1000)} kB unpacked`);
process.exitCode = problems.length === 0 ? 0 : 1;
