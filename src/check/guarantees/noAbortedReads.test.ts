import { expect, it } from 'vitest';
import { markerAppended } from '../../kafka/transaction/events.js';
import { markerOf, transactionalBatch } from '../testing.js';
import { checkNoAbortedReads } from './noAbortedReads.js';
import { HandmadeRun } from './testing.js';

/** A transaction of `p1` whose one record lies at offset 0, with a marker behind it; read by `c1`. */
function oneTransaction(told: 'committed' | 'aborted' | 'unknown', commit: boolean | null, readCommitted = true): HandmadeRun {
  const run = new HandmadeRun();
  run.consumers.set('c1', { group: null, readCommitted, application: null });
  const id = run.history.transactionBegan('p1', 't1', run.tick());
  const value = run.history.sendInvoked('p1', 'orders', null, run.tick(), id);
  run.history.sendSucceeded(value, run.cluster.orders, 0, run.tick());
  run.history.transactionEnding(id, told === 'aborted' ? 'abort' : 'commit', run.tick());
  run.history.transactionEnded(id, told, '', run.tick());
  run.cluster.hold(transactionalBatch(0, 7, 0, value), 1);
  if (commit !== null) run.cluster.hold(markerOf(1, 7, 0, commit), 1);
  run.read('c1', 0, value);
  return run;
}

it('finds reads of records whose marker aborts them, and of those whose application was told so', () => {
  expect(checkNoAbortedReads(oneTransaction('unknown', false).end()).findings[0]?.kind).toBe('aborted-record-read');
  expect(checkNoAbortedReads(oneTransaction('aborted', true).end()).findings[0]?.kind).toBe('aborted-record-read');
});

it('finds reads before the commit marker, and of transactions that never ended', () => {
  expect(checkNoAbortedReads(oneTransaction('unknown', null).end()).findings[0]?.kind).toBe('uncommitted-record-read');
  const run = oneTransaction('committed', true);
  run.cluster.nowIs(99);
  run.cluster.bus.emit(markerAppended, 1, run.cluster.orders, 1, 7, 0, 1, 0);
  expect(checkNoAbortedReads(run.end()).findings[0]?.kind).toBe('uncommitted-record-read');
});

it('allows committed records, and everything to consumers that read uncommitted ones', () => {
  expect(checkNoAbortedReads(oneTransaction('committed', true).end())).toMatchObject({ violations: 0, judged: 1 });
  expect(checkNoAbortedReads(oneTransaction('aborted', false, false).end())).toMatchObject({ violations: 0, judged: 0 });
});

it('excuses reads of what retention has taken since, and of offsets that hold something else by now', () => {
  const retained = oneTransaction('unknown', false);
  retained.cluster.on(1).log.logStartOffset = 1;
  const replaced = oneTransaction('unknown', false);
  replaced.cluster.on(1).log.batches[0] = transactionalBatch(0, 7, 0, 99);
  for (const run of [retained, replaced]) expect(checkNoAbortedReads(run.end())).toMatchObject({ violations: 0, excused: 1 });
});
