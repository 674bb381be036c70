// The gate on "one seed, one run, for ever": the same runs in two processes of this Node, and in every other Node version that Trialrun is meant for. The package
// `node` of the npm registry brings the binaries; they go into a folder beside the system's temporary files and are found there the next time.
//
//   node tools/nodeVersions.js            prints a digest per process; exit 1 and the first differing run, and its first differing event, where two disagree
//
// TRIALRUN_NODES names another folder for the binaries.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJORS = [20, 22, 24];
const INSTALL_MS = 120_000;
const script = fileURLToPath(new URL('runHashes.js', import.meta.url));
const folder = process.env.TRIALRUN_NODES ?? join(tmpdir(), 'trialrun-nodes');

class GateError extends Error {}

/** Path of a Node of this major version: this one, one found before, or one from the registry. */
function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const prefix = join(folder, String(major));
  const binary = join(prefix, 'node_modules', '.bin', 'node');
  if (versionOf(binary) === undefined) install(major, prefix);
  const version = versionOf(binary);
  if (version === undefined)
    throw new GateError(`the package node@${major} gives no Node that runs here (${process.platform} ${process.arch})`);
  return binary;
}

function versionOf(binary) {
  if (!existsSync(binary)) return undefined;
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function install(major, prefix) {
  mkdirSync(prefix, { recursive: true });
  const words = ['install', '--prefix', prefix, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', `node@${major}`];
  // In that folder, so that this project's .npmrc (engine-strict) and lock file have no say.
  const { status, stderr, error } = spawnSync('npm', words, { cwd: prefix, encoding: 'utf8', timeout: INSTALL_MS });
  if (status === 0) return;
  const why = error?.message ?? stderr.split('\n').find((line) => /npm (error|ERR!)/.test(line)) ?? 'npm failed';
  throw new GateError(
    `Node ${major} cannot be had from the npm registry: ${why.trim()}\n  this gate needs a registry with the package node, or a Node ${major} in ${prefix}/node_modules/.bin`,
  );
}

/** What a process says, whole. */
function output(binary, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', (error) => reject(new GateError(`${binary}: ${error.message}`)));
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new GateError(`${binary} ended with exit code ${code}:\n${err}`))));
  });
}

/** At most so many at once as there are cores. */
async function inTurn(tasks) {
  const results = [];
  const left = [...tasks.entries()];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await next[1]();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

function firstDifference(left, right) {
  const [a, b] = [left, right].map((text) => text.split('\n'));
  const at = a.findIndex((line, i) => line !== b[i]);
  return at < 0 ? (a.length < b.length ? a.length : -1) : at;
}

async function tellDifference(reference, other) {
  const at = firstDifference(reference.text, other.text);
  const [left, right] = [reference, other].map(({ text }) => text.split('\n')[at] ?? '(no such run)');
  console.error(`nodes: NOT THE SAME: ${reference.name} says ${left}\n                      ${other.name} says ${right}`);
  const [run] = left.split(' ');
  const events = await Promise.all([reference, other].map(({ binary }) => output(binary, [run])));
  const event = firstDifference(events[0], events[1]);
  if (event < 0) console.error(`nodes: every event of ${run} is the same; they differ in silent steps, or in what is judged`);
  else
    for (const [i, { name }] of [reference, other].entries())
      console.error(`nodes: event ${event} of ${run} in ${name}: ${events[i].split('\n')[event]}`);
}

async function main() {
  const binaries = [
    process.execPath,
    process.execPath,
    ...MAJORS.filter((major) => !process.versions.node.startsWith(`${major}.`)).map(nodeOf),
  ];
  const texts = await inTurn(binaries.map((binary) => () => output(binary, [])));
  const said = texts.map((text, i) => ({
    binary: binaries[i],
    text,
    name: i < 2 ? `Node ${process.version}, process ${i + 1}` : `Node ${versionOf(binaries[i])}`,
  }));
  for (const { name, text } of said) {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    console.log(`nodes: ${name.padEnd(26)} ${text.split('\n').length - 1} runs, digest ${digest}`);
  }
  const [reference, ...others] = said;
  const unlike = others.find(({ text }) => text !== reference.text);
  if (unlike === undefined) return;
  process.exitCode = 1;
  await tellDifference(reference, unlike);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof GateError)) throw error;
  console.error(`nodes: ${error.message}`);
  process.exitCode = 1;
}
