import { describe, expect, test } from 'vitest';
import type { Fault } from '../faults/Fault.js';
import { faultKindNames } from '../faults/faultKinds.js';
import { recommendedScenario } from './defaults.js';
import { formatDuration, parseDuration } from './durations.js';
import { formatScenario } from './format.js';
import { parseScenario } from './parse.js';
import type { ConsumerSection, ProducerSection, Scenario } from './Scenario.js';

const when = { atUs: 1_234_567, forUs: 80 };
const once = { atUs: 0, forUs: 0 };
const oneOfEach: Fault[] = [
  { id: 'kill', kind: 'kill', ...when, target: 'leader of orders-0' },
  { id: 'restart', kind: 'restart', ...when, target: 1 },
  { id: 'rolling-restart', kind: 'rolling-restart', ...when, targets: [3, 1], downUs: 1, betweenUs: 2_000 },
  { id: 'pause', kind: 'pause', ...when, forUs: null, target: 'p1' },
  { id: 'halves', kind: 'partition-halves', ...when, side: [1, 'zookeeper'], neutral: ['clients'] },
  { id: 'isolate', kind: 'partition-isolate', ...when, target: 'controller', from: ['brokers', 'clients'] },
  { id: 'ring', kind: 'partition-ring', ...when },
  { id: 'bridge', kind: 'partition-bridge', ...when, target: 2 },
  { id: 'one-way', kind: 'partition-one-way', ...when, from: ['follower of orders-5'], to: [1] },
  { id: 'zk-cut', kind: 'zookeeper-cut', ...when, target: 'preferred leader of orders-1' },
  { id: 'client-cut', kind: 'client-cut', ...when, target: 1, clients: [] },
  { id: 'slow-link', kind: 'slow-link', ...when, from: ['brokers'], to: ['zookeeper-2'], minUs: 1_000, maxUs: 2_000_000 },
  { id: 'flaky', kind: 'flaky-link', ...when, from: [1], to: [2], resetChance: 0.125, spikeChance: 0, spikeMeanUs: 0 },
  { id: 'jump', kind: 'clock-jump', ...when, target: 1, byUs: -3_600_000_000 },
  { id: 'drift', kind: 'clock-drift', ...when, target: 'c1', ppm: -200 },
  { id: 'full', kind: 'disk-full', ...when, target: 1 },
  { id: 'io', kind: 'io-error', ...when, target: 1 },
  { id: 'slow-disk', kind: 'slow-disk', ...when, target: 1, factor: 50 },
  { id: 'stall', kind: 'stall-connection', ...when, from: ['p1'], to: ['coordinator of txn p1'] },
  { id: 'client-kill', kind: 'client-kill', ...when, target: 'c1' },
  { id: 'client-restart', kind: 'client-restart', ...when, target: 'p1' },
  { id: 'client-deploy', kind: 'client-deploy', ...when, group: 'g1', downUs: 5, betweenUs: 7_000 },
  { id: 'client-join', kind: 'client-join', ...once, group: 'g1', count: 2 },
  { id: 'client-leave', kind: 'client-leave', ...once, target: 'c1' },
  { id: 'coordinator', kind: 'kill', ...when, target: 'coordinator of g1' },
  { id: 'expiry', kind: 'session-expiry', ...once, target: 1, on: { event: 'isr-altered', where: { leader: 1 }, count: 2, afterUs: 5 } },
  { id: 'zk-loss', kind: 'zookeeper-loss', ...when, servers: [1, 3] },
  { id: 'election', kind: 'preferred-election', ...once, partitions: ['orders-0'] },
  { id: 'move', kind: 'reassignment', ...once, partition: 'orders-0', replicas: [2, 3] },
  { id: 'broker', kind: 'add-broker', ...once, on: { event: 'leader-elected' } },
  { id: 'grow', kind: 'add-partitions', ...once, topic: 'orders', total: 12 },
  { id: 'power', kind: 'power-loss', ...when, targets: [1, 'last in ISR of orders-0'], tail: 'random' },
  { id: 'lies', kind: 'lost-flush', ...when, targets: [] },
  { id: 'wipe', kind: 'disk-wipe', ...when, target: 'outside ISR of orders-0' },
  { id: 'rot', kind: 'bit-rot', ...once, target: 1, partition: null, batches: 3 },
];

/** Clients of every kind: transactions, records sent again, a member that transforms, one that only looks in spite of its group.id. */
function everyClient(): Scenario['workload'] {
  const [plain, again, ...producers] = recommendedScenario().workload.producers as [ProducerSection, ProducerSection, ...ProducerSection[]];
  const [watcher, second] = recommendedScenario().workload.consumers as [ConsumerSection, ConsumerSection];
  const transaction = { records: 3, abortEvery: 4 };
  return {
    producers: [
      { ...plain, transaction, properties: { ...plain.properties, 'transactional.id': 'p1' } },
      { ...again, mode: 'forget', resends: 2 },
      ...producers,
    ],
    consumers: [
      {
        ...watcher,
        topics: ['orders'],
        application: {
          ...{ commit: 'transaction', commitMode: 'sync', processUs: 1_500, workers: 0, output: 'payments' },
          outputProperties: { 'transactional.id': 'c1', 'linger.ms': 5 },
        },
        properties: { 'group.id': 'g1', 'enable.auto.commit': false },
      },
      { ...second, properties: { 'group.id': 'elsewhere' } },
    ],
  };
}

function everything(): Scenario {
  return {
    ...recommendedScenario(),
    workload: everyClient(),
    name: 'everything',
    teaches: 'Two lines:\n  and "quotes", # no comment',
    catalogue: ['B-10'],
    release: '2.0',
    features: { truncation: 'high-watermark', maximalIsr: false },
    seed: '007',
    cluster: {
      brokers: 4,
      zookeeperServers: 3,
      properties: { 'log.flush.interval.messages': 1 },
      perBroker: { '2': { 'unclean.leader.election.enable': true } },
    },
    topics: [
      { name: 'orders', partitions: 6, replicationFactor: 3, properties: {} },
      {
        name: 'payments',
        partitions: 2,
        replicationFactor: 2,
        assignment: [
          [1, 2],
          [2, 1],
        ],
        properties: { 'min.insync.replicas': 2 },
      },
    ],
    faults: oneOfEach,
    delays: [
      { from: null, to: 2, atUs: 0, count: null, byUs: 40_000 },
      { from: 'p1', to: 'zookeeper-2', atUs: 4_000_000, count: 3, byUs: 1 },
      { from: 'brokers', to: 'next receiver', atUs: 7_123_000, count: null, byUs: 180_000 },
    ],
    core: [1, 2],
    convergeWithinUs: 61_000_000,
    require: [],
    expect: [{ release: '3.9', properties: { 'producer.acks': 'all' }, verdict: { 'no-acknowledged-loss': 'held' } }],
  };
}

function readBack(scenario: Scenario): Scenario {
  const result = parseScenario(formatScenario(scenario), 'back.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}

describe('writing a scenario', () => {
  test('what is written and read back is the same, for every kind of fault', () => {
    expect(new Set(oneOfEach.map((fault) => fault.kind))).toEqual(new Set(faultKindNames));
    expect(readBack(everything())).toEqual(everything());
    expect(readBack(recommendedScenario())).toEqual(recommendedScenario());
  });

  test('a scenario without topics and clients stays without them', () => {
    const bare: Scenario = { ...recommendedScenario(), topics: [], workload: { producers: [], consumers: [] } };
    expect(readBack(bare)).toEqual(bare);
  });

  test('a saved counterexample is intact until somebody changes it', () => {
    const found = { hash: '0123456789abcdef', guarantee: 'no-acknowledged-loss', kind: 'lost-write', version: '0.1.0' };
    const text = formatScenario(everything(), found);
    expect(parseScenario(text, 'x')).toMatchObject({ ok: true, intact: true, found });
    expect(parseScenario(text.replace('80us', '81us'), 'x')).toMatchObject({ ok: true, intact: false });
    expect(parseScenario(text.replace('# ', '#  '), 'x')).toMatchObject({ ok: true, intact: false });
    expect(parseScenario(`# a comment changes nothing\n${text}`, 'x')).toMatchObject({ ok: true, intact: true });
  });

  test('durations are short and exact', () => {
    for (const us of [0, 1, 999, 1_000, 1_500, 1_000_000, 1_500_000, 90_000_000, -2_000_000]) {
      expect(parseDuration(formatDuration(us))).toBe(us);
    }
    expect([0, 80, 1_500_000, 90_000_000].map(formatDuration)).toEqual(['0s', '80us', '1500ms', '90s']);
    expect(['0.3s', '2m', '0.0001ms', '1e3s', 's'].map(parseDuration)).toEqual([300_000, 120_000_000, undefined, undefined, undefined]);
  });
});
