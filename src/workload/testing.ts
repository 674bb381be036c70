/** One broker under applications, for their tests. */
import { History } from '../check/history.js';
import { Simulation } from '../engine/Simulation.js';
import { KafkaCluster } from '../kafka/cluster/KafkaCluster.js';
import { parseProperties, resolveConsumerConfig, resolveProducerConfig, type ConfigKind, type ConfigValue } from '../kafka/config/index.js';
import { type KafkaFeatures, PRESETS } from '../kafka/protocol/features.js';
import type { ApplicationSection, ConsumerSection, ProducerSection, Properties } from '../scenario/Scenario.js';
import { type ConsumerSpec, Workload } from './Workload.js';

/** A second. */
export const S = 1_000_000;

const none = new Map<string, never>();

export const producer: ProducerSection = {
  ...{ id: 'p1', topics: ['orders'], partition: null, keys: 0, recordBytes: 100, startUs: 2 * S, everyUs: 100_000 },
  ...{ count: 10, mode: 'async', resends: 0, transaction: null, properties: {} },
};

export const consumer: ConsumerSection = {
  id: 'c1',
  topics: ['orders'],
  startUs: 2 * S,
  pollEveryUs: 0,
  application: null,
  properties: {},
};

/** A member of group g1 that reads from the beginning and is soon missed. */
export function member(id: string, application: Partial<ApplicationSection>, properties: Properties = {}): ConsumerSection {
  const commit = application.commit ?? 'after';
  return {
    ...{ ...consumer, id },
    application: {
      ...{
        commit,
        commitMode: 'sync',
        processUs: 1_000,
        workers: 0,
        output: null,
        outputProperties: commit === 'transaction' ? { 'transactional.id': id } : {},
      },
      ...application,
    },
    properties: {
      ...{ 'group.id': 'g1', 'auto.offset.reset': 'earliest', 'enable.auto.commit': commit === 'auto' },
      ...{ 'session.timeout.ms': 1000, 'heartbeat.interval.ms': 300, ...properties },
    },
  };
}

export interface Stage {
  readonly history: History;
  readonly workload: Workload;
  readonly cluster: KafkaCluster;
  readonly simulation: Simulation;
  runTo(us: number): void;
}

/** Topic `orders` of two partitions, `other` and `output` of one, on one broker, under these clients. */
export function apply(
  producers: readonly ProducerSection[],
  consumers: readonly ConsumerSection[],
  features: Partial<KafkaFeatures> = {},
): Stage {
  const simulation = new Simulation('workload');
  const brokerProperties = valuesOf('broker', {
    ...{ 'offsets.topic.num.partitions': 1, 'offsets.topic.replication.factor': 1, 'group.initial.rebalance.delay.ms': 0 },
    ...{ 'transaction.state.log.num.partitions': 1, 'transaction.state.log.replication.factor': 1, 'transaction.state.log.min.isr': 1 },
    'group.min.session.timeout.ms': 500,
  });
  const cluster = new KafkaCluster(simulation, {
    ...{ release: '3.9', features: { ...PRESETS['3.9'], ...features }, brokers: 1, zookeeperServers: 1 },
    ...{ brokerProperties, brokerOverrides: new Map() },
    topics: [
      { name: 'orders', partitions: 2, replicationFactor: 1, config: none },
      { name: 'other', partitions: 1, replicationFactor: 1, config: none },
      { name: 'output', partitions: 1, replicationFactor: 1, config: none },
    ],
  });
  const history = new History();
  const workload = new Workload({
    ...{ simulation, cluster, history, bootstrapBrokers: [1] },
    producers: producers.map((section) => ({ section, config: resolveProducerConfig('3.9', valuesOf('producer', section.properties)) })),
    consumers: consumers.map(specOf),
    memberLike: (section, id) => specOf({ ...section, id }),
  });
  cluster.start();
  workload.start();
  return { history, workload, cluster, simulation, runTo: (us) => simulation.scheduler.runUntil(us) };
}

function specOf(section: ConsumerSection): ConsumerSpec {
  const { application, properties } = section;
  const produces = application !== null && application.output !== null;
  return {
    section,
    config: resolveConsumerConfig('3.9', valuesOf('consumer', properties)),
    outputConfig: produces ? resolveProducerConfig('3.9', valuesOf('producer', application.outputProperties)) : null,
  };
}

function valuesOf(kind: ConfigKind, properties: Properties): ReadonlyMap<string, ConfigValue> {
  const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: 'test' }));
  return parseProperties(kind, entries, '3.9').values;
}
