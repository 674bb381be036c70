/**
 * When partitions accept writes, as brokers see it. A partition does while some broker takes itself for its leader (from `became-leader` to `leadership-ended`, to
 * `became-follower`, to `replica-stopped`, or to its death), its process runs and is not paused, and that leader's committed ISR has as many members as the most
 * demanding producer of the topic needs: min.insync.replicas with acks=all where the release has that check, else one. A deposed leader that does not know it
 * counts: it does take writes, and with acks=1 it acknowledges them. Leaves out whether anybody can reach that leader.
 *
 * The one place of this rule, for what counts while a run happens and for what reads its record afterwards; who feeds it decides what names a partition.
 */

/** What a leader needs in order to accept a write. */
export interface WriteRule {
  /** Least size of its ISR. */
  readonly inSync: number;
}

/** When one partition accepted writes. */
export interface AcceptingTime {
  /** When it had its first leader: its time counts from there. */
  readonly sinceUs: number;
  /** In order of time. */
  readonly spans: readonly { readonly fromUs: number; readonly toUs: number }[];
}

interface PartitionTime {
  readonly rule: WriteRule;
  readonly sinceUs: number;
  /** Size of the ISR by broker that takes itself for the leader: usually one, two while a deposed leader has not heard of it. */
  readonly leaderships: Map<number, number>;
  readonly spans: { readonly fromUs: number; readonly toUs: number }[];
  /** When it began to accept; -1 while it does not. */
  acceptingSinceUs: number;
}

export class WriteAvailability<Partition> {
  private readonly partitions = new Map<Partition, PartitionTime>();
  private readonly paused = new Set<number>();

  /** @param ruleOf null for partitions that do not count. */
  constructor(private readonly ruleOf: (partition: Partition) => WriteRule | null) {}

  /** @param nowUs end of the time that counts. In the order in which the partitions had their first leaders. */
  finish(nowUs: number): Map<Partition, AcceptingTime> {
    const times = new Map<Partition, AcceptingTime>();
    for (const [partition, { sinceUs, spans, acceptingSinceUs }] of this.partitions) {
      const last = acceptingSinceUs < 0 ? [] : [{ fromUs: acceptingSinceUs, toUs: nowUs }];
      times.set(partition, { sinceUs, spans: [...spans, ...last] });
    }
    return times;
  }

  led(timeUs: number, broker: number, partition: Partition, isrSize: number): void {
    const known = this.partitions.get(partition);
    const rule = known?.rule ?? this.ruleOf(partition);
    if (rule === null) return;
    const time = known ?? { rule, sinceUs: timeUs, leaderships: new Map<number, number>(), spans: [], acceptingSinceUs: -1 };
    this.partitions.set(partition, time);
    time.leaderships.set(broker, isrSize);
    this.settle(time, timeUs);
  }

  isrChanged(timeUs: number, broker: number, partition: Partition, isrSize: number): void {
    const time = this.partitions.get(partition);
    if (time === undefined || !time.leaderships.has(broker)) return;
    time.leaderships.set(broker, isrSize);
    this.settle(time, timeUs);
  }

  /** The broker leads no longer, and knows it. */
  ended(timeUs: number, broker: number, partition: Partition): void {
    const time = this.partitions.get(partition);
    if (time?.leaderships.delete(broker) === true) this.settle(time, timeUs);
  }

  processChanged(timeUs: number, broker: number, what: 'died' | 'paused' | 'resumed'): void {
    if (what === 'paused') this.paused.add(broker);
    else this.paused.delete(broker);
    for (const time of this.partitions.values()) {
      if (what === 'died') time.leaderships.delete(broker);
      this.settle(time, timeUs);
    }
  }

  private settle(time: PartitionTime, timeUs: number): void {
    const accepts = [...time.leaderships].some(([broker, isrSize]) => isrSize >= time.rule.inSync && !this.paused.has(broker));
    if (accepts === time.acceptingSinceUs >= 0) return;
    if (!accepts) time.spans.push({ fromUs: time.acceptingSinceUs, toUs: timeUs });
    time.acceptingSinceUs = accepts ? timeUs : -1;
  }
}

/** Members of an ISR as events name them: `1,3`. */
export function isrSize(text: string): number {
  return text === '' ? 0 : text.split(',').length;
}

/** The id in `broker-2`; -1 for any other process. */
export function brokerOfProcess(process: string): number {
  return Number(/^broker-(\d+)$/.exec(process)?.[1] ?? -1);
}
