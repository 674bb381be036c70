/**
 * P5: the same offset and leader epoch hold the same record on every replica, and the same records below it (Raft's Log Matching; Kafka's
 * since KIP-101). Checked where a log grows: the appended or copied batch is compared with the first one seen at this place and epoch,
 * and so is the batch before it; by induction the whole prefixes agree.
 *
 * Unclean elections do not excuse it: leader epochs are there to keep logs consistent through them. Lost storage can break it in ZooKeeper mode,
 * when a leader comes back with a shorter log and goes on in the same epoch; that is divergence, and reported as such.
 */
import type { EventBus } from '../../engine/events.js';
import { batchAppended, batchReplicated } from '../../kafka/events.js';
import type { RecordBatch } from '../../kafka/protocol/records.js';
import type { LogView } from '../whiteBox.js';
import { agree } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

interface Seen {
  readonly batch: RecordBatch;
  /** The batch below it where it was first seen; undefined at the beginning of a log. */
  readonly before: RecordBatch | undefined;
  readonly broker: number;
}

/** Batches of one partition by leader epoch, then by base offset. */
type SeenByEpoch = Map<number, Map<number, Seen>>;

export class LogMatching extends Invariant {
  readonly id = 'P5';
  readonly name = 'LogMatching';
  readonly statement = 'replicas that hold a batch of the same offset and leader epoch hold the same batch and the same records below it';
  override readonly backs = 'no-divergence';
  protected override kind = 'replicas-diverged' as const;
  private readonly byPartition = new Map<number, SeenByEpoch>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, timeUs, broker, partition, baseOffset) => this.check(timeUs, broker, partition, baseOffset),
      [batchAppended, batchReplicated],
    );
  }

  private check(timeUs: number, broker: number, partition: number, baseOffset: number): void {
    const log = this.context.cluster.replica(broker, partition)?.log;
    const batch = log?.batchAt(baseOffset);
    if (log === undefined || batch === undefined) return;
    this.checks++;
    const before = batchBefore(log, baseOffset);
    const epoch = this.epochOf(partition, batch.leaderEpoch);
    const seen = epoch.get(baseOffset);
    if (seen === undefined) epoch.set(baseOffset, { batch, before, broker });
    else if (!agree(seen.batch, batch)) this.differs(timeUs, broker, partition, batch, seen, seen.batch, batch);
    else if (before !== undefined && seen.before !== undefined && !agree(seen.before, before)) {
      this.differs(timeUs, broker, partition, batch, seen, seen.before, before);
    }
  }

  private epochOf(partition: number, leaderEpoch: number): Map<number, Seen> {
    let epochs = this.byPartition.get(partition);
    if (epochs === undefined) this.byPartition.set(partition, (epochs = new Map()));
    let epoch = epochs.get(leaderEpoch);
    if (epoch === undefined) epochs.set(leaderEpoch, (epoch = new Map()));
    return epoch;
  }

  private differs(
    timeUs: number,
    broker: number,
    partition: number,
    at: RecordBatch,
    seen: Seen,
    theirs: RecordBatch,
    own: RecordBatch,
  ): void {
    const here = `${this.text(partition)}: `;
    const twice = `broker ${broker} wrote leader epoch ${at.leaderEpoch} twice: ${batchText(theirs)}, then ${batchText(own)}.`;
    const apart =
      `brokers ${seen.broker} and ${broker} agree on offset ${at.baseOffset} being of leader epoch ${at.leaderEpoch}, but ` +
      `broker ${seen.broker} holds ${batchText(theirs)} where broker ${broker} holds ${batchText(own)}.`;
    this.violated(timeUs, partition, Math.max(own.baseOffset, theirs.baseOffset), here + (seen.broker === broker ? twice : apart), {
      brokerA: seen.broker,
      brokerB: broker,
      leaderEpoch: at.leaderEpoch,
      atOffset: at.baseOffset,
    });
  }
}

function batchBefore(log: LogView, baseOffset: number): RecordBatch | undefined {
  return baseOffset > log.logStartOffset ? log.batchAt(baseOffset - 1) : undefined;
}

function batchText(batch: RecordBatch): string {
  const range = batch.baseOffset === batch.lastOffset ? `offset ${batch.baseOffset}` : `offsets ${batch.baseOffset}-${batch.lastOffset}`;
  return `${range} of epoch ${batch.leaderEpoch} (first message ${batch.records[0]?.value ?? -1})`;
}
