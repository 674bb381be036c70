/**
 * What can be wrong although every field looks right by itself: things that are named and do not exist, more replicas than brokers, Kafka
 * properties that Kafka would refuse. Paths are those of the file form.
 */
import { parseProperties, type ConfigKind } from '../kafka/config/index.js';
import { applicationProblems } from './applicationChecks.js';
import { delayProblems } from './delayChecks.js';
import { faultProblems } from './faultChecks.js';
import { knownSites } from './knownSites.js';
import { suggestion } from './nearest.js';
import type { PathStep, Problem } from './Problem.js';
import type { Properties, Scenario, TopicSection } from './Scenario.js';

/** Every problem, in the order of the sections. */
export function crossChecks(scenario: Scenario): Problem[] {
  return [
    ...clusterProblems(scenario),
    ...scenario.topics.flatMap((topic, i) => topicProblems(scenario, topic, i)),
    ...clientProblems(scenario),
    ...applicationProblems(scenario),
    ...(scenario.network.minUs > scenario.network.maxUs
      ? [problem(['network', 'max'], 'the greatest latency is below the least', 'raise max or lower min')]
      : []),
    ...faultProblems(scenario),
    ...buggifyProblems(scenario),
    ...delayProblems(scenario),
    ...coreProblems(scenario),
    ...expectationProblems(scenario),
  ];
}

export function problem(path: readonly PathStep[], message: string, remedy: string): Problem {
  return { path, atKey: false, message, remedy };
}

/** `the brokers are 1 to 3` */
export function brokersText(scenario: Scenario): string {
  return scenario.cluster.brokers === 1 ? 'the only broker is 1' : `the brokers are 1 to ${scenario.cluster.brokers}`;
}

function clusterProblems(scenario: Scenario): Problem[] {
  const { cluster } = scenario;
  const problems = propertyProblems(scenario, 'broker', cluster.properties, ['cluster', 'properties']);
  for (const [id, properties] of Object.entries(cluster.perBroker)) {
    const path = ['cluster', 'perBroker', id];
    if (Number(id) < 1 || Number(id) > cluster.brokers) {
      problems.push({
        path,
        atKey: true,
        message: `there is no broker ${id}`,
        remedy: `${brokersText(scenario)}; change the id or raise cluster.brokers`,
      });
    }
    problems.push(...propertyProblems(scenario, 'broker', properties, path));
  }
  return problems;
}

function topicProblems(scenario: Scenario, topic: TopicSection, index: number): Problem[] {
  const { brokers } = scenario.cluster;
  const path = ['topics', index];
  const problems: Problem[] = [];
  if (scenario.topics.findIndex((other) => other.name === topic.name) < index) {
    problems.push(problem([...path, 'name'], `a second topic ${topic.name}`, 'give each topic its own name'));
  }
  if (topic.replicationFactor > brokers) {
    problems.push(
      problem(
        [...path, 'replicationFactor'],
        `replication factor ${topic.replicationFactor} is above the number of brokers, ${brokers}`,
        `lower it to ${brokers} or raise cluster.brokers to ${topic.replicationFactor}`,
      ),
    );
  }
  problems.push(...assignmentProblems(scenario, topic, [...path, 'assignment']));
  problems.push(...propertyProblems(scenario, 'topic', topic.properties, [...path, 'properties']));
  return problems;
}

function assignmentProblems(scenario: Scenario, topic: TopicSection, path: readonly PathStep[]): Problem[] {
  const { assignment } = topic;
  if (assignment === undefined) return [];
  const problems: Problem[] = [];
  if (assignment.length !== topic.partitions) {
    const message = `${assignment.length} lists of brokers for ${topic.partitions} partitions`;
    problems.push(problem(path, message, 'write one list per partition, or leave partitions out'));
  }
  assignment.forEach((replicas, p) => {
    if (replicas.length !== topic.replicationFactor) {
      const message = `${replicas.length} brokers for a replication factor of ${topic.replicationFactor}`;
      problems.push(problem([...path, p], message, 'write as many brokers in each list, or leave replicationFactor out'));
    }
    replicas.forEach((id, r) => {
      if (id > scenario.cluster.brokers) problems.push(problem([...path, p, r], `there is no broker ${id}`, brokersText(scenario)));
      else if (replicas.indexOf(id) < r) problems.push(problem([...path, p, r], `broker ${id} twice`, 'name each broker once'));
    });
  });
  return problems;
}

/** Words that mean something else as a fault's target. */
const RESERVED = /^(controller|brokers|clients|zookeeper|admin|\d+|broker-\d+|zookeeper-\d+|zk\d+|b\d+)$/;

function clientProblems(scenario: Scenario): Problem[] {
  const { producers, consumers } = scenario.workload;
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const identify = (id: string, path: readonly PathStep[]): void => {
    if (seen.has(id)) problems.push(problem([...path, 'id'], `a second client ${id}`, 'give each client its own id'));
    else if (RESERVED.test(id))
      problems.push(problem([...path, 'id'], `the id ${id} means something else`, 'choose an id such as p1 or c1'));
    seen.add(id);
  };
  producers.forEach((producer, i) => {
    const path = ['workload', 'producers', i];
    identify(producer.id, path);
    problems.push(...topicNameProblems(scenario, producer.topics, [...path, 'topics']));
    problems.push(...partitionProblems(scenario, producer.partition, producer.topics, [...path, 'partition']));
    problems.push(...propertyProblems(scenario, 'producer', producer.properties, [...path, 'properties']));
  });
  consumers.forEach((consumer, i) => {
    const path = ['workload', 'consumers', i];
    identify(consumer.id, path);
    problems.push(...topicNameProblems(scenario, consumer.topics, [...path, 'topics']));
    problems.push(...propertyProblems(scenario, 'consumer', consumer.properties, [...path, 'properties']));
  });
  return problems;
}

/** `the topics are orders, payments` */
export function topicsText(scenario: Scenario): string {
  if (scenario.topics.length === 0) return 'the scenario has no topics';
  return `the topics are ${scenario.topics.map((topic) => topic.name).join(', ')}`;
}

function topicNameProblems(scenario: Scenario, topics: readonly string[], path: readonly PathStep[]): Problem[] {
  return topics.flatMap((name, i) =>
    scenario.topics.some((topic) => topic.name === name) ? [] : [problem([...path, i], `there is no topic ${name}`, topicsText(scenario))],
  );
}

function partitionProblems(scenario: Scenario, partition: number | null, topics: readonly string[], path: readonly PathStep[]): Problem[] {
  if (partition === null) return [];
  const short = scenario.topics.find((topic) => topics.includes(topic.name) && topic.partitions <= partition);
  if (short === undefined) return [];
  return [problem(path, `${short.name} has no partition ${partition}`, `its partitions are 0 to ${short.partitions - 1}`)];
}

function buggifyProblems({ buggify = {} }: Scenario): Problem[] {
  const known = knownSites().map(({ id }) => id);
  return Object.keys(buggify).flatMap((id) =>
    known.includes(id)
      ? []
      : [{ path: ['buggify', id], atKey: true, message: `there is no buggify site ${id}`, remedy: suggestion(id, known) }],
  );
}

function coreProblems(scenario: Scenario): Problem[] {
  // An add-broker fault may bring brokers that the scenario does not begin with.
  const added = scenario.faults.filter((fault) => fault.kind === 'add-broker').length;
  return (scenario.core ?? []).flatMap((id, i) =>
    id <= scenario.cluster.brokers + added ? [] : [problem(['core', i], `there is no broker ${id}`, brokersText(scenario))],
  );
}

const prefixes: readonly (readonly [string, ConfigKind])[] = [
  ['producer.', 'producer'],
  ['consumer.', 'consumer'],
  ['topic.', 'topic'],
  ['broker.', 'broker'],
];

/** Where a property of an expectation or of `--set` belongs: `producer.acks` is the producers' `acks`; without a prefix it is the brokers'. */
export function scopeOf(name: string): { readonly kind: ConfigKind; readonly name: string } {
  for (const [prefix, kind] of prefixes) if (name.startsWith(prefix)) return { kind, name: name.slice(prefix.length) };
  return { kind: 'broker', name };
}

/** A change has to fit what it is made to: a property is looked at beside those of every section that it goes into. */
function expectationProblems(scenario: Scenario): Problem[] {
  return scenario.expect.flatMap(({ properties = {} }, i) => {
    const path = ['expect', i, 'properties'];
    const keys = Object.keys(properties);
    return CONFIG_KINDS.flatMap((kind) => {
      const changed = keys.filter((key) => scopeOf(key).kind === kind);
      if (changed.length === 0) return [];
      const changes = Object.fromEntries(changed.map((key) => [scopeOf(key).name, properties[key] as Properties[string]]));
      const sections = propertiesOf(scenario, kind);
      for (const given of sections.length === 0 ? [{}] : sections) {
        const problems = propertyProblems(scenario, kind, { ...given, ...changes }, []).map((found) => {
          const key = changed.find((known) => scopeOf(known).name === found.path[0]);
          return { ...found, path: key === undefined ? path : [...path, key] };
        });
        if (problems.length > 0) return problems;
      }
      return [];
    });
  });
}

const CONFIG_KINDS: readonly ConfigKind[] = ['broker', 'topic', 'producer', 'consumer'];

/** What a change of this kind is made to. */
function propertiesOf({ cluster, topics, workload }: Scenario, kind: ConfigKind): readonly Properties[] {
  if (kind === 'broker') return [cluster.properties];
  const sections = { topic: topics, producer: workload.producers, consumer: workload.consumers }[kind];
  return sections.map(({ properties }) => properties);
}

function propertyProblems(scenario: Scenario, kind: ConfigKind, properties: Properties, path: readonly PathStep[]): Problem[] {
  const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: name }));
  return parseProperties(kind, entries, scenario.release).problems.map((found) => ({
    path: [...path, found.name],
    atKey: found.message.startsWith('unknown '),
    message: found.message,
    remedy: found.remedy,
  }));
}
