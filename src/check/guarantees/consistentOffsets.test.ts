import { expect, it } from 'vitest';
import { checkConsistentOffsets } from './consistentOffsets.js';
import { HandmadeRun } from './testing.js';

it('finds two reads of one offset that differ', () => {
  const run = new HandmadeRun();
  run.log(1, 7);
  run.read('c1', 0, 7);
  run.read('c2', 0, 8);
  const { findings } = checkConsistentOffsets(run.end());
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ kind: 'offset-value-changed', offset: 0, value: 7, witness: { client: 'c1', otherValue: 8 } });
});

it('finds a record that was read and is gone or replaced', () => {
  const run = new HandmadeRun();
  run.log(1, 6);
  run.read('c1', 0, 7);
  run.read('c1', 1, 8);
  expect(checkConsistentOffsets(run.end()).findings.map((finding) => finding.message)).toEqual([
    'c1 read message 7 at offset 0 of orders-0 at 0.000 s, but the log of leader 1 now holds message 6 there.',
    'c1 read message 8 at offset 1 of orders-0 at 0.000 s, but the log of leader 1 now ends at 1.',
  ]);
});

it('excuses retention, and allows the same value to be read again', () => {
  const run = new HandmadeRun();
  run.read('c1', 0, 7);
  run.read('c2', 0, 7);
  run.cluster.on(1).log.logStartOffset = 1;
  expect(checkConsistentOffsets(run.end())).toMatchObject({ violations: 0, judged: 2, excused: 1 });
  run.cluster.committed = { leader: -1, leaderEpoch: 1, isr: [1] };
  expect(checkConsistentOffsets(run.end())).toMatchObject({ violations: 0, unseen: 1 });
});
