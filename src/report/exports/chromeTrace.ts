/**
 * A run in Chrome's trace-event format, which Perfetto and chrome://tracing open: a process for every broker and client, for ZooKeeper, the faults, the partitions and
 * the groups; spans for outages, terms of leaders and controllers, transactions, generations and faults; messages as flows; offsets and lag as counters.
 *
 * Times are microseconds of the simulated clock. Leaves out the metadata that only real processes have (memory, stacks).
 */
import type { RecordedRun } from '../RecordedRun.js';
import { clientTrace, groupTrace, lagTrace } from './clientTrace.js';
import { brokerTrace, faultTrace, partitionTrace } from './clusterTrace.js';
import { messageTrace } from './messageTrace.js';
import { TraceTracks, type TraceEvent } from './TraceTracks.js';

/** One JSON object, one trace event a line. */
export function chromeTrace(run: RecordedRun): string {
  const { scenario, result } = run;
  const about = { generator: 'Trialrun', scenario: scenario.name, seed: scenario.seed, kafka: scenario.release, hash: result.hash };
  let lines = '';
  for (const event of traceEvents(run)) lines += `${lines === '' ? '' : ',\n'}${JSON.stringify(event)}`;
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[\n${lines}\n]}\n`;
}

/** One after the other, because a long run has a million of them; names come last, when all that needs one is known. */
function* traceEvents(run: RecordedRun): Generator<TraceEvent> {
  const tracks = new TraceTracks(run);
  yield* brokerTrace(run, tracks);
  yield* partitionTrace(run, tracks);
  yield* clientTrace(run, tracks);
  yield* lagTrace(run, tracks);
  yield* groupTrace(run, tracks);
  yield* faultTrace(run, tracks);
  yield* messageTrace(run, tracks);
  yield* violations(run, tracks);
  yield* tracks.metadata();
}

/** The first finding against each guarantee, through the whole height of the trace. */
function violations({ result }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const first = new Map(result.judgement.findings.map((finding) => [finding.guarantee, finding] as const).reverse());
  return [...first.values()].reverse().map(({ guarantee, kind, timeUs, message }) => ({
    ...{ ph: 'i', s: 'g', cat: 'violation', name: `violated: ${guarantee}`, ts: timeUs },
    ...tracks.thread('verdict', 'violations'),
    args: { kind, message },
  }));
}
