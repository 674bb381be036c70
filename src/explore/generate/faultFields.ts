/**
 * The own fields of a fault, kind by kind: whom it strikes and how hard. Roles are targets more often than ids, because that is where failures
 * are; one partition of a seed is struck more than the others, so that faults meet.
 */
import type { Random } from '../../engine/random.js';
import type { BrokerTarget, FaultKindName, FaultOf, NodeTarget } from '../../faults/Fault.js';
import type { OwnField } from '../../faults/FaultKind.js';
import type { TopicConfiguration } from '../configuration.js';

/** Who is there to be struck in a seed. */
export interface FaultStage {
  readonly brokers: number;
  readonly zookeeperServers: number;
  readonly topics: readonly TopicConfiguration[];
  /** Ids of the workload's clients. */
  readonly clients: readonly string[];
  /** The partition that most roles speak of, such as `orders-3`. */
  readonly hotPartition: string;
  /** Consumer groups by group.id. */
  readonly groups: readonly string[];
  /** Ids of the groups' members. */
  readonly members: readonly string[];
  /** Ids of the clients that send in transactions. */
  readonly transactional: readonly string[];
  readonly transactionalIds: readonly string[];
}

/** Kinds that mean something only where clients have groups or transactions, and the first few of those only with groups. */
const FOR_GROUPS: readonly FaultKindName[] = ['client-deploy', 'client-join', 'client-leave'];
const FOR_APPLICATIONS: readonly FaultKindName[] = [...FOR_GROUPS, 'client-kill', 'client-restart', 'stall-connection'];

/** Can a fault of this kind be drawn in this seed? */
export function isMeaningful(kind: FaultKindName, { groups, transactional }: FaultStage): boolean {
  if (FOR_GROUPS.includes(kind)) return groups.length > 0;
  return !FOR_APPLICATIONS.includes(kind) || groups.length > 0 || transactional.length > 0;
}

type OwnFields<K extends FaultKindName> = Pick<FaultOf<K>, OwnField<FaultOf<K>>>;

/** How to draw the own fields of each kind. */
export const drawFields: { readonly [K in FaultKindName]: (stage: FaultStage, random: Random) => OwnFields<K> } = {
  kill: (stage, random) => ({ target: brokerTarget(stage, random) }),
  restart: (stage, random) => ({ target: brokerTarget(stage, random) }),
  'rolling-restart': (stage, random) => ({
    targets: random.chance(0.5) ? [] : someBrokers(stage, random, stage.brokers),
    downUs: milliseconds(random, 50, 2000),
    betweenUs: milliseconds(random, 20, 3000),
  }),
  'power-loss': (stage, random) => ({ targets: struckTogether(stage, random), tail: random.pick(['none', 'random'] as const) }),
  'lost-flush': (stage, random) => ({ targets: struckTogether(stage, random) }),
  'disk-wipe': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'bit-rot': (stage, random) => ({
    target: brokerTarget(stage, random),
    partition: random.chance(0.5) ? stage.hotPartition : null,
    batches: random.pick([1, 1, 3, 10]),
  }),
  'disk-full': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'io-error': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'slow-disk': (stage, random) => ({ target: brokerTarget(stage, random), factor: random.pick([5, 20, 100, 1000, 5000]) }),
  pause: (stage, random) => ({ target: nodeTarget(stage, random) }),
  'partition-halves': (stage, random) => ({
    side: side(stage, random),
    neutral: random.pick([[], [], ['zookeeper'], ['clients'], [brokerTarget(stage, random)]] as NodeTarget[][]),
  }),
  'partition-isolate': (stage, random) => ({
    target: brokerTarget(stage, random),
    from: random.chance(0.5) ? ['brokers', 'zookeeper', 'clients'] : some(random, ['brokers', 'zookeeper', 'clients'] as const),
  }),
  'partition-ring': () => ({}),
  'partition-bridge': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'partition-one-way': (stage, random) => ends(stage, random),
  'zookeeper-cut': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'client-cut': (stage, random) => ({
    target: brokerTarget(stage, random),
    clients: random.chance(0.5) ? [] : some(random, stage.clients),
  }),
  'slow-link': (stage, random) => {
    const minUs = milliseconds(random, 1, 500);
    return { ...ends(stage, random), minUs, maxUs: minUs + milliseconds(random, 1, 1000) };
  },
  'flaky-link': (stage, random) => ({
    ...ends(stage, random),
    resetChance: random.pick([0, 0.001, 0.01, 0.05]),
    spikeChance: random.pick([0.01, 0.05, 0.2]),
    spikeMeanUs: milliseconds(random, 5, 500),
  }),
  'stall-connection': (stage, random) => ({ from: [random.pick(applications(stage))], to: [brokerTarget(stage, random)] }),
  'client-kill': (stage, random) => ({ target: random.pick(applications(stage)) }),
  'client-restart': (stage, random) => ({ target: random.pick(applications(stage)) }),
  'client-deploy': (stage, random) => ({
    group: random.pick(stage.groups),
    downUs: milliseconds(random, 50, 1500),
    betweenUs: milliseconds(random, 20, 2000),
  }),
  'client-join': (stage, random) => ({ group: random.pick(stage.groups), count: random.pick([1, 1, 2]) }),
  'client-leave': (stage, random) => ({ target: random.pick(stage.members) }),
  'session-expiry': (stage, random) => ({ target: brokerTarget(stage, random) }),
  'zookeeper-loss': (stage, random) => ({ servers: zookeeperServers(stage, random) }),
  'clock-jump': (stage, random) => ({
    target: nodeTarget(stage, random),
    byUs: random.pick([1, -1]) * random.pick([10_000, 500_000, 5_000_000, 60_000_000, 3_600_000_000]),
  }),
  'clock-drift': (stage, random) => ({
    target: nodeTarget(stage, random),
    ppm: random.pick([1, -1]) * random.pick([100, 1000, 10_000, 100_000, 300_000]),
  }),
  'preferred-election': (stage, random) => ({ partitions: random.chance(0.5) ? [] : [partitionName(stage, random)] }),
  reassignment: (stage, random) => reassignment(stage, random),
  'add-broker': () => ({}),
  'add-partitions': (stage, random) => {
    const topic = random.pick(stage.topics);
    return { topic: topic.name, total: Math.max(2, topic.partitions + random.between(1, 3)) };
  },
};

// ---------------------------------------------------------------- targets

function brokerTarget(stage: FaultStage, random: Random): BrokerTarget {
  const coordinators = coordinatorRoles(stage);
  if (coordinators.length > 0 && random.chance(COORDINATOR_CHANCE)) return random.pick(coordinators);
  const partition = partitionName(stage, random);
  const id = random.between(1, stage.brokers);
  const draw = random.int(100);
  if (draw < 35) return id;
  if (draw < 50) return 'controller';
  if (draw < 80) return `leader of ${partition}`;
  if (draw < 88) return `follower of ${partition}`;
  if (draw < 94) return `last in ISR of ${partition}`;
  return draw < 97 ? `preferred leader of ${partition}` : `outside ISR of ${partition}`;
}

const COORDINATOR_CHANCE = 0.2;
const CLIENT_CHANCE = 0.4;

function coordinatorRoles({ groups, transactionalIds }: FaultStage): string[] {
  return [...groups.map((group) => `coordinator of ${group}`), ...transactionalIds.map((id) => `coordinator of txn ${id}`)];
}

/** The clients that groups and transactions are about. */
function applications({ members, transactional }: FaultStage): string[] {
  return [...new Set([...members, ...transactional])];
}

/** A broker mostly; now and then a client or a ZooKeeper server. */
function nodeTarget(stage: FaultStage, random: Random): NodeTarget {
  const broker = brokerTarget(stage, random);
  const own = applications(stage);
  if (own.length > 0 && random.chance(CLIENT_CHANCE)) return random.pick(own);
  const draw = random.int(100);
  if (draw < 75) return broker;
  return draw < 90 ? random.pick(stage.clients) : `zookeeper-${random.between(1, stage.zookeeperServers)}`;
}

function partitionName(stage: FaultStage, random: Random): string {
  const topic = random.pick(stage.topics);
  const other = `${topic.name}-${random.int(topic.partitions)}`;
  return random.chance(0.65) ? stage.hotPartition : other;
}

/** Power fails for one machine, for several, or for all of them. */
function struckTogether(stage: FaultStage, random: Random): BrokerTarget[] {
  const draw = random.int(100);
  if (draw < 40) return [];
  return draw < 70 ? someBrokers(stage, random, Math.max(1, stage.brokers - 1)) : [brokerTarget(stage, random)];
}

/** One to `most` broker ids in random order. */
function someBrokers(stage: FaultStage, random: Random, most: number): number[] {
  const ids = Array.from({ length: stage.brokers }, (_, i) => i + 1);
  return random.shuffled(ids).slice(0, random.between(1, most));
}

/** At least one of the items, in their order. */
function some<T>(random: Random, items: readonly T[]): T[] {
  const chosen = new Set(random.shuffled(items).slice(0, random.between(1, items.length)));
  return items.filter((item) => chosen.has(item));
}

/** Brokers, and clients and ZooKeeper servers as it falls. */
function side(stage: FaultStage, random: Random): NodeTarget[] {
  const brokers: NodeTarget[] = random.chance(0.5)
    ? [brokerTarget(stage, random)]
    : someBrokers(stage, random, Math.max(1, stage.brokers - 1));
  const servers = Array.from({ length: stage.zookeeperServers }, (_, i) => `zookeeper-${i + 1}`);
  const others = [...stage.clients, ...servers].filter(() => random.chance(0.4));
  return [...brokers, ...others];
}

/** Two ends of links: brokers among each other, or a broker and its ZooKeeper or its clients. */
function ends(stage: FaultStage, random: Random): { from: NodeTarget[]; to: NodeTarget[] } {
  const one = [brokerTarget(stage, random)];
  const two = random.pick([[brokerTarget(stage, random)], ['brokers'], ['brokers'], ['zookeeper'], ['clients']] as NodeTarget[][]);
  return random.chance(0.5) ? { from: one, to: two } : { from: two, to: one };
}

/** One server mostly, else a majority or all of them. */
function zookeeperServers(stage: FaultStage, random: Random): number[] {
  const all = Array.from({ length: stage.zookeeperServers }, (_, i) => i + 1);
  const majority = Math.floor(all.length / 2) + 1;
  const count = random.pick([1, 1, 1, majority, all.length]);
  return random
    .shuffled(all)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** As many replicas as the topic has, elsewhere or in another order. */
function reassignment(stage: FaultStage, random: Random): { partition: string; replicas: number[] } {
  const partition = partitionName(stage, random);
  const topic = stage.topics.find(({ name }) => partition.startsWith(`${name}-`) && /^-\d+$/.test(partition.slice(name.length)));
  const ids = Array.from({ length: stage.brokers }, (_, i) => i + 1);
  return { partition, replicas: random.shuffled(ids).slice(0, topic?.replicationFactor ?? 1) };
}

function milliseconds(random: Random, low: number, high: number): number {
  return random.between(low, high) * 1000;
}
