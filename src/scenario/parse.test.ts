import { describe, expect, test } from 'vitest';
import { parseScenario, parseScenarioObject } from './parse.js';
import { problemText } from './Problem.js';
import type { Scenario } from './Scenario.js';

function read(text: string): Scenario {
  const result = parseScenario(text, 's.yaml');
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.scenario;
}

function problems(text: string): string[] {
  const result = parseScenario(text, 's.yaml');
  return result.ok ? [] : result.problems.map(problemText);
}

const orders = 'topics:\n  - {name: orders, partitions: 2, replicationFactor: 3}\n';
const fault = (text: string): string => `${orders}faults:\n  - {at: 1s, ${text}}\n`;

describe('a scenario that is right', () => {
  test('an almost empty file is the recommended shape', () => {
    const scenario = read('name: tiny\n');
    expect(scenario.cluster.brokers).toBe(3);
    expect(scenario.topics).toEqual([{ name: 'orders', partitions: 6, replicationFactor: 3, properties: {} }]);
    expect(scenario.workload.producers.map((p) => p.id)).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(scenario.workload.consumers.map((c) => c.topics)).toEqual([['orders'], ['orders']]);
    expect(scenario.durationUs).toBe(30_000_000);
  });

  test('durations take units, and a number alone is milliseconds', () => {
    const { network, durationUs, convergeWithinUs } = read('duration: 1.5m\nconvergeWithin: 250\nnetwork: {min: 80us, max: 2ms}\n');
    expect([durationUs, convergeWithinUs, network.minUs, network.maxUs]).toEqual([90_000_000, 250_000, 80, 2_000]);
  });

  test('a release may be written as a number', () => {
    expect([read('release: 2.0').release, read('release: 3.9').release, read('release: "0.10.2"').release]).toEqual([
      '2.0',
      '3.9',
      '0.10.2',
    ]);
  });

  test('a fault gets the defaults of its kind, an id and no end', () => {
    expect(read(fault('kind: rolling-restart')).faults).toEqual([
      { id: 'f1', kind: 'rolling-restart', atUs: 1_000_000, forUs: null, targets: [], downUs: 1_000_000, betweenUs: 2_000_000 },
    ]);
  });

  test('a fault may wait for an event', () => {
    const text = `${orders}faults: [{kind: kill, target: leader of orders-1, for: 2s, on: {event: leader-elected, where: {partition: orders-1}, after: 5ms}}]`;
    expect(read(text).faults[0]).toMatchObject({
      atUs: 0,
      on: { event: 'leader-elected', where: { partition: 'orders-1' }, afterUs: 5_000 },
    });
  });

  test('JSON is read as well, and so is an object', () => {
    expect(read('{"name": "j", "cluster": {"brokers": 5}}').cluster.brokers).toBe(5);
    expect(parseScenarioObject({ name: 'o', seed: 7 }, 'o.ts')).toMatchObject({ ok: true, scenario: { seed: '7' } });
  });

  test('the number of partitions and replicas follows from an assignment', () => {
    const { topics } = read('topics: [{name: t, assignment: [[1, 2], [2, 3]]}]');
    expect(topics[0]).toMatchObject({ partitions: 2, replicationFactor: 2 });
  });
});

const mistakes: [name: string, text: string, message: string][] = [
  ['an unknown key names the nearest one', 'name: x\nclsuter: {}\n', 's.yaml:2:1 clsuter: unknown key "clsuter". Did you mean cluster?'],
  [
    'an unknown key inside a fault is placed at the key',
    fault('kind: kill, target: 1, fro: 2s'),
    's.yaml:4:37 faults.0.fro: unknown key "fro". Did you mean for?',
  ],
  [
    'a fault that is over at once has no end',
    fault('kind: session-expiry, target: 1, for: 2s'),
    's.yaml:4:47 faults.0.for: unknown key "for". Did you mean on?',
  ],
  [
    'an unknown kind of fault names the nearest one',
    fault('kind: powerloss'),
    's.yaml:4:20 faults.0.kind: there is no fault of the kind "powerloss". Did you mean power-loss?',
  ],
  [
    'a message delay for a broker that does not exist',
    'delays:\n  - {to: 9, by: 40ms}\n',
    's.yaml:2:10 delays.0.to: there is no broker 9. The brokers are 1 to 3; aim at one of them or raise cluster.brokers',
  ],
  [
    'a message delay for a role',
    'delays:\n  - {from: leader of orders-0, by: 40ms}\n',
    's.yaml:2:12 delays.0.from: leader of orders-0 is a role, and a delay needs a node. Write a broker id such as 1, a client id, or zookeeper-1',
  ],
  [
    'a message delay that begins when delays are over',
    'duration: 5s\ndelays:\n  - {at: 5s, by: 40ms}\n',
    's.yaml:3:10 delays.0.at: begins at 5s, when delays are over (duration 5s). Begin it earlier or raise duration',
  ],
  [
    'a malformed duration',
    'duration: 3 parsecs\n',
    's.yaml:1:11 duration: expected a duration, found "3 parsecs". Write a duration such as 2s, 150ms or 80us; a number alone is in milliseconds',
  ],
  [
    'a negative duration',
    'duration: -3s\n',
    's.yaml:1:11 duration: expected a duration, found "-3s". Write a duration such as 2s, 150ms or 80us; a number alone is in milliseconds',
  ],
  [
    'text for a number',
    'cluster:\n  brokers: three\n',
    's.yaml:2:12 cluster.brokers: expected a number, found "three". Write a whole number from 1 to 1000',
  ],
  [
    'a number out of range',
    'cluster: {brokers: 0}\n',
    's.yaml:1:20 cluster.brokers: 0 is out of range. Write a whole number from 1 to 1000',
  ],
  [
    'a release that cannot be simulated',
    'release: 3.8\n',
    's.yaml:1:10 release: there is no release "3.8" to simulate. Write one of "0.8.1", "0.8.2", "0.10.2", "0.11", "1.1", "2.0", "2.1", "2.4", "2.7", "3.3", "3.7", "3.9"',
  ],
  [
    'an unknown feature',
    'features: {maximalISR: true}\n',
    's.yaml:1:12 features.maximalISR: unknown key "maximalISR". Did you mean maximalIsr?',
  ],
  [
    'an unknown guarantee',
    'require: [no-acknowledged-lost]\n',
    's.yaml:1:11 require.0: "no-acknowledged-lost" is not one of its values. Did you mean no-acknowledged-loss?',
  ],
  [
    'an unknown Kafka property names the nearest one',
    'workload:\n  producers:\n    - properties: {ack: 1}\n',
    's.yaml:3:20 workload.producers.0.properties.ack: unknown producer property "ack". Did you mean acks?',
  ],
  [
    'a malformed Kafka property',
    'topics:\n  - name: t\n    properties:\n      min.insync.replicas: many\n',
    's.yaml:4:28 topics.0.properties.min.insync.replicas: expected a whole number, found "many". Write a whole number from 1 to 2147483647, without a unit',
  ],
  [
    'a property of one broker that does not exist',
    'cluster: {perBroker: {7: {}}}\n',
    's.yaml:1:23 cluster.perBroker.7: there is no broker 7. The brokers are 1 to 3; change the id or raise cluster.brokers',
  ],
  [
    'a replication factor above the number of brokers',
    'topics:\n  - name: t\n    replicationFactor: 5\n',
    's.yaml:3:24 topics.0.replicationFactor: replication factor 5 is above the number of brokers, 3. Lower it to 3 or raise cluster.brokers to 5',
  ],
  [
    'an assignment with too few lists',
    'topics:\n  - name: t\n    partitions: 2\n    assignment: [[1, 2, 3]]\n',
    's.yaml:4:17 topics.0.assignment: 1 lists of brokers for 2 partitions. Write one list per partition, or leave partitions out',
  ],
  [
    'an assignment of another length than the replication factor',
    'topics:\n  - {name: t, replicationFactor: 2, assignment: [[1, 2, 3]]}\n',
    's.yaml:2:50 topics.0.assignment.0: 3 brokers for a replication factor of 2. Write as many brokers in each list, or leave replicationFactor out',
  ],
  [
    'an assignment to a broker that does not exist',
    'topics:\n  - {name: t, assignment: [[1, 9]]}\n',
    's.yaml:2:32 topics.0.assignment.0.1: there is no broker 9. The brokers are 1 to 3',
  ],
  [
    'an assignment that names a broker twice',
    'topics:\n  - {name: t, assignment: [[1, 1]]}\n',
    's.yaml:2:32 topics.0.assignment.0.1: broker 1 twice. Name each broker once',
  ],
  [
    'a client of a topic that does not exist',
    'workload: {consumers: [{topics: [payments]}]}\n',
    's.yaml:1:34 workload.consumers.0.topics.0: there is no topic payments. The topics are orders',
  ],
  [
    'a producer to a partition that does not exist',
    'workload: {producers: [{partition: 6}]}\n',
    's.yaml:1:36 workload.producers.0.partition: orders has no partition 6. Its partitions are 0 to 5',
  ],
  [
    'two clients with one id',
    'workload:\n  producers: [{id: a}]\n  consumers:\n    - id: a\n',
    's.yaml:4:11 workload.consumers.0.id: a second client a. Give each client its own id',
  ],
  [
    'a fault aimed at a broker that does not exist',
    fault('kind: kill, target: 4'),
    's.yaml:4:34 faults.0.target: there is no broker 4. The brokers are 1 to 3; aim at one of them or raise cluster.brokers',
  ],
  [
    'a fault aimed at an unknown role',
    fault('kind: kill, target: controler'),
    's.yaml:4:34 faults.0.target: nothing is called "controler". Did you mean controller?',
  ],
  [
    'a fault aimed at the leader of a partition that does not exist',
    fault('kind: kill, target: leader of orders-2'),
    's.yaml:4:34 faults.0.target: orders has no partition 2. Its partitions are 0 to 1',
  ],
  [
    'a fault aimed at the leader of a topic that does not exist',
    fault('kind: kill, target: leader of order-0'),
    's.yaml:4:34 faults.0.target: there is no topic order. Did you mean orders?',
  ],
  [
    'a client where a broker is needed',
    fault('kind: kill, target: p1'),
    's.yaml:4:34 faults.0.target: p1 is a client, and this fault needs a broker. Write a broker id such as 1, or a role such as controller',
  ],
  [
    'a ZooKeeper server that does not exist',
    fault('kind: zookeeper-loss, servers: [1, 4]'),
    's.yaml:4:49 faults.0.servers.1: there is no ZooKeeper server 4. The servers are 1 to 3',
  ],
  [
    'a reassignment to a broker that does not exist',
    fault('kind: reassignment, partition: orders-0, replicas: [1, 9]'),
    's.yaml:4:69 faults.0.replicas.1: there is no broker 9. The brokers are 1 to 3; aim at one of them or raise cluster.brokers',
  ],
  [
    'partitions that would not grow',
    fault('kind: add-partitions, topic: orders, total: 2'),
    's.yaml:4:58 faults.0.total: orders has 2 partitions already. Write a total above 2',
  ],
  [
    'a fault that never begins',
    'faults:\n  - kind: add-broker\n',
    's.yaml:2:5 faults.0: the fault never begins. Write at: and a time, or on: and an event',
  ],
  [
    'a fault after the end',
    fault('kind: add-broker').replace('1s', '31s'),
    's.yaml:4:10 faults.0.at: begins at 31s, when the faults are over (duration 30s). Begin it earlier or raise duration',
  ],
  [
    'a fault without its target',
    'faults:\n  - kind: kill\n    at: 1s\n',
    's.yaml:2:5 faults.0.target: is missing. Write a broker id such as 1, or a role such as "leader of orders-0" or controller',
  ],
  [
    'two faults with one id',
    `${orders}faults:\n  - {id: f, at: 1, kind: add-broker}\n  - {id: f, at: 1, kind: add-broker}\n`,
    's.yaml:5:10 faults.1.id: a second fault f. Give each fault its own id',
  ],
  [
    'an unknown event',
    'faults: [{kind: add-broker, on: {event: leader-elect}}]\n',
    's.yaml:1:41 faults.0.on.event: there is no event "leader-elect". Did you mean leader-elected?',
  ],
  [
    'an unknown field of an event',
    'faults: [{kind: add-broker, on: {event: leader-elected, where: {partion: orders-0}}}]\n',
    's.yaml:1:65 faults.0.on.where.partion: leader-elected has no field "partion". Did you mean partition?',
  ],
  ['a core broker that does not exist', 'core: [1, 4]\n', 's.yaml:1:11 core.1: there is no broker 4. The brokers are 1 to 3'],
  [
    'an expectation with an unknown property',
    'expect:\n  - verdict: {no-acknowledged-loss: held}\n    properties: {producer.ackz: 1}\n',
    's.yaml:3:18 expect.0.properties.producer.ackz: unknown producer property "ackz". Did you mean acks?',
  ],
  [
    'an expectation that does not fit the producer that it changes',
    'workload: {producers: [{properties: {enable.idempotence: true}}]}\nexpect: [{verdict: {}, properties: {producer.acks: 1}}]\n',
    's.yaml:2:52 expect.0.properties.producer.acks: acks=1; Kafka refuses it beside enable.idempotence=true. Set acks to all, or do without enable.idempotence=true',
  ],
  [
    'a verdict on something that is no guarantee',
    'expect: [{verdict: {no-loss: held}}]\n',
    's.yaml:1:21 expect.0.verdict.no-loss: unknown key "no-loss". Write one of no-acknowledged-loss, no-divergence, consistent-offsets, producer-order, key-order, no-duplicates, no-aborted-reads, transaction-atomicity, exactly-once, at-least-once, at-most-once, no-skipped-records, committed-offsets-honest, single-owner, eventually-converges, group-converges',
  ],
  [
    'a list where one target is needed',
    fault('kind: kill, target: []'),
    's.yaml:4:34 faults.0.target: expected a target, found a list. Write a broker id such as 1, or a role such as "leader of orders-0" or controller',
  ],
  [
    'a fault on a client that is not there',
    fault('kind: client-kill, target: c9'),
    's.yaml:4:41 faults.0.target: there is no client c9. Did you mean c1?',
  ],
  [
    'a fault on a group that is not there',
    fault('kind: client-join, group: g1'),
    's.yaml:4:40 faults.0.group: there is no consumer group g1. Give a consumer a group.id',
  ],
  [
    'the coordinator of a group that is not there',
    fault('kind: kill, target: coordinator of g1'),
    's.yaml:4:34 faults.0.target: there is no consumer group g1. Give a consumer a group.id',
  ],
  [
    'offsets in a transaction without an output',
    'workload: {consumers: [{application: {commit: transaction}}]}',
    's.yaml:1:38 workload.consumers.0.application.output: offsets in a transaction need an output to be in it with. Name the topic of the output',
  ],
  [
    'offsets in a transaction without an output, in an expectation',
    'workload: {consumers: [{application: {commit: after}}]}\nexpect: [{application: {commit: transaction}, verdict: {}}]',
    's.yaml:2:24 expect.0.application: c1: offsets in a transaction need an output to be in it with. Name the topic of the output',
  ],
  [
    'an output to the topic that is read',
    'workload: {consumers: [{application: {output: orders}}]}',
    's.yaml:1:47 workload.consumers.0.application.output: orders is what it reads: it would never come to an end. Name another topic, or give topics',
  ],
  [
    'an application that waits for a client that never commits',
    'workload: {consumers: [{application: {commit: auto}, properties: {enable.auto.commit: false}}]}',
    's.yaml:1:47 workload.consumers.0.application.commit: the client commits nothing with enable.auto.commit=false. Write commit: after (or before, or never), or remove enable.auto.commit',
  ],
  [
    'two members with one group.instance.id',
    'workload: {consumers: [{properties: &p {group.id: g, group.instance.id: i}}, {properties: *p}]}',
    's.yaml:1:91 workload.consumers.1.properties.group.instance.id: a second member i of g. Give each member its own group.instance.id',
  ],
  [
    'more replicas of the offsets than brokers',
    'cluster: {brokers: 1}\ntopics: [{name: orders}]\nworkload: {consumers: [{properties: {group.id: g}}]}',
    's.yaml:1:20 cluster.brokers: offsets.topic.replication.factor is 3, above the number of brokers, 1: consumer groups would never work. Set offsets.topic.replication.factor to 1 under cluster.properties, or raise cluster.brokers to 3',
  ],
  [
    'a session shorter than brokers allow',
    'workload: {consumers: [{properties: {group.id: g, session.timeout.ms: 4000}}]}',
    "s.yaml:1:71 workload.consumers.0.properties.session.timeout.ms: 4000 is below the brokers' group.min.session.timeout.ms, 6000. Raise it to 6000, or lower that to 4000",
  ],
  [
    'a group protocol that the brokers do not speak',
    'workload: {consumers: [{properties: {group.id: g, group.protocol: consumer}}]}',
    's.yaml:1:67 workload.consumers.0.properties.group.protocol: brokers of Kafka 3.9 do not speak the consumer protocol (KIP-848). Add features: {consumerGroupProtocol: true}, or remove group.protocol',
  ],
  [
    'a transaction whose sends nobody awaits',
    'workload: {producers: [{mode: forget, transaction: {}}]}',
    's.yaml:1:31 workload.producers.0.mode: a transaction ends with the results of its sends. Write async or sync',
  ],
  ['a key given twice', 'name: a\nname: b\n', 's.yaml:2:1: Map keys must be unique. Keep one of them'],
  [
    'a file that is cut short',
    'topics: [{name: t, part',
    's.yaml:1:24: Flow map in block collection must be sufficiently indented and end with a }. Close every quote, bracket and brace; the file may have been cut short',
  ],
  ['an empty file', '', 's.yaml:1:1: the scenario is empty. Write at least a name'],
  ['a list instead of a scenario', '- 1\n', 's.yaml:1:1: expected keys and values, found a list. Write keys and values'],
];

describe('clients with groups and transactions', () => {
  const workloadOf = (text: string): Scenario['workload'] => {
    const result = parseScenario(text, 's.yaml');
    if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
    return result.scenario.workload;
  };

  test('a consumer with a group.id is a member whose client commits, unless its properties or its application say otherwise', () => {
    const [auto, manual, looking, none] = workloadOf(`workload: {consumers: [
      {properties: {group.id: g}},
      {properties: {group.id: g, enable.auto.commit: false}},
      {application: null, properties: {group.id: g}},
      {}]}`).consumers;
    expect([auto, manual, looking, none].map((consumer) => consumer?.application?.commit)).toEqual(['auto', 'after', undefined, undefined]);
    expect(auto?.application).toMatchObject({ commitMode: 'sync', workers: 0, output: null });
    expect(none?.properties).toEqual({});
  });

  test('an application makes its consumer a member of g1 that does not commit by itself, with a transactional.id of its own where it needs one', () => {
    const [consumer] = workloadOf(`topics: [{name: orders}, {name: out}]
workload: {consumers: [{id: c1, topics: [orders], application: {commit: transaction, output: out}}]}`).consumers;
    expect(consumer?.properties).toEqual({ 'group.id': 'g1', 'enable.auto.commit': false });
    expect(consumer?.application?.outputProperties).toEqual({ 'transactional.id': 'c1' });
  });

  test('a transactional.id and transactions go together', () => {
    const [named, asked, plain] = workloadOf(
      'workload: {producers: [{properties: {transactional.id: t}}, {transaction: {records: 2}}, {}]}',
    ).producers;
    expect(named?.transaction).toEqual({ records: 5, abortEvery: 0 });
    expect([asked?.transaction, asked?.properties]).toEqual([{ records: 2, abortEvery: 0 }, { 'transactional.id': 'p2' }]);
    expect([plain?.transaction, plain?.resends]).toEqual([null, 0]);
  });
});

describe('a scenario that is wrong', () => {
  test.each(mistakes)('%s', (_name, text, message) => {
    expect(problems(text)).toEqual([message]);
  });

  test('every mistake of a file is told at once', () => {
    expect(problems('core: [9]\ntopics: [{name: t, replicationFactor: 4}]\n')).toHaveLength(2);
  });

  test('a TypeScript scenario is told the path without a line', () => {
    const result = parseScenarioObject({ cluster: { brokers: 'x' } }, 'lesson.ts');
    expect(result.ok ? [] : result.problems.map(problemText)).toEqual([
      'lesson.ts cluster.brokers: expected a number, found "x". Write a whole number from 1 to 1000',
    ]);
  });

  test('aliases that multiply are refused', () => {
    const bomb = 'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]\n';
    expect(problems(bomb)[0]).toBe('s.yaml:1:1: aliases that multiply each other. Write the values out instead');
  });
});
