import { expect, it } from 'vitest';
import { markerOf, transactionalBatch } from '../testing.js';
import { FORGOTTEN } from './forgottenTransactions.js';
import { GroupOffsets } from './groupOffsets.js';
import { HandmadeRun } from './testing.js';
import { checkTransactionAtomicity } from './transactionAtomicity.js';

type End = 'commit' | 'abort' | 'none';

/** A transaction with one record in `orders-0` and one in `outputs-0`, each with an end of its own. */
function twoPartitions(
  told: 'committed' | 'aborted' | 'unknown',
  first: End,
  second: End,
  asked: 'commit' | 'abort' = 'commit',
): HandmadeRun {
  const run = new HandmadeRun();
  const outputs = run.cluster.add('outputs-0');
  const id = run.history.transactionBegan('p1', 't1', run.tick());
  for (const [partition, end] of [[run.cluster.orders, first] as const, [outputs.id, second] as const]) {
    const value = run.history.sendInvoked('p1', 'orders', null, run.tick(), id);
    run.history.sendSucceeded(value, partition, 0, run.tick());
    const batches = [transactionalBatch(0, 7, 0, value), ...(end === 'none' ? [] : [markerOf(1, 7, 0, end === 'commit')])];
    if (partition === outputs.id) outputs.log.batches.push(...batches);
    else for (const batch of batches) run.cluster.hold(batch, 1);
  }
  run.history.transactionEnding(id, asked, run.tick());
  run.history.transactionEnded(id, told, '', run.tick());
  return run;
}

function check(run: HandmadeRun): ReturnType<typeof checkTransactionAtomicity> {
  const end = run.end();
  return checkTransactionAtomicity(end, () => new GroupOffsets(end));
}

it('finds a transaction that is visible in part, whatever its application was told', () => {
  expect(check(twoPartitions('unknown', 'commit', 'abort')).findings[0]?.kind).toBe('transaction-torn');
  expect(check(twoPartitions('committed', 'commit', 'none')).findings[0]?.kind).toBe('transaction-torn');
  expect(check(twoPartitions('aborted', 'abort', 'commit')).findings[0]?.kind).toBe('transaction-torn');
});

it('finds a transaction that is not what its application was told', () => {
  expect(check(twoPartitions('committed', 'abort', 'abort')).findings[0]?.kind).toBe('transaction-incomplete');
  expect(check(twoPartitions('aborted', 'commit', 'commit')).findings[0]?.kind).toBe('aborted-transaction-visible');
});

it('finds a transaction that is visible though only its abort, which got no answer, was ever asked for', () => {
  expect(check(twoPartitions('unknown', 'commit', 'commit', 'abort')).findings[0]?.kind).toBe('aborted-transaction-visible');
  expect(check(twoPartitions('unknown', 'commit', 'none', 'abort')).findings[0]?.kind).toBe('transaction-torn');
  expect(check(twoPartitions('unknown', 'commit', 'commit', 'commit')).violations).toBe(0);
  for (const end of ['abort', 'none'] as const) expect(check(twoPartitions('unknown', end, end, 'abort')).violations).toBe(0);
});

it('excuses a transaction of which its coordinator forgot a part, and says why', () => {
  const run = twoPartitions('committed', 'commit', 'none');
  const state = run.cluster.add('__transaction_state-0').id;
  run.history.transaction(0).endedUs = 1_000;
  run.takesOver(1, state, 1, 8, 6);
  expect(check(run).violations).toBe(1);
  run.takesOver(2, state, 2, 7, 6);
  const { violations, kafkasOwn } = check(run);
  expect([violations, [...(kafkasOwn ?? [])]]).toEqual([0, [[FORGOTTEN, 1]]]);
});

it('allows all or nothing, and waits for markers that may still come', () => {
  for (const end of ['commit', 'abort', 'none'] as const) expect(check(twoPartitions('unknown', end, end)).violations).toBe(0);
  expect(check(twoPartitions('committed', 'commit', 'commit'))).toMatchObject({ violations: 0, judged: 1 });
  const stalled = twoPartitions('committed', 'commit', 'none');
  stalled.stalled = true;
  expect(check(stalled)).toMatchObject({ violations: 0, unseen: 1 });
});

it('finds offsets that took effect though their transaction was aborted, unless somebody else committed them', () => {
  const run = twoPartitions('aborted', 'abort', 'abort');
  run.history.transaction(0).offsets.push({ group: 'g', partition: run.cluster.orders, offset: 5 });
  run.committedInTheEnd(5);
  expect(check(run).findings[0]?.message).toContain('offset 5 of orders-0 for group g is visible');
  run.commits('c1', 5);
  expect(check(run).violations).toBe(0);
});

it('finds offsets that are missing though their transaction was committed', () => {
  const run = twoPartitions('committed', 'commit', 'commit');
  run.history.transaction(0).offsets.push({ group: 'g', partition: run.cluster.orders, offset: 5 });
  run.committedInTheEnd(3);
  expect(check(run).findings[0]?.kind).toBe('transaction-torn');
});

it('finds a committed transaction one of whose sends failed, unless the record is there or a log cannot be seen', () => {
  const withFailedSend = (): HandmadeRun => {
    const run = twoPartitions('unknown', 'commit', 'commit');
    const value = run.history.sendInvoked('p1', 'orders', null, run.tick(), 0);
    run.history.sendFailed(value, 'TIMEOUT', run.tick());
    return run;
  };
  expect(check(withFailedSend()).violations).toBe(0);
  const committed = withFailedSend();
  committed.history.transactionEnded(0, 'committed', '', committed.tick());
  expect(check(committed).findings[0]).toMatchObject({ kind: 'transaction-torn', value: 2 });
  const found = withFailedSend();
  found.history.transactionEnded(0, 'committed', '', found.tick());
  found.cluster.hold(transactionalBatch(2, 8, 0, 2), 1);
  found.cluster.hold(markerOf(3, 8, 0, true), 1);
  expect(check(found).violations).toBe(0);
});

it('excuses a committed record that retention took, and finds one that something else has replaced', () => {
  for (const [replaced, violations] of [[false, 0] as const, [true, 1] as const]) {
    const run = twoPartitions('committed', 'commit', 'commit');
    const { log } = run.cluster.on(1);
    if (replaced) log.batches[0] = transactionalBatch(0, 9, 0, 99);
    else log.logStartOffset = 1;
    expect(check(run)).toMatchObject({ violations, excused: 1 - violations });
  }
});

it("excuses a record that was taken for one of an earlier transaction, whose sequence was used again in the same session, and none of another's", () => {
  for (const [epoch, violations] of [[0, 0] as const, [1, 1] as const]) {
    const run = new HandmadeRun();
    const transactions = (['unknown', 'committed'] as const).map((told) => {
      const id = run.history.transactionBegan('p1', 't1', run.tick());
      const sends = [0, 1].map(() => run.history.sendInvoked('p1', 'orders', null, run.tick(), id));
      run.history.transactionEnding(id, 'commit', run.tick());
      run.history.transactionEnded(id, told, '', run.tick());
      return sends as [number, number];
    });
    const [[earlier, other], [taken, written]] = transactions as [[number, number], [number, number]];
    for (const value of [earlier, other]) run.history.sendUnknown(value, 'TIMEOUT', run.tick());
    run.history.sendSucceeded(taken, run.cluster.orders, 0, run.tick());
    run.history.sendSucceeded(written, run.cluster.orders, 2, run.tick());
    run.cluster.hold(transactionalBatch(0, 7, 0, earlier, other), 1);
    run.cluster.hold(transactionalBatch(2, 7, epoch, written), 1);
    run.cluster.hold(markerOf(3, 7, epoch, true), 1);
    expect(check(run)).toMatchObject({ violations, excused: 1 - violations });
  }
});
