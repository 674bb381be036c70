import { expect, it } from 'vitest';
import { checkProducerOrder } from './producerOrder.js';
import { batchOf } from '../testing.js';
import { HandmadeRun } from './testing.js';

it('finds a record that lies behind a later one of the same producer', () => {
  const run = new HandmadeRun();
  const [first, second] = [run.acknowledged(1), run.acknowledged(0)];
  run.log(1, second, first);
  const { findings } = checkProducerOrder(run.end());
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    kind: 'producer-order-violated',
    offset: 0,
    value: second,
    witness: { earlierValue: first, earlierOffset: 1 },
  });
});

it('allows a stray second copy, leaves out unknown sends, and compares no two producers', () => {
  const run = new HandmadeRun();
  const first = run.acknowledged(0);
  const unknown = run.history.sendInvoked('p1', 'orders', null, 5);
  run.history.sendUnknown(unknown, 'REQUEST_TIMED_OUT', 6);
  const other = run.history.sendInvoked('p2', 'orders', null, 7);
  const second = run.acknowledged(1);
  run.history.sendSucceeded(other, run.cluster.orders, 4, 8);
  run.log(1, first, second, unknown, first, other);
  expect(checkProducerOrder(run.end())).toMatchObject({ violations: 0, judged: 3 });
});

it('skips a lost record: that is another guarantee', () => {
  const run = new HandmadeRun();
  run.acknowledged(5);
  run.log(1, run.acknowledged(0));
  expect(checkProducerOrder(run.end())).toMatchObject({ violations: 0, judged: 1 });
});

it('excuses a pair in two sessions of an idempotent producer, and only that', () => {
  for (const [epoch, violations] of [[1, 0] as const, [0, 1] as const]) {
    const run = new HandmadeRun();
    const [first, second] = [run.acknowledged(1), run.acknowledged(0)];
    run.cluster.hold({ ...batchOf(0, 0, second), producerId: 7, producerEpoch: 0, baseSequence: 5 }, 1);
    run.cluster.hold({ ...batchOf(1, 0, first), producerId: 7, producerEpoch: epoch, baseSequence: 6 }, 1);
    expect(checkProducerOrder(run.end())).toMatchObject({ violations, excused: 1 - violations });
  }
});
