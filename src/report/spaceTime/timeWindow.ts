/** Which part of a run is worth looking at closely: from the send of what was lost to its loss; of a run that held, the last election and the fault before it. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { StorySentence } from '../storySentence.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { SliceMark } from './causalSlice.js';
import type { SpaceTimeFocus } from './SpaceTimeFocus.js';

export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
  /** What it shows: `from the first to the last event that bears on it`. */
  readonly why: string;
}

/** Some of its way lies in the window. */
export function isWithin({ sentUs, endedUs }: RecordedMessage, { fromUs, toUs }: TimeWindow): boolean {
  return sentUs <= toUs && (endedUs < 0 ? sentUs >= fromUs : endedUs >= fromUs);
}

/** Shown before the first and after the last event, as a share of the time between them. */
const MARGIN = 0.04;
const LEAST_US = 10_000;
/** Without a record to follow: so much before the moment, and after it. */
const BEFORE_US = 2_000_000;
const AFTER_US = 1_000_000;
/** A fault this long before an election is shown with it. */
const FAULT_BEFORE_US = 8_000_000;

/** @param marks of what led to the failure; empty where nothing failed. */
export function timeWindow(
  run: RecordedRun,
  marks: readonly SliceMark[],
  story: readonly StorySentence[],
  focus: SpaceTimeFocus,
): TimeWindow {
  if (focus.violation === null) return eventfulWindow(run);
  const { subject, violation } = focus;
  // The last sentence is the judge's, who speaks at the end.
  const told = story.slice(0, -1).map(({ timeUs }) => timeUs);
  const shown = marks.map(({ event }) => event.timeUs).filter((timeUs) => subject === null || timeUs >= subject.fromUs);
  const times = [...told, ...shown];
  if (times.length === 0) {
    const why = 'the time around the moment at which it was found';
    return within(run, violation.timeUs - BEFORE_US, violation.timeUs + AFTER_US, why);
  }
  return around(run, earliest(times), latest(times), 'from the first to the last event that bears on it');
}

function eventfulWindow(run: RecordedRun): TimeWindow {
  const { events, timeline } = run;
  const healedUs = timeline.healingUs ?? timeline.endUs;
  const elections = events.filter(
    ({ type, timeUs, fields }) => type === 'leader-elected' && Number(fields['leaderEpoch']) > 0 && timeUs <= healedUs,
  );
  const election = elections.at(-1);
  if (election !== undefined) {
    const faults = timeline.faults.filter(({ fromUs }) => fromUs <= election.timeUs && election.timeUs - fromUs <= FAULT_BEFORE_US);
    const fromUs = faults.at(-1)?.fromUs ?? election.timeUs - BEFORE_US;
    return around(run, fromUs, election.timeUs + AFTER_US, 'the last election before the faults were healed, and the fault before it');
  }
  const fault = timeline.faults.at(-1);
  if (fault !== undefined) return around(run, fault.fromUs, fault.fromUs + AFTER_US, 'the beginning of the last fault');
  const sent = events.find(({ type }) => type === 'batch-sent')?.timeUs ?? 0;
  return within(run, sent, sent + AFTER_US, 'the first records on their way');
}

function around(run: RecordedRun, fromUs: number, toUs: number, why: string): TimeWindow {
  const marginUs = Math.max(LEAST_US, Math.round((toUs - fromUs) * MARGIN));
  return within(run, fromUs - marginUs, toUs + marginUs, why);
}

function within({ timeline }: RecordedRun, fromUs: number, toUs: number, why: string): TimeWindow {
  const from = Math.max(0, Math.min(fromUs, timeline.endUs - LEAST_US));
  return { fromUs: from, toUs: Math.max(from + LEAST_US, Math.min(toUs, timeline.endUs)), why };
}

function earliest(times: readonly number[]): number {
  return times.reduce((least, timeUs) => Math.min(least, timeUs));
}

function latest(times: readonly number[]): number {
  return times.reduce((most, timeUs) => Math.max(most, timeUs));
}
