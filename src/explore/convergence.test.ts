/** Alibis of groups in whole runs: what the judge is told of members, coordinators and logs. What it makes of that is groupConverges.test.ts's. */
import { expect, it } from 'vitest';
import { parseScenario } from '../scenario/parse.js';
import type { Scenario } from '../scenario/Scenario.js';
import { runTrial } from './trial.js';

const S = 1_000_000;

function scenarioOf(text: string): Scenario {
  const parsed = parseScenario(text, 'test.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** What a run excuses of its groups, and that it finds nothing against them. */
function excusesOf(scenario: Scenario): string[] {
  const { judgement, liveness } = runTrial(scenario);
  expect(judgement.findings).toEqual([]);
  return liveness.excused.map(({ message, alibi }) => `${message}: ${alibi}`);
}

it('a partition that came while the leader of a group assigned twice in one generation', () => {
  // The coordinator's partition cannot be replicated while the leader's first SyncGroup waits; by its second it knows of one partition more.
  const scenario = scenarioOf(`
cluster:
  zookeeperServers: 1
  properties:
    { zookeeper.session.timeout.ms: 6000, replica.lag.time.max.ms: 10000, replica.socket.timeout.ms: 1000, controller.socket.timeout.ms: 1000,
      offsets.topic.num.partitions: 2, group.min.session.timeout.ms: 500 }
network: { min: 1ms, max: 4ms }
topics: [{ name: orders, partitions: 1, replicationFactor: 3 }]
workload:
  producers: []
  consumers:
    - id: g1-1
      start: 2s
      application: { commit: after }
      properties: &member
        { group.id: g1, request.timeout.ms: 3000, metadata.max.age.ms: 3000, session.timeout.ms: 3000, heartbeat.interval.ms: 300, max.poll.interval.ms: 6000,
          default.api.timeout.ms: 2000 }
    - { id: g1-2, start: 2s, application: { commit: after }, properties: *member }
faults:
  - { id: cut, kind: partition-isolate, target: 3, from: [brokers], at: 3s, for: 9s }
  - { id: grown, kind: add-partitions, topic: orders, total: 2, at: 9s }
seed: 6128
duration: 12s
`);
  expect(excusesOf(scenario)).toEqual([
    expect.stringMatching(/^no member of group g1 owns orders-1: the partition was added while the leader assigned twice/),
  ]);
  const early = scenario.faults.map((fault) => (fault.kind === 'add-partitions' ? { ...fault, atUs: 4 * S } : fault));
  expect(runTrial({ ...scenario, faults: early }).liveness).toMatchObject({ converged: true, excused: [] });
});

it('members that write to a partition which no broker of the core has', () => {
  const scenario = scenarioOf(`
cluster:
  properties: { zookeeper.session.timeout.ms: 6000, offsets.topic.replication.factor: 2, offsets.topic.num.partitions: 1, transaction.state.log.replication.factor: 2 }
topics:
  - { name: orders, assignment: [[1, 2]] }
  - { name: bills, assignment: [[1], [3]] }
workload:
  producers: [{ id: p1, topics: [orders], count: 40, start: 2s, every: 100ms, keys: 8, properties: { acks: all } }]
  consumers:
    - id: c1
      start: 2s
      topics: [orders]
      application: { commit: after, output: bills, outputProperties: { delivery.timeout.ms: 40000, max.block.ms: 20000, request.timeout.ms: 10000 } }
      properties:
        { group.id: g1, auto.offset.reset: earliest, max.poll.interval.ms: 20000, session.timeout.ms: 6000, heartbeat.interval.ms: 1000 }
faults: [{ id: gone, kind: kill, target: 3, at: 4s, for: 3600s }]
duration: 12s
core: [1, 2]
`);
  expect(excusesOf(scenario).filter((excuse) => excuse.includes('group g1'))).toContain(
    'group g1 is PreparingRebalance: members write to bills-1: none of its replicas is alive',
  );
  const { liveness } = runTrial({
    ...scenario,
    topics: scenario.topics.map((topic) => ({ ...topic, assignment: [[1], [2]], replicationFactor: 1 })),
  });
  expect(liveness).toMatchObject({ converged: true, excused: [] });
});

it('a partition of a member that knows only a broker that is gone, and whom the coordinator still hears of', () => {
  // c1 asks broker 4 for metadata while the others have no session, and broker 4 dies before they are back; heartbeats need no metadata.
  const scenario = scenarioOf(`
seed: 3 # c1 happens to ask broker 4
cluster: { brokers: 4, properties: { zookeeper.session.timeout.ms: 3000, offsets.topic.num.partitions: 1, group.initial.rebalance.delay.ms: 500 } }
topics: [{ name: orders, assignment: [[1, 2, 3], [2, 3, 1]] }]
workload:
  producers: []
  consumers:
    - id: c1
      start: 2s
      application: { commit: after }
      properties: { group.id: g1, metadata.max.age.ms: 500, session.timeout.ms: 30000, heartbeat.interval.ms: 9000, max.poll.interval.ms: 30000 }
    - id: c2
      start: 2s
      application: { commit: after }
      properties: { group.id: g1, session.timeout.ms: 30000, heartbeat.interval.ms: 9000, max.poll.interval.ms: 30000 }
faults:
  - { id: cut-1, kind: zookeeper-cut, target: 1, at: 8s, for: 7s }
  - { id: cut-2, kind: zookeeper-cut, target: 2, at: 8s, for: 7s }
  - { id: cut-3, kind: zookeeper-cut, target: 3, at: 8s, for: 7s }
  - { id: gone, kind: kill, target: 4, at: 14900ms, for: 3600s }
duration: 17s
core: [1, 2, 3]
`);
  expect(excusesOf(scenario)).toEqual([expect.stringMatching(/^no member of group g1 owns orders-0: c1 keeps it: .*KIP-899/)]);
});

it('a transaction whose coordinator a late UpdateMetadata made believe in a former leader', () => {
  // What the controller has sent on the connection that stalls arrives when the leader has moved, and the new connection has told so.
  const scenario = scenarioOf(`
seed: 7 # the coordinator is not the controller
cluster:
  brokers: 4
  properties:
    { zookeeper.session.timeout.ms: 1000, controller.socket.timeout.ms: 1000, transaction.state.log.num.partitions: 1, transaction.state.log.replication.factor: 1,
      transaction.state.log.min.isr: 1 }
topics: [{ name: orders, assignment: [[3, 4]] }]
workload:
  producers:
    - { id: p1, topics: [orders], count: 16, start: 3s, every: 500ms, transaction: { records: 16 }, properties: { acks: all, transactional.id: p1 } }
faults:
  - { id: stall, kind: stall-connection, from: [controller], to: [coordinator of txn p1], at: 3500ms, for: 6s }
  - { id: away, kind: restart, target: 4, at: 4s, for: 500ms }
  - { id: moved, kind: restart, target: 3, at: 7s, for: 1s }
duration: 12s
`);
  expect(excusesOf(scenario)).toEqual([
    expect.stringMatching(
      /^the last stable offset of orders-0 is 0, .*: a late UpdateMetadata made broker 1 believe in a former leader of orders-0/,
    ),
  ]);
  expect(runTrial({ ...scenario, faults: scenario.faults.slice(1) }).liveness).toMatchObject({ converged: true, excused: [] });
});

it('members that write to a leader whom a late UpdateMetadata made ask a former coordinator', () => {
  const scenario = scenarioOf(`
seed: 9 # broker 3 is neither the controller nor a coordinator
cluster:
  brokers: 5
  properties:
    { zookeeper.session.timeout.ms: 1000, controller.socket.timeout.ms: 1000, transaction.state.log.num.partitions: 1, transaction.state.log.replication.factor: 2,
      transaction.state.log.min.isr: 1, offsets.topic.num.partitions: 1, offsets.topic.replication.factor: 2 }
topics: [{ name: orders, assignment: [[1, 2]] }, { name: bills, assignment: [[3]] }]
workload:
  producers: [{ id: p1, topics: [orders], count: 40, start: 2s, every: 500ms, properties: { acks: all } }]
  consumers:
    - id: c1
      start: 2s
      topics: [orders]
      application: { commit: transaction, output: bills, outputProperties: { transactional.id: t1 } }
      properties: { group.id: g1, auto.offset.reset: earliest, max.poll.interval.ms: 20000, session.timeout.ms: 6000, heartbeat.interval.ms: 1000 }
faults:
  - { id: stall, kind: stall-connection, from: [controller], to: [3], at: 5s, for: 9s }
  - { id: first, kind: restart, target: coordinator of txn t1, at: 6s, for: 1500ms }
  - { id: second, kind: restart, target: coordinator of txn t1, at: 10s, for: 1500ms }
duration: 16s
`);
  const misled = 'a late UpdateMetadata made broker 3 believe in a former leader of __transaction_state-0 (B-36)';
  expect(excusesOf(scenario)).toEqual([
    expect.stringMatching(/^\d sends have not completed/),
    `group g1 is Empty: members commit in transactions: ${misled}`,
  ]);
  const unasked = { ...scenario, features: { txnVerification: false } };
  expect(runTrial(unasked).liveness).toMatchObject({ converged: true, excused: [] });
});

it('a partition that was to change hands when the static member that had it was replaced', () => {
  // c1 dies between the assignment that takes orders-2 and orders-3 from it and the answer that tells it so.
  const scenario = scenarioOf(`
topics: [{ name: orders, partitions: 4 }]
workload:
  producers: []
  consumers:
    - id: c1
      start: 2s
      application: { commit: after }
      properties:
        { group.id: g1, group.instance.id: c1, session.timeout.ms: 6000, heartbeat.interval.ms: 1000, max.poll.interval.ms: 6000,
          partition.assignment.strategy: org.apache.kafka.clients.consumer.CooperativeStickyAssignor }
    - id: c2
      start: 6s
      application: { commit: after }
      properties:
        { group.id: g1, group.instance.id: c2, session.timeout.ms: 6000, heartbeat.interval.ms: 1000, max.poll.interval.ms: 6000,
          partition.assignment.strategy: org.apache.kafka.clients.consumer.CooperativeStickyAssignor }
faults: [{ id: replaced, kind: client-kill, target: c1, on: { event: group-state-changed, where: { to: Stable }, count: 2 }, for: 500ms }]
duration: 12s
`);
  const alibi = /^no member of group g1 owns orders-[23]: it was given up to change hands, and the static member/u;
  expect(excusesOf(scenario)).toEqual([expect.stringMatching(alibi), expect.stringMatching(alibi)]);
  const consumers = scenario.workload.consumers.map((consumer) => {
    const { 'group.instance.id': _, ...properties } = consumer.properties;
    return { ...consumer, properties };
  });
  expect(runTrial({ ...scenario, workload: { ...scenario.workload, consumers } }).liveness).toMatchObject({ converged: true, excused: [] });
});

it('a transaction whose coordinator served an uncommitted partition of it and lost it', () => {
  // Broker 3 cannot copy from the coordinator, broker 1, which adds orders-0 and is not answered; broker 2 dies, and broker 1 begins a new epoch: it reads its log to
  // the end and takes orders-0 for added. Then broker 3 leads, which is in sync and knows nothing of it.
  const scenario = scenarioOf(`
features: { transactionV2: true }
cluster:
  brokers: 4
  properties:
    { zookeeper.session.timeout.ms: 1500, request.timeout.ms: 1000, replica.lag.time.max.ms: 30000, transaction.state.log.num.partitions: 1,
      transaction.state.log.replication.factor: 3, transaction.state.log.min.isr: 1 }
topics: [{ name: orders, assignment: [[4], [4]], properties: { min.insync.replicas: 1 } }]
workload:
  producers:
    - id: p1
      topics: [orders]
      count: 16
      start: 2s
      every: 400ms
      keys: 0
      mode: sync
      transaction: { records: 8 }
      properties: { acks: all, transactional.id: p1, batch.size: 1, delivery.timeout.ms: 60000 }
faults:
  - { id: behind, kind: stall-connection, from: [3], to: [coordinator of txn p1], on: { event: partition-added-to-transaction, count: 3 }, for: 9s }
  - { id: shrink, kind: kill, target: 2, on: { event: partition-added-to-transaction, count: 3, after: 100ms }, for: 20s }
  - { id: lost, kind: kill, target: coordinator of txn p1, on: { event: partition-added-to-transaction, count: 3, after: 4s }, for: 20s }
duration: 20s
`);
  expect(excusesOf(scenario)).toEqual([
    expect.stringMatching(
      /^the last stable offset of orders-0 is 4, .*: its end may have been lost by a coordinator that served what it had read/,
    ),
  ]);
  expect(runTrial({ ...scenario, faults: scenario.faults.slice(0, 2) }).liveness).toMatchObject({ converged: true, excused: [] });
});
