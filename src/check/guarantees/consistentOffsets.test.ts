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

it('finds a record that lies before one which was acknowledged when its send began', () => {
  const run = new HandmadeRun();
  const first = run.acknowledged(1);
  const second = run.acknowledged(0);
  run.log(1, second, first);
  const { findings } = checkConsistentOffsets(run.end());
  expect(findings.map(({ kind, offset, message }) => [kind, offset, message])).toEqual([
    [
      'appends-not-linearizable',
      1,
      'no order of the appends to orders-0 explains where they lie. From 0 records in the log, none of those that could come next fits: p1: append of message 0 at offset 1.',
    ],
  ]);
});

it('allows that order where the two sends overlapped, where nobody was told, and where a second copy lies further on', () => {
  const overlapping = new HandmadeRun();
  const { history, cluster } = overlapping;
  const values = [0, 1].map(() => history.sendInvoked('p1', 'orders', null, overlapping.tick()));
  history.sendSucceeded(0, cluster.orders, 1, overlapping.tick());
  history.sendSucceeded(1, cluster.orders, 0, overlapping.tick());
  overlapping.log(1, ...values.reverse());
  expect(checkConsistentOffsets(overlapping.end()).violations).toBe(0);
  const unanswered = new HandmadeRun();
  unanswered.history.sendInvoked('p1', 'orders', null, unanswered.tick());
  unanswered.history.sendUnknown(0, 'TIMED_OUT', unanswered.tick());
  unanswered.log(1, unanswered.acknowledged(0), 0);
  // A fetch of the same record twice: before the end, and from an older end.
  unanswered.read('c1', 1, 0);
  unanswered.read('c2', 0, 1);
  expect(checkConsistentOffsets(unanswered.end()).violations).toBe(0);
  const copied = new HandmadeRun();
  copied.log(1, copied.acknowledged(0), copied.acknowledged(1), 0);
  expect(checkConsistentOffsets(copied.end()).violations).toBe(0);
});

it('finds a record that was read before anything behind which it lies was sent', () => {
  const run = new HandmadeRun();
  run.history.sendInvoked('p1', 'orders', null, run.tick());
  run.read('c1', 1, 0);
  run.log(1, run.acknowledged(0), 0);
  expect(checkConsistentOffsets(run.end()).findings.map(({ kind }) => kind)).toEqual(['appends-not-linearizable']);
});
