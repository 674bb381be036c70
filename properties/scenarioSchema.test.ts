import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../src/scenario/schema.js';

test('the shipped JSON Schema is the one that the code makes (npm run schema writes it)', () => {
  const shipped = readFileSync(new URL('../schema/scenario.schema.json', import.meta.url), 'utf8');
  expect(shipped).toBe(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
});
