/** Remembers the moments when records can disappear, truncations and elections, so that a loss found at the end gets its time and cause. */
import type { EventBus } from '../engine/events.js';
import { becameLeader, logTruncated } from '../kafka/events.js';

export interface Setback {
  readonly kind: 'truncation' | 'election';
  readonly partition: number;
  readonly broker: number;
  /** The log's end afterwards: this offset and what follows is not there. */
  readonly end: number;
  readonly leaderEpoch: number;
  readonly timeUs: number;
  readonly eventIndex: number;
}

export class Setbacks {
  private readonly list: Setback[] = [];

  constructor(private readonly bus: EventBus) {
    bus.subscribe(
      (_type, timeUs, broker, partition, _from, to, epoch) => this.add('truncation', partition, broker, to, epoch, timeUs),
      [logTruncated],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, epoch, start) => this.add('election', partition, broker, start, epoch, timeUs),
      [becameLeader],
    );
  }

  /** What took an offset away after a moment: the first election of a log without it, or else the first truncation below it. */
  causeOfLoss(partition: number, offset: number, afterUs: number): Setback | undefined {
    const candidates = this.list.filter(
      (setback) => setback.partition === partition && setback.end <= offset && setback.timeUs >= afterUs && offset >= 0,
    );
    return candidates.find((setback) => setback.kind === 'election') ?? candidates[0];
  }

  private add(kind: Setback['kind'], partition: number, broker: number, end: number, leaderEpoch: number, timeUs: number): void {
    this.list.push({ kind, partition, broker, end, leaderEpoch, timeUs, eventIndex: this.bus.count - 1 });
  }
}
