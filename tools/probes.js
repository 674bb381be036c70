// Writes the tables of probes in docs/coverage.md from the compiled code. properties/coverage.test.ts fails while the two differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { probeTables } from '../dist/report/probeTables.js';

const path = new URL('../docs/coverage.md', import.meta.url);
const [before, rest] = readFileSync(path, 'utf8').split('<!-- probes -->\n');
const after = rest?.split('<!-- end of probes -->')[1];
if (after === undefined)
  throw new Error('docs/coverage.md has no place for the tables: a line <!-- probes --> and a line <!-- end of probes -->');
writeFileSync(path, `${before}<!-- probes -->\n\n${probeTables()}\n\n<!-- end of probes -->${after}`);
