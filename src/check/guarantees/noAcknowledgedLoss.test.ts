import { expect, it } from 'vitest';
import { becameLeader } from '../../kafka/events.js';
import { checkNoAcknowledgedLoss } from './noAcknowledgedLoss.js';
import { transactionalBatch } from '../testing.js';
import { HandmadeRun } from './testing.js';

it('finds an acknowledged record that is nowhere in the leader log, and who was elected without it', () => {
  const run = new HandmadeRun();
  const [kept, lost] = [run.acknowledged(0), run.acknowledged(1)];
  run.cluster.bus.emit(becameLeader, 2, run.cluster.orders, 1, 1, 1, 0);
  run.log(1, kept);
  run.acks = 1;
  const { findings, violations, judged } = checkNoAcknowledgedLoss({ ...run.end() });
  expect([violations, judged]).toEqual([1, 2]);
  expect(findings[0]).toMatchObject({ kind: 'acknowledged-record-lost', partition: run.cluster.orders, offset: 1, value: lost });
});

it('names the election that left the record behind', () => {
  const run = new HandmadeRun();
  const value = run.history.sendInvoked('p1', 'orders', null, 0);
  run.history.sendSucceeded(value, run.cluster.orders, 1, 0);
  run.cluster.bus.emit(becameLeader, 2, run.cluster.orders, 4, 1, 1, 0);
  run.acks = 1;
  const finding = checkNoAcknowledgedLoss(run.end()).findings[0];
  expect(finding?.eventIndex).toBe(0);
  expect(finding?.message).toBe(
    'message 0 of p1 was acknowledged with acks=1 in orders-0 at offset 1 at 0.000 s, but the log of leader 1 (empty) does not hold it; ' +
      'broker 2 was elected in leader epoch 4 with a log that ends at 1 at 0.000 s.',
  );
});

it('says of acks=0 that no broker confirmed it', () => {
  const run = new HandmadeRun();
  run.acknowledged(-1);
  run.acks = 0;
  expect(checkNoAcknowledgedLoss(run.end()).findings[0]?.message).toMatch(/acks=0: reported by the producer itself/);
});

it('excuses what retention removed, what failed, and what is still unknown', () => {
  const run = new HandmadeRun();
  run.acknowledged(0);
  run.history.sendFailed(run.history.sendInvoked('p1', 'orders', null, 1), 'NOT_ENOUGH_REPLICAS', 2);
  run.history.sendUnknown(run.history.sendInvoked('p1', 'orders', null, 1), 'REQUEST_TIMED_OUT', 2);
  run.cluster.on(1).log.logStartOffset = 5;
  expect(checkNoAcknowledgedLoss(run.end())).toMatchObject({ violations: 0, judged: 1, excused: 1 });
});

it('judges by the in-sync replicas when there is no leader, and sees nothing when none runs', () => {
  const run = new HandmadeRun();
  run.log(2, run.acknowledged(0));
  run.acknowledged(1);
  run.cluster.committed = { leader: -1, leaderEpoch: 1, isr: [2] };
  expect(checkNoAcknowledgedLoss(run.end())).toMatchObject({ violations: 1, judged: 2 });
  run.cluster.running.delete(2);
  expect(checkNoAcknowledgedLoss(run.end())).toMatchObject({ violations: 0, unseen: 2 });
});

/** Offset 0 holds a record of transaction 0, and a send of transaction 1 was acknowledged there; another one of transaction 1 lies at 1. */
function reusedSequence({
  fate = 'unknown',
  client = 'p1',
  epoch = 0,
}: {
  fate?: 'unknown' | 'ok';
  client?: string;
  epoch?: number;
}): HandmadeRun {
  const run = new HandmadeRun();
  const { history, cluster } = run;
  const [first, second] = [history.transactionBegan(client, 't', run.tick()), history.transactionBegan('p1', 't', run.tick())];
  const earlier = history.sendInvoked(client, 'orders', null, run.tick(), first);
  if (fate === 'ok') history.sendSucceeded(earlier, cluster.orders, 0, run.tick());
  else history.sendUnknown(earlier, 'TIMEOUT', run.tick());
  const [lost, kept] = [0, 1].map((offset) => {
    const value = history.sendInvoked('p1', 'orders', null, run.tick(), second);
    history.sendSucceeded(value, cluster.orders, offset, run.tick());
    return value;
  });
  history.transactionEnding(second, 'commit', run.tick());
  cluster.hold(transactionalBatch(0, 7, 0, earlier), 1);
  cluster.hold(transactionalBatch(1, 7, epoch, kept as number), 1);
  expect(lost).toBe(1);
  return run;
}

it('excuses a record that the broker took for one of an earlier transaction in the same epoch, whose fate was unknown', () => {
  const { violations, excused, kafkasOwn } = checkNoAcknowledgedLoss(reusedSequence({}).end());
  expect([violations, excused, [...(kafkasOwn ?? [])]]).toEqual([0, 1, [['a sequence that was used again', 1]]]);
});

it("finds the loss where the earlier record was acknowledged, is somebody else's, or belongs to another epoch", () => {
  for (const other of [{ fate: 'ok' }, { client: 'p2' }, { epoch: 1 }] as const) {
    expect(checkNoAcknowledgedLoss(reusedSequence(other).end()).violations).toBe(1);
  }
});

it('owes nobody the records of a transaction that was aborted or never ended, and owes those of any other', () => {
  const ends = [
    ['commit', 'committed', 1],
    ['commit', 'unknown', 1],
    ['commit', 'aborted', 0],
    ['abort', 'unknown', 0],
    ['none', 'none', 0],
  ] as const;
  for (const [asked, outcome, violations] of ends) {
    const run = new HandmadeRun();
    const { history, cluster } = run;
    const transaction = history.transactionBegan('p1', 't', run.tick());
    const value = history.sendInvoked('p1', 'orders', null, run.tick(), transaction);
    history.sendSucceeded(value, cluster.orders, 0, run.tick());
    if (asked !== 'none') history.transactionEnding(transaction, asked, run.tick());
    if (outcome !== 'none') history.transactionEnded(transaction, outcome, '', run.tick());
    expect(checkNoAcknowledgedLoss(run.end())).toMatchObject({ violations, judged: 1, excused: 1 - violations });
  }
});
