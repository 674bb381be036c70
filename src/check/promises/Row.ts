/** What decides a promise: configuration facts, and the shape of a row of the table. */
import type { FaultClass, FaultKindName } from '../../faults/Fault.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import type { GuaranteeName } from '../Finding.js';

/** `none`: a run without faults. */
export type JudgedClass = FaultClass | 'none';

/** One topic and one producer that writes to it, or one group member that reads it; with the broker's protocol. */
export interface PromiseFacts {
  readonly features: Readonly<KafkaFeatures>;
  /** -1 all. */
  readonly acks: number;
  readonly retries: number;
  readonly maxInFlight: number;
  readonly enableIdempotence: boolean;
  /** It has a transactional.id. */
  readonly transactional: boolean;
  /** Leaders ask the coordinator before a transaction's first record (KIP-890): by feature and transaction.partition.verification.enable. */
  readonly verification: boolean;
  /** The application looks at the results of its sends. */
  readonly awaited: boolean;
  /** The partitioner puts the records of one key into one partition. */
  readonly keysDecide: boolean;
  /** Retention may take records while their producer still retries, or producer.id.expiration.ms ends before delivery.timeout.ms. */
  readonly producerStateMayVanish: boolean;
  /** cleanup.policy has compact. */
  readonly compacted: boolean;
  /** min.insync.replicas as it counts (capped, 1 where it does not exist). */
  readonly minIsr: number;
  readonly uncleanElection: boolean;
  readonly flushMessages: number;
  /** null: these are a producer's facts. */
  readonly consumer: ConsumerFacts | null;
}

/** How a member of a group deals with what it reads. */
export interface ConsumerFacts {
  /** See ApplicationSection. */
  readonly commit: 'auto' | 'before' | 'after' | 'transaction' | 'never';
  readonly commitMode: 'sync' | 'async';
  readonly workers: number;
  readonly readCommitted: boolean;
  readonly autoOffsetReset: 'latest' | 'earliest' | 'none';
  /** group.instance.id is set (KIP-345). */
  readonly isStatic: boolean;
  /** The group may use the cooperative protocol (KIP-429). */
  readonly cooperative: boolean;
  /** What one poll may return takes longer than max.poll.interval.ms. */
  readonly slow: boolean;
  /** client.rack and the brokers' replica.selector.class send it to the replica of its rack (KIP-392). */
  readonly readsByRack: boolean;
  /** offsets.commit.required.acks. */
  readonly offsetsAcks: number;
  /** The producer of its output; null: its effect is outside Kafka. */
  readonly output: OutputFacts | null;
}

export interface OutputFacts {
  readonly acks: number;
  readonly retries: number;
  readonly idempotent: boolean;
  readonly transactional: boolean;
}

export interface Row {
  readonly guarantees: readonly GuaranteeName[];
  readonly classes: 'all' | 'any-fault' | readonly JudgedClass[];
  readonly when: (facts: PromiseFacts, kinds: readonly FaultKindName[]) => boolean;
  readonly because: string;
  readonly source: string;
  readonly remedy: string;
}

/** They all speak of what is in the logs of topics or of coordinators: what takes records away takes them away too. */
export const ON_LOGS: readonly GuaranteeName[] = [
  'no-aborted-reads',
  'transaction-atomicity',
  'exactly-once',
  'at-least-once',
  'at-most-once',
  'committed-offsets-honest',
  'single-owner',
];
export const LOSS: readonly GuaranteeName[] = ['no-acknowledged-loss'];
/** What holds only while nothing that was read is lost. */
export const READS: readonly GuaranteeName[] = ['consistent-offsets', ...ON_LOGS];
/** Without no-skipped-records, which survives a loss where consumers notice it (KIP-320). */
export const LOSS_AND_READS: readonly GuaranteeName[] = [...LOSS, ...READS];
export const CONTENT: readonly GuaranteeName[] = [...LOSS_AND_READS, 'no-divergence', 'no-skipped-records'];
export const AGREEMENT: readonly GuaranteeName[] = ['no-divergence', 'eventually-converges', 'group-converges'];
export const CONVERGES: readonly GuaranteeName[] = ['eventually-converges', 'group-converges'];
export const ORDER: readonly GuaranteeName[] = ['producer-order', 'key-order'];
export const DUPLICATES: readonly GuaranteeName[] = ['no-duplicates'];
export const DIVERGENCE: readonly GuaranteeName[] = ['no-divergence'];
