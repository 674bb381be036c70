/**
 * A cluster of plain objects for the judge's own tests: replicas with real batches in an array, a committed state, and a bus on which a test
 * emits what would have happened.
 */
import { EventBus } from '../engine/events.js';
import { Scheduler } from '../engine/Scheduler.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { RecordBatch } from '../kafka/protocol/records.js';
import { placeBatch } from '../kafka/protocol/records.js';
import type { Finding } from './Finding.js';
import { CommittedPrefix } from './invariants/CommittedPrefix.js';
import type { Invariant, InvariantContext } from './invariants/Invariant.js';
import type { ZooKeeperHistory } from './linearizability/ZooKeeperHistory.js';
import type { ClusterView, CommittedState, LogView, ReplicaView } from './whiteBox.js';

/** A batch of one record per value. */
export function batchOf(baseOffset: number, leaderEpoch: number, ...values: number[]): RecordBatch {
  const records = values.map((value) => ({ key: null, value, timestampMs: 0, sizeBytes: 10 }));
  return placeBatch({ producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 71, records }, baseOffset, leaderEpoch);
}

export class FakeLog implements LogView {
  logStartOffset = 0;
  highWatermark = 0;
  constructor(readonly batches: RecordBatch[] = []) {}

  get logEndOffset(): number {
    const last = this.batches[this.batches.length - 1];
    return last === undefined ? this.logStartOffset : last.lastOffset + 1;
  }

  rememberedOffset: (producerId: number, producerEpoch: number, firstSequence: number) => number = () => -1;

  /** Producer id and last offset. */
  remembered: [number, number][] = [];

  forEachRemembered(visit: (producerId: number, lastOffset: number) => void): void {
    for (const [producerId, lastOffset] of this.remembered) visit(producerId, lastOffset);
  }

  batchAt(offset: number): RecordBatch | undefined {
    return this.batches.find((batch) => batch.baseOffset <= offset && offset <= batch.lastOffset);
  }

  forEachBatch(visit: (batch: RecordBatch) => void): void {
    this.batches.forEach(visit);
  }

  truncateTo(offset: number): void {
    while (this.logEndOffset > offset && this.batches.length > 0) this.batches.pop();
    this.highWatermark = Math.min(this.highWatermark, this.logEndOffset);
  }
}

export type FakeReplica = { -readonly [K in keyof ReplicaView]: ReplicaView[K] } & { readonly log: FakeLog };

/** A batch of a transactional producer, one record per value. */
export function transactionalBatch(baseOffset: number, producerId: number, producerEpoch: number, ...values: number[]): RecordBatch {
  return { ...batchOf(baseOffset, 0, ...values), producerId, producerEpoch, baseSequence: 0, isTransactional: true };
}

/** The marker that ends the producer's transaction. */
export function markerOf(offset: number, producerId: number, producerEpoch: number, commit: boolean): RecordBatch {
  const marker = transactionalBatch(offset, producerId, producerEpoch, -1000 - offset);
  return { ...marker, baseSequence: -1, control: { commit, coordinatorEpoch: 0 } };
}

/**
 * One topic `orders` with one partition on brokers 1, 2 and 3, led by 1 in epoch 0, until the test changes it. Further partitions, if a test adds some, are on
 * broker 1 alone.
 */
export class FakeCluster implements ClusterView {
  private readonly scheduler = new Scheduler();
  readonly bus = new EventBus(this.scheduler);
  readonly orders = this.bus.names.idOf('orders-0');
  controller = 1;
  assigned: number[] = [1, 2, 3];
  committed: CommittedState = { leader: 1, leaderEpoch: 0, isr: [1, 2, 3] };
  readonly running = new Map<number, FakeReplica>();
  private readonly others = new Map<number, FakeReplica>();

  constructor() {
    for (const id of [1, 2, 3]) this.running.set(id, fakeReplica(id));
  }

  /** What is emitted from now on happens at this time. */
  nowIs(timeUs: number): void {
    this.scheduler.nowUs = timeUs;
  }

  /** The running replica on a broker; the test fails without it. */
  on(brokerId: number): FakeReplica {
    const replica = this.running.get(brokerId);
    if (replica === undefined) throw new Error(`broker ${brokerId} does not run`);
    return replica;
  }

  /** Puts the same batch on several brokers. */
  hold(batch: RecordBatch, ...brokers: number[]): void {
    for (const broker of brokers) this.on(broker).log.batches.push(batch);
  }

  /** One more partition, such as `outputs-0`. */
  add(name: string): { readonly id: number; readonly log: FakeLog } {
    const id = this.bus.names.idOf(name);
    const replica = { ...fakeReplica(1), replicas: [1], committedIsr: [1], maximalIsr: [1] };
    this.others.set(id, replica);
    return { id, log: replica.log };
  }

  controllerId(): number {
    return this.controller;
  }

  partitions(): readonly number[] {
    return [this.orders, ...this.others.keys()];
  }

  assignment(partition = this.orders): readonly number[] {
    return partition === this.orders ? this.assigned : [1];
  }

  state(partition = this.orders): CommittedState {
    return partition === this.orders ? this.committed : { leader: 1, leaderEpoch: 0, isr: [1] };
  }

  replica(brokerId: number, partition = this.orders): ReplicaView | undefined {
    if (partition === this.orders) return this.running.get(brokerId);
    return brokerId === 1 ? this.others.get(partition) : undefined;
  }
}

function fakeReplica(brokerId: number): FakeReplica {
  const isr = [1, 2, 3];
  const roles = { isLeader: brokerId === 1, leaderId: 1, leaderEpoch: 0 };
  return { brokerId, log: new FakeLog(), ...roles, replicas: isr, committedIsr: isr, maximalIsr: isr, isrChangePending: false };
}

/** Lets one invariant watch a fake cluster and collects what it finds. min.insync.replicas is 2. */
export function watchWith(
  cluster: FakeCluster,
  make: (context: InvariantContext) => Invariant,
  features: Partial<KafkaFeatures> = {},
  zookeeper: ZooKeeperHistory | null = null,
): { readonly invariant: Invariant; readonly findings: Finding[]; readonly committed: CommittedPrefix } {
  const findings: Finding[] = [];
  const committed = new CommittedPrefix(cluster);
  committed.watch(cluster.bus);
  const context = { bus: cluster.bus, cluster, features: { ...PRESETS['3.9'], ...features }, committed, zookeeper };
  const invariant = make({ ...context, minIsr: () => 2, report: (finding) => findings.push(finding) });
  invariant.watch(cluster.bus);
  return { invariant, findings, committed };
}
