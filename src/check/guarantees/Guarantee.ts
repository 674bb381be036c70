/** What the checkers of guarantees share: their input, their result, and how they speak of times. */
import type { Names } from '../../engine/events.js';
import type { ApplicationSection } from '../../scenario/Scenario.js';
import type { Chronicle } from '../Chronicle.js';
import type { Finding } from '../Finding.js';
import type { FinalLog, FinalPartition } from '../finalLogs.js';
import type { History, SendRecord } from '../history.js';
import type { Setbacks } from '../Setbacks.js';

/** What decides how a consumer's history is to be read. */
export interface ConsumerTraits {
  /** null: it reads by hand-assigned partitions. */
  readonly group: string | null;
  readonly readCommitted: boolean;
  /** null: it only looks. */
  readonly application: ApplicationSection | null;
}

export interface EndOfRun {
  readonly names: Names;
  readonly history: History;
  readonly partitions: readonly FinalPartition[];
  readonly setbacks: Setbacks;
  readonly chronicle: Chronicle;
  /** Undefined for a client that is not a consumer. */
  readonly consumerOf: (client: string) => ConsumerTraits | undefined;
  /** Something still stood in the way when healing was over and had an alibi, or the run did not heal: what is missing may yet come. */
  readonly stalled: boolean;
  /** The `acks` of a producer client: -1 all, 0, 1, or the legacy N. */
  readonly acksOf: (client: string) => number;
  readonly nowUs: number;
}

export interface Checked {
  /** At most {@link KEPT_FINDINGS}; `violations` counts all. */
  readonly findings: readonly Finding[];
  readonly violations: number;
  /** Things looked at: sends, reads, pairs of logs. */
  readonly judged: number;
  /** Left out for a stated reason, such as retention. */
  readonly excused: number;
  /** Among the excused: what Kafka's own rules lose, with the number of times. */
  readonly kafkasOwn?: ReadonlyMap<string, number>;
  /** Could not be seen: no leader and no running in-sync replica. */
  readonly unseen: number;
}

export const KEPT_FINDINGS = 50;

/** Collects one checker's result. */
export class Tally {
  readonly findings: Finding[] = [];
  violations = 0;
  judged = 0;
  excused = 0;
  unseen = 0;

  readonly kafkasOwn = new Map<string, number>();

  /** Nobody but Kafka's own rules is to blame. */
  excusedAs(rule: string): void {
    this.excused++;
    this.kafkasOwn.set(rule, (this.kafkasOwn.get(rule) ?? 0) + 1);
  }

  /** `finding` is called only for those that are kept. */
  violated(finding: () => Finding): void {
    if (this.violations++ < KEPT_FINDINGS) this.findings.push(finding());
  }
}

/** The end states by interned partition. */
export function byPartition(end: EndOfRun): ReadonlyMap<number, FinalPartition> {
  return new Map(end.partitions.map((final) => [final.partition, final]));
}

/** `3.214 s`. */
export function secondsText(timeUs: number): string {
  return `${(timeUs / 1_000_000).toFixed(3)} s`;
}

export function acksText(acks: number): string {
  return acks === -1 ? 'acks=all' : `acks=${acks}`;
}

/** The application took the send for done in the moment of the call: no broker ever acknowledged it. */
export function isForgotten({ completedUs, invokedUs, offset }: SendRecord): boolean {
  return offset < 0 && completedUs === invokedUs;
}

/** Where an acknowledged record is now: the acknowledged offset if it is still there, else the first one that holds it; -1 nowhere. */
export function finalOffsetOf(log: FinalLog, send: SendRecord): number {
  return send.offset >= 0 && log.valueAt(send.offset) === send.value ? send.offset : log.firstOffsetOf(send.value);
}
