import { expect, it } from 'vitest';
import { brokerStarted, isrAltered, leaderElected, logTruncated } from '../kafka/events.js';
import { transactionTimedOut } from '../kafka/transaction/events.js';
import { History } from './history.js';
import { noPremises, premiseExercised, Premises } from './premises.js';
import { FakeCluster } from './testing.js';

it('counts sends that were acknowledged, and reads, before the last change of leader', () => {
  const cluster = new FakeCluster();
  const premises = new Premises(cluster.bus, cluster);
  const history = new History();
  const elect = (leader: number): void => cluster.bus.emit(leaderElected, 1, cluster.orders, leader, 1, 0, 1, 0);
  elect(1);
  history.sendSucceeded(history.sendInvoked('p1', 'orders', null, 0), cluster.orders, 0, 10);
  history.polled('c1', 15, cluster.orders, [0], [0]);
  cluster.nowIs(20);
  elect(-1);
  elect(2);
  history.sendSucceeded(history.sendInvoked('p1', 'orders', null, 30), cluster.orders, 1, 40);
  history.polled('c2', 50, cluster.orders, [0], [0]);
  expect(premises.finish(history)).toMatchObject({
    ...{ acknowledgedSends: 2, acknowledgedBeforeLeaderChange: 1, leaderChanges: 1 },
    ...{ recordsRead: 2, readBeforeLeaderChange: 1, readAgain: 1 },
  });
});

it('counts ISR changes, truncations and restarts, not first starts', () => {
  const cluster = new FakeCluster();
  const premises = new Premises(cluster.bus, cluster);
  const alter = (isr: number[]): void => {
    cluster.committed = { ...cluster.committed, isr };
    cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 1);
  };
  alter([1, 2, 3]);
  alter([1, 2]);
  alter([1, 2, 3]);
  cluster.bus.emit(logTruncated, 2, cluster.orders, 9, 4, 1, 4, 0);
  for (const broker of [1, 2, 1]) cluster.bus.emit(brokerStarted, broker, 1);
  expect(premises.finish(new History())).toMatchObject({
    isrShrinks: 1,
    isrExpansions: 1,
    truncations: 1,
    truncatedRecords: 5,
    brokerRestarts: 1,
  });
});

it('takes a transaction that timed out for a trial of atomicity', () => {
  const cluster = new FakeCluster();
  const premises = new Premises(cluster.bus, cluster);
  cluster.bus.emit(transactionTimedOut, 1, cluster.bus.names.idOf('app'), 7, 0);
  const counts = { ...premises.finish(new History()), transactionsCommitted: 1 };
  expect(premiseExercised('transaction-atomicity', counts)).toBe(true);
  expect(premiseExercised('transaction-atomicity', { ...counts, transactionsTimedOut: 0 })).toBe(false);
});

it('asks for the premise of each guarantee', () => {
  expect(premiseExercised('no-acknowledged-loss', { ...noPremises(), acknowledgedSends: 9, leaderChanges: 3 })).toBe(false);
  expect(premiseExercised('no-acknowledged-loss', { ...noPremises(), acknowledgedBeforeLeaderChange: 1 })).toBe(true);
  expect(premiseExercised('no-duplicates', { ...noPremises(), acknowledgedSends: 9 })).toBe(false);
  expect(premiseExercised('no-duplicates', { ...noPremises(), acknowledgedSends: 9, producerRetries: 1 })).toBe(true);
});
