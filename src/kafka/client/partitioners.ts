/**
 * How a producer chooses the partition of a record: Kafka's own partitioners, one object per producer and topic.
 *
 * The accumulator drives one like this:
 *
 *     let partition = partitioner.partition(key, count, available);
 *     if (allBatchesFull(partition) && partitioner.movesOn(key, count, available)) partition = partitioner.partition(key, count, available);
 *     if (the last batch of `partition` has no room, and partitioner.repartitionsOnNewBatch) {
 *       partitioner.onNewBatch(partition, count, available);         // once for each record
 *       partition = partitioner.partition(key, count, available);    // goes there even when that opens a new batch too
 *     }
 *     append; then
 *     partitioner.onAppended(key, appendedBytes, allBatchesFull, count, available);
 *
 * `allBatchesFull(p)`: no batch in the queue of p can take another record; so it is for an empty queue (all sent).
 * `count` is the number of partitions in the producer's metadata, `available` those of them with a leader, ascending.
 *
 * Left out: the built-in partitioner's weighting by queue length and its exclusion of slow brokers
 * (`partitioner.adaptive.partitioning.enable`, `partitioner.availability.timeout.ms`); the next partition is uniformly drawn.
 */
import type { ProducerConfig } from '../config/index.js';

/** What partitioners need of chance: a uniform integer in [0, boundExclusive). */
export interface PartitionDice {
  int(boundExclusive: number): number;
}

export interface Partitioner {
  /**
   * Whether a record that needs a new batch is partitioned a second time, after `onNewBatch`. So it is for every partitioner of 2.4 to
   * 3.2 (KIP-480), and from 3.3 for those that the user named (KIP-794).
   */
  readonly repartitionsOnNewBatch: boolean;
  /**
   * Partition for a record, 0 to `count - 1`, which may have no leader when none has.
   * @param key undefined or null for a record without a key
   */
  partition(key: string | null | undefined, count: number, available: readonly number[]): number;
  /**
   * Asked before an append to the partition just chosen when all batches of its queue are full: whether a switch that waited for the end
   * of the batch has happened now, so that `partition` is to be asked again.
   */
  movesOn(key: string | null | undefined, count: number, available: readonly number[]): boolean;
  /** A record chosen for `partition` would need a new batch there. */
  onNewBatch(partition: number, count: number, available: readonly number[]): void;
  /**
   * A record was appended to the partition that was chosen last.
   * @param appendedBytes its size in the batch; when it opened the batch, with the batch's header
   * @param allBatchesFull of that partition's queue, after the append
   */
  onAppended(
    key: string | null | undefined,
    appendedBytes: number,
    allBatchesFull: boolean,
    count: number,
    available: readonly number[],
  ): void;
}

/** The partitioner of one producer for one topic. */
export function createPartitioner(
  config: Pick<ProducerConfig, 'partitioner' | 'partitionerIgnoreKeys' | 'batchSizeBytes'>,
  dice: PartitionDice,
): Partitioner {
  switch (config.partitioner) {
    case 'classic':
      return new ClassicPartitioner(dice);
    case 'sticky':
      return new StickyPartitioner(dice, true);
    case 'uniformSticky':
      return new StickyPartitioner(dice, false);
    case 'roundRobin':
      return new RoundRobinPartitioner();
    case 'builtIn':
      return new BuiltInPartitioner(dice, Math.max(1, config.batchSizeBytes), config.partitionerIgnoreKeys);
  }
}

/** The default before 2.4: keys by their hash, the others in turn, beginning anywhere. */
export class ClassicPartitioner implements Partitioner {
  readonly repartitionsOnNewBatch = false;
  private readonly turns: Turns;

  constructor(dice: PartitionDice) {
    this.turns = new Turns(dice.int(0x80000000));
  }

  partition(key: string | null | undefined, count: number, available: readonly number[]): number {
    return hasKey(key) ? partitionOfKey(key, count) : this.turns.next(count, available);
  }

  movesOn(): boolean {
    return false;
  }

  onNewBatch(): void {
    // Before KIP-480 nobody was told.
  }

  onAppended(): void {
    // The next record goes elsewhere anyway.
  }
}

/**
 * `RoundRobinPartitioner` (KIP-369): every record in turn, keys or not, beginning at the first partition. Being asked twice for a record
 * that opens a batch, it skips a partition each time (KAFKA-9965): with an even number of partitions half of them may stay empty.
 */
export class RoundRobinPartitioner implements Partitioner {
  readonly repartitionsOnNewBatch = true;
  private readonly turns = new Turns(0);

  partition(_key: string | null | undefined, count: number, available: readonly number[]): number {
    return this.turns.next(count, available);
  }

  movesOn(): boolean {
    return false;
  }

  onNewBatch(): void {
    // Only the second question counts.
  }

  onAppended(): void {
    // Sizes do not matter to it.
  }
}

/** KIP-480: without a key, to one partition until a new batch is needed there; then to another. */
export class StickyPartitioner implements Partitioner {
  readonly repartitionsOnNewBatch = true;
  private current = -1;

  /** @param byKey false for `UniformStickyPartitioner`, which does not look at keys */
  constructor(
    private readonly dice: PartitionDice,
    private readonly byKey: boolean,
  ) {}

  partition(key: string | null | undefined, count: number, available: readonly number[]): number {
    if (this.byKey && hasKey(key)) return partitionOfKey(key, count);
    if (this.current < 0) this.current = drawPartition(this.dice, count, available);
    return this.current;
  }

  movesOn(): boolean {
    return false;
  }

  /** Also told of batches that records with keys open: those move the sticky partition on when it was theirs. */
  onNewBatch(partition: number, count: number, available: readonly number[]): void {
    if (this.current >= 0 && partition !== this.current) return;
    this.current = this.drawOther(count, available);
  }

  onAppended(): void {
    // Only batches count, not bytes.
  }

  private drawOther(count: number, available: readonly number[]): number {
    const at = available.indexOf(this.current);
    if (at < 0 || available.length < 2) return drawPartition(this.dice, count, available);
    // Kafka draws until it finds another one: the same distribution with one draw.
    const drawn = this.dice.int(available.length - 1);
    return available[drawn < at ? drawn : drawn + 1] ?? 0;
  }
}

/**
 * KIP-794: without a key, to one partition until `batch.size` bytes went there, and on to the end of the batch unless that takes another
 * `batch.size`; then to the next one, which may be the same.
 */
export class BuiltInPartitioner implements Partitioner {
  readonly repartitionsOnNewBatch = false;
  private current = -1;
  private producedBytes = 0;

  constructor(
    private readonly dice: PartitionDice,
    private readonly stickyBatchSizeBytes: number,
    private readonly ignoreKeys: boolean,
  ) {}

  partition(key: string | null | undefined, count: number, available: readonly number[]): number {
    if (!this.ignoreKeys && hasKey(key)) return partitionOfKey(key, count);
    if (this.current < 0) this.current = drawPartition(this.dice, count, available);
    return this.current;
  }

  movesOn(key: string | null | undefined, count: number, available: readonly number[]): boolean {
    if ((!this.ignoreKeys && hasKey(key)) || this.producedBytes < this.stickyBatchSizeBytes) return false;
    this.moveOn(count, available);
    return true;
  }

  onNewBatch(): void {
    // It counts bytes instead.
  }

  onAppended(
    key: string | null | undefined,
    appendedBytes: number,
    allBatchesFull: boolean,
    count: number,
    available: readonly number[],
  ): void {
    if (!this.ignoreKeys && hasKey(key)) return;
    this.producedBytes += appendedBytes;
    const enough = this.producedBytes >= this.stickyBatchSizeBytes && allBatchesFull;
    if (enough || this.producedBytes >= this.stickyBatchSizeBytes * 2) this.moveOn(count, available);
  }

  private moveOn(count: number, available: readonly number[]): void {
    this.current = drawPartition(this.dice, count, available);
    this.producedBytes = 0;
  }
}

/** A counter over the partitions with a leader, or over all while none has one. */
class Turns {
  constructor(private turn: number) {}

  next(count: number, available: readonly number[]): number {
    const turn = this.turn;
    this.turn = (turn + 1) & 0x7fffffff;
    return available.length > 0 ? (available[turn % available.length] ?? 0) : turn % count;
  }
}

function drawPartition(dice: PartitionDice, count: number, available: readonly number[]): number {
  if (available.length === 0) return dice.int(count);
  return available[available.length === 1 ? 0 : dice.int(available.length)] ?? 0;
}

/** A record with an empty key has a key. */
function hasKey(key: string | null | undefined): key is string {
  return key !== null && key !== undefined;
}

/** `toPositive(murmur2(key)) % count`, over all partitions, available or not: adding partitions moves keys. */
export function partitionOfKey(key: string, count: number): number {
  return (murmur2(utf8(key)) & 0x7fffffff) % count;
}

/** Kafka's 32-bit murmur2 (`org.apache.kafka.common.utils.Utils.murmur2`), signed as in Java. */
export function murmur2(bytes: readonly number[]): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  const tail = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k = byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const left = length & 3;
  if (left > 2) h ^= byteAt(bytes, tail + 2) << 16;
  if (left > 1) h ^= byteAt(bytes, tail + 1) << 8;
  if (left > 0) h = Math.imul(h ^ byteAt(bytes, tail), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

function byteAt(bytes: readonly number[], index: number): number {
  return bytes[index] ?? 0;
}

/** UTF-8, as Kafka's StringSerializer writes keys; half a surrogate pair becomes `?`, as in Java. */
export function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code >= 0xd800 && code <= 0xdfff) bytes.push(0x3f);
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      i++;
    }
  }
  return bytes;
}
