/** Remembers the moments when records can disappear, truncations and elections, so that a loss found at the end gets its time and cause. */
import type { EventBus } from '../engine/events.js';
import { becameLeader, logTruncated } from '../kafka/events.js';

export interface Setback {
  readonly kind: 'truncation' | 'election';
  readonly partition: number;
  readonly broker: number;
  /** The log's end afterwards: this offset and what follows is not there. */
  readonly end: number;
  /** Of the replica, at the time. */
  readonly highWatermark: number;
  readonly leaderEpoch: number;
  readonly timeUs: number;
  readonly eventIndex: number;
}

export class Setbacks {
  private readonly list: Setback[] = [];

  constructor(private readonly bus: EventBus) {
    bus.subscribe(
      (_type, timeUs, broker, partition, _from, end, leaderEpoch, highWatermark) =>
        this.add({ kind: 'truncation', partition, broker, end, highWatermark, leaderEpoch, timeUs }),
      [logTruncated],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, leaderEpoch, end, highWatermark) =>
        this.add({ kind: 'election', partition, broker, end, highWatermark, leaderEpoch, timeUs }),
      [becameLeader],
    );
  }

  /**
   * What took an acknowledged offset away: the first election of a log without it after the acknowledgement, or else the first truncation
   * below it; or, when a deposed leader acknowledged it, the last election before.
   */
  causeOfLoss(partition: number, offset: number, sentUs: number, acknowledgedUs: number): Setback | undefined {
    const candidates = this.list.filter((setback) => setback.partition === partition && setback.end <= offset && setback.timeUs >= sentUs);
    if (offset < 0) return undefined;
    const elections = candidates.filter((setback) => setback.kind === 'election');
    const after = (setback: Setback): boolean => setback.timeUs >= acknowledgedUs;
    return elections.find(after) ?? elections[elections.length - 1] ?? candidates.find(after) ?? candidates[0];
  }

  /** Did a replica lose what lay at `offset` and beyond, or was one without it elected, between these times? */
  anyBelow(partition: number, offset: number, fromUs: number, toUs: number): boolean {
    return this.list.some(
      (setback) => setback.partition === partition && setback.end < offset && setback.timeUs >= fromUs && setback.timeUs <= toUs,
    );
  }

  /** Was there, at some moment between these times, a leader that had taken over with an uncommitted tail which a later leader did not have? */
  forgotTail(partition: number, fromUs: number, toUs: number): boolean {
    const elections = this.list.filter(
      (setback) => setback.kind === 'election' && setback.partition === partition && setback.timeUs <= toUs,
    );
    return elections.some(
      ({ end, highWatermark, leaderEpoch }) =>
        end > highWatermark &&
        elections.some(
          (later) => later.leaderEpoch > leaderEpoch && later.end < end && later.end >= highWatermark && later.timeUs >= fromUs,
        ),
    );
  }

  private add(setback: Omit<Setback, 'eventIndex'>): void {
    this.list.push({ ...setback, eventIndex: this.bus.count - 1 });
  }
}
