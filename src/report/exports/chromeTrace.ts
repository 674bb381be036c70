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
  const tracks = new TraceTracks(run);
  const events = [
    ...brokerTrace(run, tracks),
    ...partitionTrace(run, tracks),
    ...clientTrace(run, tracks),
    ...lagTrace(run, tracks),
    ...groupTrace(run, tracks),
    ...faultTrace(run, tracks),
    ...messageTrace(run, tracks),
    ...violations(run, tracks),
  ];
  const { scenario, result } = run;
  const about = { generator: 'Trialrun', scenario: scenario.name, seed: scenario.seed, kafka: scenario.release, hash: result.hash };
  const lines = [...tracks.metadata(), ...events].map((event) => JSON.stringify(event));
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[\n${lines.join(',\n')}\n]}\n`;
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
