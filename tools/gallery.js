// Writes the gallery in reports/ from the scenarios that come with Trialrun: pages, analyses, the index. What is written follows from the code alone, byte for byte.
//
//   node tools/gallery.js            writes it
//   node tools/gallery.js --check    writes nothing; exit 1 and the first differing line when what is in reports/ is not what would be written
//
// Needs a fresh dist/.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { comparison, entries } from './galleryEntries.js';
import { analysisFolder, comparisonFolder, indexFiles } from './galleryFiles.js';

const reports = fileURLToPath(new URL('../reports/', import.meta.url));
const [option] = process.argv.slice(2);
if (option !== undefined && option !== '--check') {
  console.error(`gallery: ${option} is no option; write: node tools/gallery.js [--check]`);
  process.exit(64);
}

const started = process.hrtime.bigint();
const files = await galleryFiles();
if (option === '--check') check(files);
else write(files);
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
console.log(`gallery: ${files.size} files, ${(bytes / 1e6).toFixed(2)} MB, ${seconds.toFixed(1)} s`);

/** By path below reports/. */
async function galleryFiles() {
  const all = new Map();
  const cards = [];
  const add = (folder, made) => {
    for (const [name, text] of made.files) all.set(join(folder, name), text);
    cards.push(made.card);
  };
  for (const entry of entries) add(entry.folder, await analysisFolder(entry));
  add(comparison.folder, await comparisonFolder(comparison));
  for (const [name, text] of indexFiles(cards)) all.set(name, text);
  return all;
}

function write(files) {
  for (const path of strays(files)) rmSync(join(reports, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(reports, path)), { recursive: true });
    writeFileSync(join(reports, path), text);
  }
}

/** Files in the gallery's folders that nobody would write. What else is in reports/ belongs to whoever ran something. */
function strays(files) {
  const folders = [...entries, comparison].map(({ folder }) => folder).filter((folder) => existsSync(join(reports, folder)));
  return folders
    .flatMap((folder) => readdirSync(join(reports, folder)).map((name) => join(folder, name)))
    .filter((path) => !files.has(path));
}

function check(files) {
  const problems = [...files].flatMap(([path, text]) => differenceOf(path, text) ?? []);
  problems.push(...strays(files).map((path) => `reports/${path} is in a folder of the gallery and nobody writes it`));
  if (problems.length === 0) return;
  process.exitCode = 1;
  for (const problem of problems) console.error(`gallery: ${problem}`);
  console.error('gallery: reports/ is not what the code gives; npm run gallery writes it anew');
}

function differenceOf(path, text) {
  const file = join(reports, path);
  if (!existsSync(file)) return `reports/${path} is missing`;
  const there = readFileSync(file, 'utf8');
  if (there === text) return undefined;
  const [kept, made] = [there, text].map((one) => one.split('\n'));
  const at = made.findIndex((line, i) => line !== kept[i]);
  const line = at < 0 ? made.length : at;
  const shown = (lines) => (lines[line] === undefined ? '(no such line)' : lines[line].trim().slice(0, 160));
  return `reports/${path} differs in line ${line + 1}:\n  kept: ${shown(kept)}\n  made: ${shown(made)}`;
}
