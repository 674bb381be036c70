import { expect, test } from 'vitest';
import { recommended } from '../explore/configuration.js';
import { coverageOf } from '../explore/coverage.js';
import { CoverageTally } from '../explore/CoverageTally.js';
import { coveragePage } from './page/coveragePage.js';
import { coverageText } from './coverageText.js';
import { plainPaint } from './textTable.js';

const tally = new CoverageTally();
tally.add('7', [
  ['isr-shrunk', 1234],
  ['controller/Standby/Active', 2],
  ['controller/Active/Active', 1],
]);
const coverage = coverageOf(tally, recommended(), ['crash']);

test('the text has counts with the seed to replay, and marks what was never hit and what must not happen', () => {
  const text = coverageText(coverage, plainPaint, 120).join('\n');
  expect(text).toMatch(/^Coverage of 1 seed\n/);
  expect(text).toMatch(/isr-shrunk +1,234 {2}in 1 seed, the first 7/);
  expect(text).toMatch(/isr-expanded +NEVER {2}A grown ISR was confirmed to its leader\./);
  expect(text).toMatch(/controller: 1 of 2\n {4}never: Active→Standby\n {4}NOT ALLOWED, AND HAPPENED: Active→Active/);
  expect(text).toMatch(/not expected here: [^]*transaction-timed-out/);
});

test('the page needs nothing from outside, and escapes what it is given', () => {
  const page = coveragePage({ coverage, configuration: [['topic', '<b>orders</b>']], version: '1' });
  expect(page).toContain('&lt;b&gt;orders&lt;/b&gt;');
  expect(page).not.toMatch(/https?:|<script|<link|<img/);
  expect(page).toMatch(/1,234/);
  expect(page).toContain('1 (not allowed)');
});
