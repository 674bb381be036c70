/** Faults that aim at something that is not there, wait for an event that nobody emits, or begin when all is over. */
import type { Fault } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import { NODE_GROUPS, PARTITION_ROLES, parsePartition, parseTarget } from '../faults/targets.js';
import { groupsOf, transactionalIdsOf } from './clients.js';
import { formatDuration } from './durations.js';
import { fileFieldName } from './faultSchema.js';
import { fieldNamesOf, knownEvent, knownEventNames } from './knownEvents.js';
import { nearest, suggestion } from './nearest.js';
import type { PathStep, Problem } from './Problem.js';
import type { Scenario } from './Scenario.js';

type Found = Omit<Problem, 'path' | 'atKey'>;

export function faultProblems(scenario: Scenario): Problem[] {
  return scenario.faults.flatMap((fault, i) => {
    const path = ['faults', i];
    return [...timeProblems(scenario, fault, i, path), ...fieldProblems(scenario, fault, path), ...rangeProblems(scenario, fault, path)];
  });
}

function at(path: readonly PathStep[], message: string, remedy: string): Problem {
  return { path, atKey: false, message, remedy };
}

function timeProblems(scenario: Scenario, fault: Fault, index: number, path: readonly PathStep[]): Problem[] {
  const problems: Problem[] = [];
  if (scenario.faults.findIndex((other) => other.id === fault.id) < index) {
    problems.push(at([...path, 'id'], `a second fault ${fault.id}`, 'give each fault its own id'));
  }
  if (fault.atUs >= scenario.durationUs) {
    const message = `begins at ${formatDuration(fault.atUs)}, when the faults are over (duration ${formatDuration(scenario.durationUs)})`;
    problems.push(at([...path, 'at'], message, 'begin it earlier or raise duration'));
  }
  if (fault.on !== undefined) problems.push(...triggerProblems(fault.on, [...path, 'on']));
  return problems;
}

function triggerProblems(trigger: NonNullable<Fault['on']>, path: readonly PathStep[]): Problem[] {
  const type = knownEvent(trigger.event);
  if (type === undefined) {
    const names = knownEventNames();
    const remedy = nearest(trigger.event, names) === undefined ? 'write an event such as leader-elected' : suggestion(trigger.event, names);
    return [at([...path, 'event'], `there is no event "${trigger.event}"`, remedy)];
  }
  const fields = fieldNamesOf(type);
  return Object.keys(trigger.where ?? {}).flatMap((field) =>
    fields.includes(field)
      ? []
      : [
          {
            path: [...path, 'where', field],
            atKey: true,
            message: `${type.name} has no field "${field}"`,
            remedy: suggestion(field, fields),
          },
        ],
  );
}

function fieldProblems(scenario: Scenario, fault: Fault, path: readonly PathStep[]): Problem[] {
  const problems: Problem[] = [];
  for (const [name, spec] of Object.entries<FieldSpec>(faultKind(fault.kind).fields)) {
    const value: unknown = fault[name as keyof Fault];
    const fieldPath = [...path, fileFieldName(name, spec)];
    if (Array.isArray(value)) {
      value.forEach((item: unknown, i) => {
        const found = check(scenario, spec, item);
        if (found !== undefined) problems.push(at([...fieldPath, i], found.message, found.remedy));
      });
    } else {
      const found = check(scenario, spec, value);
      if (found !== undefined) problems.push(at(fieldPath, found.message, found.remedy));
    }
  }
  return problems;
}

function check(scenario: Scenario, spec: FieldSpec, value: unknown): Found | undefined {
  switch (spec.type) {
    case 'broker':
    case 'brokers':
      return checkTarget(scenario, value as number | string, false);
    case 'broker-ids':
      return checkBroker(scenario, value as number);
    case 'node':
    case 'nodes':
      return checkTarget(scenario, value as number | string, true);
    case 'client':
    case 'clients':
      return checkClient(scenario, value as string);
    case 'servers':
      return checkServer(scenario, value as number);
    case 'partition':
    case 'partitions':
      return value === null ? undefined : checkPartition(scenario, value as string);
    case 'topic':
      return checkTopic(scenario, value as string);
    case 'group':
      return checkGroup(scenario, value as string);
    case 'duration':
    case 'integer':
    case 'chance':
    case 'one-of':
    case 'some-of':
      return undefined;
  }
}

/** What is wrong with a target; undefined when the scenario has it. @param anyNode clients, ZooKeeper servers and groups will do too. */
export function checkTarget(scenario: Scenario, target: number | string, anyNode: boolean): Found | undefined {
  const parsed = parseTarget(target);
  switch (parsed.type) {
    case 'broker':
      return checkBroker(scenario, parsed.id);
    case 'controller':
      return undefined;
    case 'role':
      return checkPartition(scenario, `${parsed.topic}-${parsed.partition}`);
    case 'coordinator':
      return parsed.of === 'group' ? checkGroup(scenario, parsed.id) : checkTransactionalId(scenario, parsed.id);
    case 'zookeeper-server':
      return anyNode ? checkServer(scenario, parsed.server) : notABroker(parsed.type, target);
    case 'group':
      return anyNode ? undefined : notABroker(parsed.type, target);
    case 'client':
      if (anyNode && clientsOf(scenario).includes(parsed.id)) return undefined;
      return clientsOf(scenario).includes(parsed.id) ? notABroker(parsed.type, target) : unknownTarget(scenario, parsed.id, anyNode);
  }
}

function unknownTarget(scenario: Scenario, target: string, anyNode: boolean): Found {
  const roles = PARTITION_ROLES.map((role) => `${role} of ${scenario.topics[0]?.name ?? 'orders'}-0`);
  const coordinators = [...groupsOf(scenario).keys()].map((group) => `coordinator of ${group}`);
  const words = ['controller', ...roles, ...coordinators, ...(anyNode ? [...NODE_GROUPS, 'zookeeper-1', ...clientsOf(scenario)] : [])];
  return {
    message: `nothing is called "${target}"`,
    remedy: `${suggestion(target, words)}${nearest(target, words) === undefined ? ', or a broker id' : ''}`,
  };
}

function notABroker(what: string, target: number | string): Found {
  const kind = what === 'client' ? 'a client' : what === 'group' ? 'a group' : 'a ZooKeeper server';
  return {
    message: `${target} is ${kind}, and this fault needs a broker`,
    remedy: 'write a broker id such as 1, or a role such as controller',
  };
}

function checkBroker(scenario: Scenario, id: number): Found | undefined {
  const { brokers } = scenario.cluster;
  // An add-broker fault may bring brokers that the scenario does not begin with.
  const added = scenario.faults.filter((fault) => fault.kind === 'add-broker').length;
  if (id >= 1 && id <= brokers + added) return undefined;
  const have = brokers === 1 ? 'the only broker is 1' : `the brokers are 1 to ${brokers}`;
  return { message: `there is no broker ${id}`, remedy: `${have}; aim at one of them or raise cluster.brokers` };
}

function checkServer(scenario: Scenario, server: number): Found | undefined {
  const servers = scenario.cluster.zookeeperServers;
  if (server >= 1 && server <= servers) return undefined;
  return { message: `there is no ZooKeeper server ${server}`, remedy: `the servers are 1 to ${servers}` };
}

function checkClient(scenario: Scenario, id: string): Found | undefined {
  const clients = clientsOf(scenario);
  return clients.includes(id) ? undefined : { message: `there is no client ${id}`, remedy: suggestion(id, clients) };
}

function checkGroup(scenario: Scenario, id: string): Found | undefined {
  const groups = [...groupsOf(scenario).keys()];
  if (groups.includes(id)) return undefined;
  const remedy = groups.length === 0 ? 'give a consumer a group.id' : suggestion(id, groups);
  return { message: `there is no consumer group ${id}`, remedy };
}

function checkTransactionalId(scenario: Scenario, id: string): Found | undefined {
  const ids = transactionalIdsOf(scenario).map(({ transactionalId }) => transactionalId);
  if (ids.includes(id)) return undefined;
  const remedy = ids.length === 0 ? 'give a producer a transactional.id' : suggestion(id, ids);
  return { message: `no producer has the transactional.id ${id}`, remedy };
}

function checkTopic(scenario: Scenario, name: string): Found | undefined {
  const names = scenario.topics.map((topic) => topic.name);
  return names.includes(name) ? undefined : { message: `there is no topic ${name}`, remedy: suggestion(name, names) };
}

function checkPartition(scenario: Scenario, name: string): Found | undefined {
  const parsed = parsePartition(name);
  const example = `${scenario.topics[0]?.name ?? 'orders'}-0`;
  if (parsed === undefined) return { message: `"${name}" is not a partition`, remedy: `write topic and number, such as ${example}` };
  const topic = scenario.topics.find((one) => one.name === parsed.topic);
  if (topic === undefined) return checkTopic(scenario, parsed.topic);
  const partitions = partitionsInTheEnd(scenario, topic.name, topic.partitions);
  if (parsed.partition < partitions) return undefined;
  return { message: `${topic.name} has no partition ${parsed.partition}`, remedy: `its partitions are 0 to ${partitions - 1}` };
}

/** How many partitions a topic has once every add-partitions fault has come. */
function partitionsInTheEnd(scenario: Scenario, topic: string, initial: number): number {
  const raised = scenario.faults.map((fault) => (fault.kind === 'add-partitions' && fault.topic === topic ? fault.total : 0));
  return Math.max(initial, ...raised);
}

function clientsOf(scenario: Scenario): string[] {
  const { producers, consumers } = scenario.workload;
  return [...producers.map((producer) => producer.id), ...consumers.map((consumer) => consumer.id)];
}

function rangeProblems(scenario: Scenario, fault: Fault, path: readonly PathStep[]): Problem[] {
  if (fault.kind === 'slow-link' && fault.minUs > fault.maxUs) {
    return [at([...path, 'max'], 'the greatest latency is below the least', 'raise max or lower min')];
  }
  if (fault.kind === 'add-partitions') {
    const topic = scenario.topics.find((one) => one.name === fault.topic);
    if (topic !== undefined && fault.total <= topic.partitions) {
      return [
        at([...path, 'total'], `${topic.name} has ${topic.partitions} partitions already`, `write a total above ${topic.partitions}`),
      ];
    }
  }
  if (fault.kind === 'reassignment' && new Set(fault.replicas).size < fault.replicas.length) {
    return [at([...path, 'replicas'], 'a broker is named twice', 'name each broker once')];
  }
  return [];
}
