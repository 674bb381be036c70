/**
 * A white-box invariant: a statement about the cluster's inside that must hold at every moment. Each subscribes only to the events that can
 * change its answer and looks only at the partition concerned, so that the whole set stays cheap.
 *
 * Never checked, because Kafka does not keep them: that followers' high watermarks only grow, that high watermarks grow across leaders as
 * each sees its own, that reads from a deposed leader are up to date, that a send which timed out is absent.
 */
import type { EventBus } from '../../engine/events.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import type { AnomalyKind, Finding, GuaranteeName, InvariantId } from '../Finding.js';
import type { ZooKeeperHistory } from '../linearizability/ZooKeeperHistory.js';
import type { ClusterView } from '../whiteBox.js';
import type { CommittedPrefix } from './CommittedPrefix.js';

export interface InvariantContext {
  readonly bus: EventBus;
  readonly cluster: ClusterView;
  readonly features: Readonly<KafkaFeatures>;
  readonly committed: CommittedPrefix;
  /** What clients asked of ZooKeeper; null where nobody took it down. */
  readonly zookeeper: ZooKeeperHistory | null;
  /** min.insync.replicas as configured for the partition's topic. */
  minIsr(partition: number): number;
  report(finding: Finding): void;
}

/** Findings of one invariant in one run beyond this many are counted but not kept: the first ones tell the story. */
const KEPT_FINDINGS = 5;

export abstract class Invariant {
  abstract readonly id: InvariantId;
  /** Its name in the TLA+ specifications or KIPs it comes from. */
  abstract readonly name: string;
  /** What must hold, in one sentence. */
  abstract readonly statement: string;
  /** The guarantee that falls when the invariant falls, or null when it is only a sign of trouble inside. */
  readonly backs: GuaranteeName | null = null;
  /** What its findings are called; null: after the invariant. */
  protected kind: AnomalyKind | null = null;
  /** How often it was looked at. */
  checks = 0;
  violations = 0;

  constructor(protected readonly context: InvariantContext) {}

  /** Does the invariant mean anything under these protocol features? */
  applies(_features: Readonly<KafkaFeatures>): boolean {
    return true;
  }

  /** Subscribes to the events that can change the answer. */
  abstract watch(bus: EventBus): void;

  /** The run is over: for what can only be judged as a whole. */
  finish(): void {}

  protected violated(timeUs: number, partition: number, offset: number, message: string, witness: Finding['witness']): void {
    if (this.violations++ >= KEPT_FINDINGS) return;
    const own = `invariant/${this.id}` as const;
    const eventIndex = this.context.bus.count - 1;
    const kind = this.kind ?? own;
    const text = `${this.id} ${this.name}: ${message}`;
    this.context.report({ guarantee: this.backs ?? own, kind, partition, offset, value: -1, timeUs, eventIndex, message: text, witness });
  }

  /** `orders-0` for a message. */
  protected text(partition: number): string {
    return this.context.bus.names.text(partition);
  }
}

/** `{1,3}` for a message. */
export function setText(ids: readonly number[]): string {
  return `{${ids.join(',')}}`;
}
