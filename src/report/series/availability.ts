/** When each partition of the workload accepted writes, by the rule that comparisons of configurations count with ({@link WriteAvailability}), from a run's record. */
import type { RecordedEvent } from '../../engine/events.js';
import { brokerOfProcess, isrSize, WriteAvailability, type WriteRule } from '../../explore/writeAvailability.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { Span } from '../timeline.js';

export interface PartitionAvailability {
  readonly name: string;
  /** When it had its first leader. */
  readonly sinceUs: number;
  /** When it accepted writes; in order of time, until the end of the run. */
  readonly accepting: readonly Span[];
  /** When it did not, from its first leader on. */
  readonly refusing: readonly Span[];
  /** Share of the time from its first leader to the end of the chaos, 0 to 1. */
  readonly share: number;
}

/** By name, in the order in which they had their first leaders. */
export function availabilityOf({ events, timeline, result }: RecordedRun): Map<string, PartitionAvailability> {
  const { names } = result.simulation.bus;
  return availabilityIn(
    events,
    (partition) => result.writeRule(names.find(partition)),
    timeline.endUs,
    timeline.healingUs ?? timeline.endUs,
  );
}

/** @param chaosEndUs until when the share counts. */
export function availabilityIn(
  events: readonly RecordedEvent[],
  ruleOf: (partition: string) => WriteRule | null,
  endUs: number,
  chaosEndUs: number,
): Map<string, PartitionAvailability> {
  const availability = new WriteAvailability(ruleOf);
  for (const event of events) tell(availability, event);
  const found = new Map<string, PartitionAvailability>();
  for (const [name, { sinceUs, spans }] of availability.finish(endUs)) {
    const acceptingUs = spans.reduce((sum, { fromUs, toUs }) => sum + Math.max(0, Math.min(toUs, chaosEndUs) - fromUs), 0);
    const share = chaosEndUs > sinceUs ? acceptingUs / (chaosEndUs - sinceUs) : Number(spans.length > 0);
    found.set(name, { name, sinceUs, accepting: spans, refusing: between(spans, sinceUs, endUs), share });
  }
  return found;
}

function tell(availability: WriteAvailability<string>, { type, timeUs, fields }: RecordedEvent): void {
  const broker = Number(fields['broker'] ?? -1);
  const partition = String(fields['partition'] ?? '');
  switch (type) {
    case 'became-leader':
      return availability.led(timeUs, broker, partition, isrSize(String(fields['isr'])));
    case 'isr-change-committed':
      return availability.isrChanged(timeUs, broker, partition, isrSize(String(fields['isr'])));
    case 'became-follower':
    case 'leadership-ended':
    case 'replica-stopped':
      return availability.ended(timeUs, broker, partition);
    case 'process-died':
    case 'process-paused':
    case 'process-resumed': {
      const process = brokerOfProcess(String(fields['process']));
      const what = type === 'process-died' ? 'died' : type === 'process-paused' ? 'paused' : 'resumed';
      if (process >= 0) availability.processChanged(timeUs, process, what);
    }
  }
}

function between(spans: readonly Span[], fromUs: number, endUs: number): Span[] {
  const gaps: Span[] = [];
  let lastUs = fromUs;
  for (const span of spans) {
    if (span.fromUs > lastUs) gaps.push({ fromUs: lastUs, toUs: span.fromUs });
    lastUs = span.toUs;
  }
  if (endUs > lastUs) gaps.push({ fromUs: lastUs, toUs: endUs });
  return gaps;
}
