import { expect, it } from 'vitest';
import { checkNoDuplicates } from './noDuplicates.js';
import { HandmadeRun } from './testing.js';

it('finds a record that lies at two offsets of the leader log', () => {
  const run = new HandmadeRun();
  const value = run.acknowledged(0);
  run.log(1, value, value);
  expect(checkNoDuplicates(run.end()).findings).toMatchObject([
    { kind: 'duplicate-record', offset: 1, value, witness: { firstOffset: 0 } },
  ]);
});

it('allows each record once, and does not count the copies of the followers', () => {
  const run = new HandmadeRun();
  run.log(1, 0, 1);
  run.log(2, 0, 1);
  expect(checkNoDuplicates(run.end())).toMatchObject({ violations: 0, judged: 2 });
});
