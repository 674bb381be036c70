import { expect, it } from 'vitest';
import { batchOf, markerOf, transactionalBatch } from '../testing.js';
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

it('does not count copies in aborted transactions, but those in committed ones', () => {
  for (const [commits, violations] of [
    [[false, true], 0],
    [[true, false], 0],
    [[true, true], 1],
  ] as const) {
    const run = new HandmadeRun();
    const value = run.acknowledged(0);
    commits.forEach((commit, i) => {
      run.cluster.hold(transactionalBatch(2 * i, 7, 0, value), 1);
      run.cluster.hold(markerOf(2 * i + 1, 7, 0, commit), 1);
    });
    expect(checkNoDuplicates(run.end()), commits.join()).toMatchObject({ violations, excused: 1 - violations });
  }
});
