import { expect, it } from 'vitest';
import { batchAppended, highWatermarkAdvanced, isrAltered, leaderElected } from '../kafka/events.js';
import { PRESETS } from '../kafka/protocol/features.js';
import { History } from './history.js';
import { Judge } from './Judge.js';
import type { JudgeInput } from './Judge.js';
import type { PromiseFacts } from './promises.js';
import { batchOf, FakeCluster } from './testing.js';

function judged(change: Partial<PromiseFacts> = {}): { cluster: FakeCluster; history: History; judge: Judge } {
  const cluster = new FakeCluster();
  const history = new History();
  const facts: PromiseFacts = {
    ...{ features: PRESETS['3.9'], acks: -1, retries: 0, maxInFlight: 5, enableIdempotence: false, transactional: false },
    ...{ verification: true, awaited: true, keysDecide: true, producerStateMayVanish: false, compacted: false, consumer: null },
    ...{ minIsr: 2, uncleanElection: false, flushMessages: 2, ...change },
  };
  const classes: Pick<JudgeInput, 'faultClasses' | 'faultKinds'> = { faultClasses: ['crash'], faultKinds: ['kill'] };
  const settings = { features: facts.features, acksOf: () => facts.acks, minIsr: () => 2, facts: [facts] };
  return { cluster, history, judge: new Judge({ bus: cluster.bus, cluster, history, ...settings, ...classes }) };
}

const verdictOf = (judgement: ReturnType<Judge['finish']>, name: string): string | undefined =>
  judgement.guarantees.find((guarantee) => guarantee.name === name)?.verdict;

it('calls a guarantee unknown until its premise was exercised, then held', () => {
  const { cluster, history, judge } = judged();
  cluster.hold(batchOf(0, 0, 0), 1, 2, 3);
  for (const broker of [1, 2, 3]) cluster.on(broker).log.highWatermark = 1;
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 0);
  cluster.bus.emit(highWatermarkAdvanced, 1, cluster.orders, 0, 1, 0);
  cluster.bus.emit(leaderElected, 1, cluster.orders, 1, 0, 0, 1, 0);
  history.sendSucceeded(history.sendInvoked('p1', 'orders', null, -9), cluster.orders, 0, -8);
  expect(verdictOf(judge.finish(1, []), 'no-acknowledged-loss')).toBe('unknown');
  cluster.committed = { leader: 2, leaderEpoch: 1, isr: [2, 1, 3] };
  Object.assign(cluster.on(2), { isLeader: true, leaderId: 2, leaderEpoch: 1 });
  cluster.bus.emit(leaderElected, 1, cluster.orders, 2, 1, 0, 1, 0);
  const judgement = judge.finish(1, []);
  expect(judgement.findings).toEqual([]);
  expect(verdictOf(judgement, 'no-acknowledged-loss')).toBe('held');
  expect(verdictOf(judgement, 'no-duplicates')).toBe('held');
  expect(verdictOf(judgement, 'consistent-offsets')).toBe('unknown');
  expect(verdictOf(judge.finish(1, null), 'eventually-converges')).toBe('unknown');
});

it('reports a lost record as violated, with what the configuration promised', () => {
  const { cluster, history, judge } = judged({ acks: 1 });
  history.sendSucceeded(history.sendInvoked('p1', 'orders', null, 0), cluster.orders, 0, 1);
  const judgement = judge.finish(1, []);
  const loss = judgement.guarantees[0];
  expect(loss).toMatchObject({ name: 'no-acknowledged-loss', verdict: 'violated', violations: 1, promise: { promised: false } });
  expect(loss?.detail).toBe(judgement.findings[0]?.message);
});

it('counts a divergence that was seen during the run, though it is gone at the end', () => {
  const { cluster, judge } = judged();
  cluster.hold(batchOf(0, 0, 7), 1);
  cluster.bus.emit(batchAppended, 1, cluster.orders, 0, 0, 0, 7);
  cluster.hold(batchOf(0, 0, 8), 2);
  cluster.bus.emit(batchAppended, 2, cluster.orders, 0, 0, 0, 8);
  cluster.on(2).log.truncateTo(0);
  const judgement = judge.finish(1, []);
  expect(verdictOf(judgement, 'no-divergence')).toBe('violated');
  expect(judgement.invariants.find(({ id }) => id === 'P5')).toMatchObject({ violations: 1, checks: 2 });
  expect(judgement.findings.map((finding) => finding.guarantee)).toEqual(['no-divergence', 'invariant/P11', 'invariant/P16']);
});

it('does not watch what means nothing for the configured release', () => {
  const { cluster, judge } = judged({ features: PRESETS['2.4'] });
  cluster.on(1).maximalIsr = [1];
  cluster.bus.emit(isrAltered, 1, cluster.orders, 1, 0, 0, 1);
  expect(judge.finish(1, []).invariants.find(({ id }) => id === 'P10')).toMatchObject({ applies: false, checks: 0 });
});
