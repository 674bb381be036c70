import { expect, it } from 'vitest';
import { batchOf } from '../testing.js';
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

it('excuses a copy that a producer wrote in its next session, and only that', () => {
  for (const [epoch, violations] of [[1, 0] as const, [0, 1] as const]) {
    const run = new HandmadeRun();
    const value = run.acknowledged(1);
    const [first, second] = [0, epoch].map((producerEpoch, offset) => ({
      ...batchOf(offset, 0, value),
      producerId: 7,
      producerEpoch,
      baseSequence: 0,
    }));
    for (const batch of [first, second]) if (batch !== undefined) run.cluster.hold(batch, 1);
    expect(checkNoDuplicates(run.end())).toMatchObject({ violations, excused: 1 - violations });
  }
});
