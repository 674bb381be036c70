import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { knownSites } from './knownSites.js';

it('the table of buggify sites in docs/swarm.md is that of the code, line by line', () => {
  const text = readFileSync(new URL('../../docs/swarm.md', import.meta.url), 'utf8');
  const table = /<!-- sites -->\n\| site \| what it does \|\n\|---\|---\|\n([^]*?)<!-- \/sites -->/.exec(text)?.[1] ?? '';
  expect(table).toBe(
    knownSites()
      .map(({ id, meaning }) => `| \`${id}\` | ${meaning} |\n`)
      .join(''),
  );
});
