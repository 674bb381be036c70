/**
 * What a scenario's parts say of each other: faults name brokers, partitions, clients and servers. A smaller scenario must not name what it no
 * longer has; where a name stands in a list, it is taken out, and otherwise the candidate is none.
 */
import type { Fault } from '../../faults/Fault.js';
import { faultKind } from '../../faults/faultKinds.js';
import type { FieldSpec } from '../../faults/FieldSpec.js';
import { NEXT_RECEIVER, type MessageDelay } from '../../faults/MessageDelay.js';
import { parsePartition, parseTarget } from '../../faults/targets.js';
import { groupsOf, transactionalIdsOf } from '../../scenario/clients.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { withDelays } from './delays.js';

/**
 * The scenario without names of clients that are gone; undefined when it still names something that it does not have, or when a
 * fault would come after the end of the chaos phase.
 */
export function coherent(scenario: Scenario): Scenario | undefined {
  const { brokers } = scenario.cluster;
  if (scenario.topics.some(({ replicationFactor }) => replicationFactor > brokers)) return undefined;
  if (scenario.topics.some(({ assignment = [] }) => assignment.flat().some((id) => id > brokers))) return undefined;
  if (scenario.core !== null && (scenario.core.length === 0 || scenario.core.some((id) => id > brokersEver(scenario)))) return undefined;
  if (scenario.faults.some(({ atUs }) => atUs >= scenario.durationUs)) return undefined;
  if (internalReplicas(scenario) > brokers) return undefined;
  const topics = new Set(scenario.topics.map(({ name }) => name));
  const clients = [...scenario.workload.producers, ...scenario.workload.consumers];
  if (clients.some((client) => client.topics.some((topic) => !topics.has(topic)))) return undefined;
  if (
    scenario.workload.consumers.some(
      ({ application }) => application !== null && application.output !== null && !topics.has(application.output),
    )
  )
    return undefined;
  if (
    scenario.workload.producers.some(
      ({ partition, topics: own }) => partition !== null && own.some((topic) => !has(scenario, topic, partition)),
    )
  )
    return undefined;
  const ids = new Set(clients.map(({ id }) => id));
  const faults = scenario.faults.map((fault) => withoutMissingClients(fault, ids));
  if (!faults.every((fault) => namesOnlyWhatExists(fault, scenario, ids))) return undefined;
  return withDelays({ ...scenario, faults }, existingDelays(scenario, ids));
}

/** Those from the start and those that join. */
function brokersEver({ cluster, faults }: Scenario): number {
  return cluster.brokers + faults.filter(({ kind }) => kind === 'add-broker').length;
}

/** A delay of messages that nobody sends, or that begins when all is over, says nothing. */
function existingDelays(scenario: Scenario, clients: ReadonlySet<string>): MessageDelay[] {
  const { delays = [], cluster, durationUs } = scenario;
  const exists = (value: number | string | null): boolean => {
    if (value === null || value === NEXT_RECEIVER) return true;
    const target = parseTarget(value);
    if (target.type === 'broker') return target.id <= brokersEver(scenario);
    if (target.type === 'zookeeper-server') return target.server <= cluster.zookeeperServers;
    return target.type !== 'client' || clients.has(target.id);
  };
  return delays.filter(({ from, to, atUs }) => atUs < durationUs && exists(from) && exists(to));
}

/** Replicas that the internal topics need, as far as somebody uses them; both are 3 by default. */
function internalReplicas(scenario: Scenario): number {
  const factor = (property: string): number => Number(scenario.cluster.properties[property] ?? 3);
  const ofOffsets = groupsOf(scenario).size === 0 ? 0 : factor('offsets.topic.replication.factor');
  return Math.max(ofOffsets, transactionalIdsOf(scenario).length === 0 ? 0 : factor('transaction.state.log.replication.factor'));
}

/** Every partition of a fault, renamed: `leader of orders-4`, `partition: orders-4`, a trigger's `where`. */
export function renamePartitions(fault: Fault, rename: (topic: string, partition: number) => number): Fault {
  const text = (value: string): string => {
    const at = value.lastIndexOf(' of ');
    const head = at < 0 ? '' : value.slice(0, at + 4);
    const named = parsePartition(value.slice(head.length));
    return named === undefined ? value : `${head}${named.topic}-${rename(named.topic, named.partition)}`;
  };
  const own = fieldsOf(fault).map(([name, spec, value]): [string, unknown] => {
    const renamed = ['broker', 'brokers', 'node', 'nodes', 'partition', 'partitions'].includes(spec.type);
    if (!renamed) return [name, value];
    if (Array.isArray(value)) return [name, value.map((item: unknown) => (isRoleOrPartition(spec, item) ? text(item) : item))];
    return [name, isRoleOrPartition(spec, value) ? text(value) : value];
  });
  const where = fault.on?.where;
  const partition = where?.['partition'];
  const on =
    fault.on === undefined || typeof partition !== 'string' ? fault.on : { ...fault.on, where: { ...where, partition: text(partition) } };
  return { ...fault, ...Object.fromEntries(own), ...(on === undefined ? {} : { on }) } as Fault;
}

/** A kind's own fields with their values. */
export function fieldsOf(fault: Fault): [name: string, spec: FieldSpec, value: unknown][] {
  const { fields } = faultKind(fault.kind);
  return Object.entries<FieldSpec>(fields).map(([name, spec]) => [name, spec, fault[name as keyof Fault]]);
}

function isRoleOrPartition(spec: FieldSpec, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return spec.type === 'partition' || spec.type === 'partitions' || parseTarget(value).type === 'role';
}

function withoutMissingClients(fault: Fault, clients: ReadonlySet<string>): Fault {
  const isMissing = (value: unknown): boolean => {
    const target = typeof value === 'string' ? parseTarget(value) : undefined;
    return target?.type === 'client' && !clients.has(target.id);
  };
  const own = fieldsOf(fault).map(([name, spec, value]): [string, unknown] => {
    if ((spec.type !== 'nodes' && spec.type !== 'clients') || !Array.isArray(value)) return [name, value];
    const left = value.filter((item) => !isMissing(item));
    // A list that would become empty would mean everybody, or nobody: it is left for the check to refuse.
    return [name, left.length === 0 && spec.spares !== true ? value : left];
  });
  return { ...fault, ...Object.fromEntries(own) } as Fault;
}

function namesOnlyWhatExists(fault: Fault, scenario: Scenario, clients: ReadonlySet<string>): boolean {
  const brokers = brokersEver(scenario);
  const groups = groupsOf(scenario);
  const transactionalIds = new Set(transactionalIdsOf(scenario).map(({ transactionalId }) => transactionalId));
  const targetExists = (value: number | string): boolean => {
    const target = parseTarget(value);
    if (target.type === 'broker') return target.id <= brokers;
    if (target.type === 'role') return has(scenario, target.topic, target.partition);
    if (target.type === 'coordinator') return target.of === 'group' ? groups.has(target.id) : transactionalIds.has(target.id);
    if (target.type === 'zookeeper-server') return target.server <= scenario.cluster.zookeeperServers;
    return target.type !== 'client' || clients.has(target.id);
  };
  const partitionExists = (value: string): boolean => {
    const named = parsePartition(value);
    return named !== undefined && has(scenario, named.topic, named.partition);
  };
  return fieldsOf(fault).every(([, spec, value]) => {
    const all = (Array.isArray(value) ? value : value === null ? [] : [value]) as (number | string)[];
    switch (spec.type) {
      case 'broker':
      case 'brokers':
      case 'node':
      case 'nodes':
      case 'client':
      case 'clients':
        return all.every(targetExists);
      case 'group':
        return all.every((name) => groups.has(String(name)));
      case 'broker-ids':
        return all.every((id) => Number(id) <= brokers);
      case 'servers':
        return all.every((server) => Number(server) <= scenario.cluster.zookeeperServers);
      case 'partition':
      case 'partitions':
        return all.every((name) => partitionExists(String(name)));
      case 'topic':
        return scenario.topics.some(({ name }) => name === value);
      default:
        return true;
    }
  });
}

/** Whether the topic has the partition, from the start or once partitions were added. */
function has(scenario: Scenario, topic: string, partition: number): boolean {
  const known = scenario.topics.find(({ name }) => name === topic);
  if (known === undefined) return false;
  const totals = scenario.faults.map((fault) => (fault.kind === 'add-partitions' && fault.topic === topic ? fault.total : 0));
  return partition < Math.max(known.partitions, ...totals);
}
