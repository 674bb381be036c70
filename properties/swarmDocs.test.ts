import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { knownSites } from '../src/scenario/knownSites.js';

it('the table of buggify sites in docs/swarm.md is that of the code, line by line', () => {
  const text = readFileSync(new URL('../docs/swarm.md', import.meta.url), 'utf8');
  const [, table = ''] = /<!-- sites -->([^]*?)<!-- \/sites -->/.exec(text) ?? [];
  const rows = table.split('\n').flatMap((line) => {
    const [, id, meaning] = /^\| `([^`]+)` +\| (.*?) +\|$/.exec(line) ?? [];
    return id === undefined ? [] : [`${id}: ${meaning ?? ''}`];
  });
  expect(rows).toEqual(knownSites().map(({ id, meaning }) => `${id}: ${meaning}`));
});
