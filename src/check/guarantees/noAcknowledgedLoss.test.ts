import { expect, it } from 'vitest';
import { becameLeader } from '../../kafka/events.js';
import { checkNoAcknowledgedLoss } from './noAcknowledgedLoss.js';
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
