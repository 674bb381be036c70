import { expect, it } from 'vitest';
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
