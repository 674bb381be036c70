/** One recorded run, with what every part of a report reads: the events and what they say of brokers and partitions over time, gathered once. */
import type { RecordedEvent } from '../engine/events.js';
import type { Traffic } from '../explore/messages/RecordedMessage.js';
import type { TrialResult } from '../explore/trial.js';
import type { Scenario } from '../scenario/Scenario.js';
import { timelineOf, type RunTimeline } from './timeline.js';

export interface RecordedRun {
  readonly scenario: Scenario;
  readonly result: TrialResult;
  /** Every event of the run, in order. */
  readonly events: readonly RecordedEvent[];
  readonly timeline: RunTimeline;
  /** What the processes said to each other; nothing in a trial without `messages: true`. */
  readonly traffic: Traffic;
}

/** @param result of a trial with `record: true`. @throws Error when it was not recorded. */
export function recordedRun(scenario: Scenario, result: TrialResult): RecordedRun {
  if (result.recorder === null) throw new Error('a report needs a recorded run');
  const events = result.recorder.slice();
  return {
    scenario,
    result,
    events,
    timeline: timelineOf(events, result.virtualUs),
    traffic: result.traffic ?? { messages: [], cuts: [] },
  };
}
