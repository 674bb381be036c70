import { expect, it } from 'vitest';
import { batchOf } from '../testing.js';
import { checkKeyOrder } from './keyOrder.js';
import { HandmadeRun } from './testing.js';

function keyed(run: HandmadeRun, client: string, key: string | null, offset: number, partition = run.cluster.orders): number {
  const value = run.history.sendInvoked(client, 'orders', key, run.tick());
  run.history.sendSucceeded(value, partition, offset, run.tick());
  return value;
}

it('finds records of one key out of order, and allows those of other keys and producers, and records without a key', () => {
  const run = new HandmadeRun();
  const first = keyed(run, 'p1', 'k1', 3);
  const other = keyed(run, 'p1', 'k2', 0);
  const theirs = keyed(run, 'p2', 'k1', 1);
  const plain = keyed(run, 'p1', null, 2);
  run.log(1, other, theirs, plain, first);
  expect(checkKeyOrder(run.end())).toMatchObject({ violations: 0, judged: 3 });
  const swapped = new HandmadeRun();
  const [a, b] = [keyed(swapped, 'p1', 'k1', 1), keyed(swapped, 'p1', 'k1', 0)];
  swapped.log(1, b, a);
  expect(checkKeyOrder(swapped.end()).findings).toMatchObject([{ kind: 'key-order-violated', value: b, offset: 0 }]);
});

it('finds a key that moved to another partition', () => {
  const run = new HandmadeRun();
  const added = run.cluster.add('orders-1');
  const first = keyed(run, 'p1', 'k1', 0);
  run.log(1, first);
  const second = keyed(run, 'p1', 'k1', 0, added.id);
  added.log.batches.push(...new HandmadeRun().log(1, second));
  expect(checkKeyOrder(run.end()).findings).toMatchObject([{ kind: 'key-moved', value: second }]);
});

it('excuses an earlier record that lies behind because its producer wrote it in an older session, and no other', () => {
  for (const [epoch, violations] of [[1, 0] as const, [0, 1] as const]) {
    const run = new HandmadeRun();
    const [first, second] = [keyed(run, 'p1', 'k1', 1), keyed(run, 'p1', 'k1', 0)];
    for (const [offset, value, producerEpoch] of [[0, second, 0] as const, [1, first, epoch] as const]) {
      run.cluster.hold({ ...batchOf(offset, 0, value), producerId: 7, producerEpoch, baseSequence: 0 }, 1);
    }
    expect(checkKeyOrder(run.end())).toMatchObject({ violations, excused: 1 - violations });
  }
});
