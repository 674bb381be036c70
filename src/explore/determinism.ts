/**
 * The check of the law that everything stands on: the same scenario, run twice, gives the same events. Where it does not, the first event in
 * which the runs part is shown.
 */
import { firstDivergence } from '../engine/events.js';
import type { EventRecorder } from '../engine/events.js';
import type { Scenario } from '../scenario/Scenario.js';

/** As much of a trial's result as the comparison needs. */
export interface RecordedResult {
  readonly hash: string;
  readonly recorder: EventRecorder | null;
}

export interface Divergence {
  /** Index of the first event that differs. */
  readonly index: number;
  /** That event, as text, in the first run and in the second. */
  readonly left: string;
  readonly right: string;
}

export interface DeterminismCheck {
  readonly deterministic: boolean;
  /** Of both runs. */
  readonly hashes: readonly [string, string];
  /** Absent when the runs are equal, and when they differ in nothing but the number of silent steps between events. */
  readonly divergence?: Divergence;
}

/** Runs the scenario twice with every event recorded. @param run such as `runTrial`. */
export function checkDeterminism(
  scenario: Scenario,
  run: (scenario: Scenario, options: { record: true }) => RecordedResult,
): DeterminismCheck {
  const left = run(scenario, { record: true });
  const right = run(scenario, { record: true });
  const hashes = [left.hash, right.hash] as const;
  if (left.hash === right.hash) return { deterministic: true, hashes };
  const divergence = left.recorder === null || right.recorder === null ? undefined : firstDivergence(left.recorder, right.recorder);
  return { deterministic: false, hashes, ...(divergence === undefined ? {} : { divergence }) };
}
