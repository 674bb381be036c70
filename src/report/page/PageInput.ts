/** What the page of one run is made from. */
import type { SliceSubject } from '../causalSlice.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { Moment } from '../timelineChart.js';

/** Names of the properties that somebody set, by what they are properties of; what a scenario has besides was drawn by its seed. */
export type GivenProperties = Readonly<Record<'broker' | 'topic' | 'producer' | 'consumer', ReadonlySet<string>>>;

/** One sentence of a biography. */
export interface PageSentence {
  readonly text: string;
  /** -1 where it has no single time. */
  readonly timeUs: number;
  /** Events that it tells of, by index. */
  readonly events: readonly number[];
}

export interface PageVerdict {
  readonly name: string;
  readonly verdict: 'held' | 'violated' | 'unknown';
  readonly detail: string;
  /** What the configuration promises, in words; empty where nothing is to be said. */
  readonly promise: string;
}

export interface PageInput {
  readonly run: RecordedRun;
  /** Its scenario as a file. */
  readonly yaml: string;
  /** Guarantee or invariant that failed. */
  readonly guarantee: string;
  readonly headline: string;
  readonly story: readonly PageSentence[];
  /** Why the configuration allows it, and what would prevent it; empty where it promises otherwise. */
  readonly because: string;
  readonly remedy: string;
  /** What the space-time diagram is about; null when the finding concerns no partition. */
  readonly subject: SliceSubject | null;
  /** When it went wrong. */
  readonly moments: readonly Moment[];
  readonly verdicts: readonly PageVerdict[];
  readonly notModelled: readonly { readonly name: string; readonly reason: string }[];
  /** Properties that somebody set; null: everything in the scenario. */
  readonly given: GivenProperties | null;
  readonly replayCommand: string;
  /** `seed 4711, the 312th of 1,000; shrunk from 9 faults to 1`. */
  readonly origin: string;
  readonly version: string;
}
