/**
 * What happened to brokers and partitions over time, gathered from a run's events for drawing: terms of leadership, ISR, log ends, high watermarks,
 * truncations, lives of processes, faults. Reads events only, so it shows the run as it was, not as somebody thinks that it should be.
 */
import type { RecordedEvent } from '../engine/events.js';

/** A time span in simulated microseconds; `toUs` is the end of the run where it did not end before. */
export interface Span {
  readonly fromUs: number;
  toUs: number;
}

export interface FaultSpan extends Span {
  readonly id: string;
  readonly kind: string;
  readonly targets: readonly string[];
}

export interface LeaderTerm extends Span {
  /** -1: nobody. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly unclean: boolean;
}

export interface IsrSpan extends Span {
  readonly members: readonly number[];
}

export interface Truncation {
  readonly timeUs: number;
  readonly broker: number;
  readonly from: number;
  readonly to: number;
}

/** A step line: the value holds from its time until the next point's. */
export type Steps = { readonly timeUs: number; readonly value: number }[];

export interface PartitionTimeline {
  readonly name: string;
  readonly terms: LeaderTerm[];
  readonly isr: IsrSpan[];
  /** By broker id. */
  readonly logEnds: Map<number, Steps>;
  /** As the leaders knew it. */
  readonly highWatermark: Steps;
  readonly truncations: Truncation[];
}

/** A time in which a broker's process was dead or paused. */
export interface Outage extends Span {
  readonly broker: number;
  readonly state: 'down' | 'paused';
}

export interface RunTimeline {
  readonly endUs: number;
  /** When the faults were healed; null when the run ended before. */
  healingUs: number | null;
  /** In order of id. */
  readonly brokers: readonly number[];
  readonly faults: readonly FaultSpan[];
  /** By partition name, in order of first mention. */
  readonly partitions: ReadonlyMap<string, PartitionTimeline>;
  readonly outages: readonly Outage[];
  /** Who was controller when. */
  readonly controllers: readonly (Span & { readonly broker: number })[];
}

export function timelineOf(events: readonly RecordedEvent[], endUs: number): RunTimeline {
  const gathering = new Gathering(endUs);
  for (const event of events) gathering.read(event);
  return gathering.finish();
}

type Fields = RecordedEvent['fields'];
const numberOf = (fields: Fields, name: string): number => Number(fields[name] ?? -1);
const textOf = (fields: Fields, name: string): string => String(fields[name] ?? '');
const idsOf = (text: string): number[] =>
  text === ''
    ? []
    : text
        .replace(/[[\]\s]/g, '')
        .split(',')
        .map(Number);

class Gathering {
  private readonly brokers = new Set<number>();
  private readonly faults: FaultSpan[] = [];
  private readonly partitions = new Map<string, PartitionTimeline>();
  private readonly outages: Outage[] = [];
  private readonly controllers: (Span & { readonly broker: number })[] = [];
  private healingUs: number | null = null;

  constructor(private readonly endUs: number) {}

  finish(): RunTimeline {
    const brokers = [...this.brokers].sort((a, b) => a - b);
    const { endUs, healingUs, faults, partitions, outages, controllers } = this;
    return { endUs, healingUs, brokers, faults, partitions, outages, controllers };
  }

  read({ type, timeUs, fields }: RecordedEvent): void {
    switch (type) {
      case 'fault-began':
        this.faults.push({
          ...this.spanFrom(timeUs),
          id: textOf(fields, 'id'),
          kind: textOf(fields, 'kind'),
          targets: namesIn(textOf(fields, 'targets')),
        });
        break;
      case 'fault-ended':
        endLast(this.faults, timeUs, (fault) => fault.id === fields['id']);
        break;
      case 'healing-began':
        this.healingUs ??= timeUs;
        break;
      case 'controller-elected':
        endLast(this.controllers, timeUs, () => true);
        this.controllers.push({ ...this.spanFrom(timeUs), broker: this.broker(fields, 'broker') });
        break;
      case 'process-died':
      case 'process-paused':
        this.wentAway(brokerOf(textOf(fields, 'process')), type === 'process-died' ? 'down' : 'paused', timeUs);
        break;
      case 'process-started':
      case 'process-resumed':
        endLast(this.outages, timeUs, ({ broker }) => broker === brokerOf(textOf(fields, 'process')));
        break;
      default:
        if (fields['partition'] !== undefined) this.readPartition(type, timeUs, fields, this.partition(textOf(fields, 'partition')));
    }
  }

  private readPartition(type: string, timeUs: number, fields: Fields, partition: PartitionTimeline): void {
    switch (type) {
      case 'leader-elected':
        endLast(partition.terms, timeUs, () => true);
        partition.terms.push({
          ...this.spanFrom(timeUs),
          leader: numberOf(fields, 'leader'),
          leaderEpoch: numberOf(fields, 'leaderEpoch'),
          unclean: numberOf(fields, 'unclean') === 1,
        });
        this.setIsr(partition, timeUs, fields);
        break;
      case 'isr-altered':
      case 'isr-change-committed':
        this.setIsr(partition, timeUs, fields);
        break;
      case 'batch-appended':
      case 'batch-replicated':
        step(this.logEnd(partition, fields), timeUs, numberOf(fields, 'lastOffset') + 1);
        break;
      case 'log-recovered':
        step(this.logEnd(partition, fields), timeUs, numberOf(fields, 'logEndAfter'));
        break;
      case 'log-truncated': {
        const [broker, from, to] = [this.broker(fields, 'broker'), numberOf(fields, 'from'), numberOf(fields, 'to')];
        step(this.logEnd(partition, fields), timeUs, to);
        if (from > to) partition.truncations.push({ timeUs, broker, from, to });
        break;
      }
      case 'became-leader':
        step(this.logEnd(partition, fields), timeUs, numberOf(fields, 'startOffset'));
        step(partition.highWatermark, timeUs, numberOf(fields, 'highWatermark'));
        break;
      case 'became-follower':
        step(this.logEnd(partition, fields), timeUs, numberOf(fields, 'logEndOffset'));
        break;
      case 'high-watermark-advanced':
        step(partition.highWatermark, timeUs, numberOf(fields, 'to'));
        break;
    }
  }

  private spanFrom(fromUs: number): Span {
    return { fromUs, toUs: this.endUs };
  }

  private broker(fields: Fields, name: string): number {
    const broker = numberOf(fields, name);
    if (broker > 0) this.brokers.add(broker);
    return broker;
  }

  private wentAway(broker: number, state: Outage['state'], timeUs: number): void {
    if (broker < 0) return;
    this.brokers.add(broker);
    endLast(this.outages, timeUs, (outage) => outage.broker === broker);
    this.outages.push({ ...this.spanFrom(timeUs), broker, state });
  }

  private partition(name: string): PartitionTimeline {
    let partition = this.partitions.get(name);
    if (partition === undefined) {
      partition = { name, terms: [], isr: [], logEnds: new Map(), highWatermark: [], truncations: [] };
      this.partitions.set(name, partition);
    }
    return partition;
  }

  private setIsr(partition: PartitionTimeline, timeUs: number, fields: Fields): void {
    const members = idsOf(textOf(fields, 'isr'));
    if (partition.isr.at(-1)?.members.join() === members.join()) return;
    endLast(partition.isr, timeUs, () => true);
    partition.isr.push({ ...this.spanFrom(timeUs), members });
  }

  private logEnd(partition: PartitionTimeline, fields: Fields): Steps {
    const broker = this.broker(fields, 'broker');
    let steps = partition.logEnds.get(broker);
    if (steps === undefined) partition.logEnds.set(broker, (steps = []));
    return steps;
  }
}

/** Ends the last span that matches, if it is still open at that time. */
function endLast<S extends Span>(spans: readonly S[], timeUs: number, matches: (span: S) => boolean): void {
  const last = spans.findLast(matches);
  if (last !== undefined && last.toUs > timeUs) last.toUs = timeUs;
}

function step(steps: Steps, timeUs: number, value: number): void {
  if (steps.at(-1)?.value !== value) steps.push({ timeUs, value });
}

function namesIn(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** The id in `broker-2`; -1 for any other process. */
function brokerOf(process: string): number {
  const match = /^broker-(\d+)$/.exec(process);
  return match === null ? -1 : Number(match[1]);
}
