/**
 * Faults as plain data: what goes wrong, when, to whom, for how long. Each carries its own end, so that taking one out of a list never
 * leaves something unhealed. No closures: a fault is printed, compared, shrunk and replayed. All times in integer microseconds.
 */

/**
 * How promises are grouped: Kafka promises more under `crash` than under `power-loss`, where whatever storage had accepted may be gone.
 */
export type FaultClass = 'crash' | 'partition' | 'pause' | 'network' | 'clock' | 'disk' | 'zookeeper' | 'admin' | 'client' | 'power-loss';

export const FAULT_CLASSES: readonly FaultClass[] = [
  'crash',
  'partition',
  'pause',
  'network',
  'clock',
  'disk',
  'zookeeper',
  'admin',
  'client',
  'power-loss',
];

/**
 * A broker by its id (1, 2, …) or by a role that is resolved when the fault begins: `controller`, `leader of orders-0`,
 * `preferred leader of orders-0`, `follower of orders-0` (the first assigned replica that does not lead), `last in ISR of orders-0`,
 * `outside ISR of orders-0` (the first assigned replica that is not in sync), `coordinator of g1` (of the group g1), `coordinator of txn p1` (of the
 * transactional id p1).
 */
export type BrokerTarget = number | string;

/** A broker target, a client by its id (`p1`), one ZooKeeper server (`zookeeper-1`), or a group: `brokers`, `clients`, `zookeeper`. */
export type NodeTarget = number | string;

/** Lets a fault begin at an event instead of a time: the `count`-th (default 1) matching one after the fault's `atUs`, plus `afterUs`. */
export interface FaultTrigger {
  /** Name of an event type, such as `leader-elected`. */
  event: string;
  /** Fields that must be equal; text fields by their text (`partition: orders-0`). */
  where?: Record<string, number | string>;
  count?: number;
  afterUs?: number;
}

interface Timed {
  /** Unique in its scenario. */
  id: string;
  /** When it begins; with `on`, the time from which events are counted. */
  atUs: number;
  on?: FaultTrigger;
  /** How long it lasts; null: until the healing at the end of the chaos phase. 0 for kinds that are over at once. */
  forUs: number | null;
}

// crash: the process dies, its disk and page cache stay
export interface KillFault extends Timed {
  kind: 'kill';
  target: BrokerTarget;
}
export interface RestartFault extends Timed {
  kind: 'restart';
  target: BrokerTarget;
}
export interface RollingRestartFault extends Timed {
  kind: 'rolling-restart';
  /** In this order; empty for every broker in id order. */
  targets: BrokerTarget[];
  downUs: number;
  betweenUs: number;
}

// power-loss: what storage had accepted may be gone
export interface PowerLossFault extends Timed {
  kind: 'power-loss';
  targets: BrokerTarget[];
  /** What survives of the data that was not flushed. */
  tail: 'none' | 'random';
}
export interface LostFlushFault extends Timed {
  kind: 'lost-flush';
  targets: BrokerTarget[];
}
export interface DiskWipeFault extends Timed {
  kind: 'disk-wipe';
  target: BrokerTarget;
}
export interface BitRotFault extends Timed {
  kind: 'bit-rot';
  target: BrokerTarget;
  /** `orders-0`; null for any partition on that disk. */
  partition: string | null;
  /** Batches damaged. */
  batches: number;
}

// disk
export interface DiskFullFault extends Timed {
  kind: 'disk-full';
  target: BrokerTarget;
}
export interface IoErrorFault extends Timed {
  kind: 'io-error';
  target: BrokerTarget;
}
export interface SlowDiskFault extends Timed {
  kind: 'slow-disk';
  target: BrokerTarget;
  /** Writes and flushes take this many times as long. */
  factor: number;
}

// pause
export interface PauseFault extends Timed {
  kind: 'pause';
  target: NodeTarget;
}

// partition: cuts
export interface PartitionHalvesFault extends Timed {
  kind: 'partition-halves';
  /** Everything named here is on one side, the rest on the other. */
  side: NodeTarget[];
  /** These see both sides. */
  neutral: NodeTarget[];
}
export interface PartitionIsolateFault extends Timed {
  kind: 'partition-isolate';
  target: BrokerTarget;
  from: ('brokers' | 'zookeeper' | 'clients')[];
}
export interface PartitionRingFault extends Timed {
  kind: 'partition-ring';
}
export interface PartitionBridgeFault extends Timed {
  kind: 'partition-bridge';
  /** The one broker that both halves still reach. */
  target: BrokerTarget;
}
export interface PartitionOneWayFault extends Timed {
  kind: 'partition-one-way';
  /** What these send … */
  from: NodeTarget[];
  /** … does not reach those. */
  to: NodeTarget[];
}
export interface ZooKeeperCutFault extends Timed {
  kind: 'zookeeper-cut';
  target: BrokerTarget;
}
export interface ClientCutFault extends Timed {
  kind: 'client-cut';
  target: BrokerTarget;
  /** Client ids; empty for every client. */
  clients: string[];
}

// network
export interface SlowLinkFault extends Timed {
  kind: 'slow-link';
  from: NodeTarget[];
  to: NodeTarget[];
  minUs: number;
  maxUs: number;
}
export interface FlakyLinkFault extends Timed {
  kind: 'flaky-link';
  from: NodeTarget[];
  to: NodeTarget[];
  /** Chance, per message, that its connection is reset. */
  resetChance: number;
  /** Chance, per message, of an extra delay (lost packet, sent again). */
  spikeChance: number;
  spikeMeanUs: number;
}

export interface StallConnectionFault extends Timed {
  kind: 'stall-connection';
  /** What these have sent and send over the connections that are open when the fault begins … */
  from: NodeTarget[];
  /** … reaches those at its end only. New connections work. */
  to: NodeTarget[];
}

// client: the applications' own processes
export interface ClientKillFault extends Timed {
  kind: 'client-kill';
  /** Id of the client. */
  target: string;
}
export interface ClientRestartFault extends Timed {
  kind: 'client-restart';
  target: string;
}
export interface ClientDeployFault extends Timed {
  kind: 'client-deploy';
  /** group.id of the members. */
  group: string;
  downUs: number;
  betweenUs: number;
}
export interface ClientJoinFault extends Timed {
  kind: 'client-join';
  group: string;
  /** Members added. */
  count: number;
}
export interface ClientLeaveFault extends Timed {
  kind: 'client-leave';
  target: string;
}

// zookeeper
export interface SessionExpiryFault extends Timed {
  kind: 'session-expiry';
  target: BrokerTarget;
}
export interface ZooKeeperLossFault extends Timed {
  kind: 'zookeeper-loss';
  /** Server numbers, from 1. */
  servers: number[];
}

// clock
export interface ClockJumpFault extends Timed {
  kind: 'clock-jump';
  target: NodeTarget;
  /** Negative: back. */
  byUs: number;
}
export interface ClockDriftFault extends Timed {
  kind: 'clock-drift';
  target: NodeTarget;
  /** Parts per million; negative: slow. */
  ppm: number;
}

// admin: operators do this to healthy clusters
export interface PreferredElectionFault extends Timed {
  kind: 'preferred-election';
  /** `orders-0`, …; empty for every partition. */
  partitions: string[];
}
export interface ReassignmentFault extends Timed {
  kind: 'reassignment';
  partition: string;
  /** Broker ids, the preferred leader first. */
  replicas: number[];
}
export interface AddBrokerFault extends Timed {
  kind: 'add-broker';
}
export interface AddPartitionsFault extends Timed {
  kind: 'add-partitions';
  topic: string;
  /** Partitions that the topic has afterwards. */
  total: number;
}

export type Fault =
  | KillFault
  | RestartFault
  | RollingRestartFault
  | PowerLossFault
  | LostFlushFault
  | DiskWipeFault
  | BitRotFault
  | DiskFullFault
  | IoErrorFault
  | SlowDiskFault
  | PauseFault
  | PartitionHalvesFault
  | PartitionIsolateFault
  | PartitionRingFault
  | PartitionBridgeFault
  | PartitionOneWayFault
  | ZooKeeperCutFault
  | ClientCutFault
  | SlowLinkFault
  | FlakyLinkFault
  | StallConnectionFault
  | ClientKillFault
  | ClientRestartFault
  | ClientDeployFault
  | ClientJoinFault
  | ClientLeaveFault
  | SessionExpiryFault
  | ZooKeeperLossFault
  | ClockJumpFault
  | ClockDriftFault
  | PreferredElectionFault
  | ReassignmentFault
  | AddBrokerFault
  | AddPartitionsFault;

/** What goes wrong, such as `kill` or `slow-link`: `faultKinds` lists the kinds. */
export type FaultKindName = Fault['kind'];

/** The fault of one kind. */
export type FaultOf<K extends FaultKindName> = Extract<Fault, { kind: K }>;
