/** What clients did, as trace events: sends from call to completion, transactions, generations of groups, lag. */
import type { TransactionRecord } from '../../check/history.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { Steps } from '../timeline.js';
import { actorOfProcess } from '../traffic/actors.js';
import { counter } from './clusterTrace.js';
import { span, type TraceEvent, type TraceTracks } from './TraceTracks.js';

/** Sends overlap, so they are pairs of begin and end (`b`, `e`); transactions of one client do not. */
export function clientTrace({ result }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const { history, virtualUs } = result;
  const sends = history.sends.flatMap(({ client, value, key, topic, invokedUs, completedUs, outcome, offset, error }): TraceEvent[] => {
    const track = { ...tracks.thread(actorOfProcess(client), 'sends'), cat: 'send', id: value, name: `send message ${value}` };
    const begun = { topic, ...(key === null ? {} : { key }) };
    const ended = { outcome, ...(offset < 0 ? {} : { offset }), ...(error === '' ? {} : { error }) };
    return [
      { ph: 'b', ...track, ts: invokedUs, args: begun },
      { ph: 'e', ...track, ts: completedUs < 0 ? virtualUs : completedUs, args: ended },
    ];
  });
  return [...sends, ...transactionTrace(history.transactions, virtualUs, tracks)];
}

/** One that never ended lasts until its client begins another. */
function transactionTrace(transactions: readonly TransactionRecord[], endUs: number, tracks: TraceTracks): TraceEvent[] {
  const nextUs = new Map<string, number>();
  const spans = [...transactions].reverse().map((transaction) => {
    const { id, client, transactionalId, beganUs, endedUs, outcome } = transaction;
    const toUs = Math.min(endedUs < 0 ? endUs : endedUs, nextUs.get(client) ?? endUs);
    nextUs.set(client, beganUs);
    const track = tracks.thread(actorOfProcess(client), 'transactions');
    return span(track, 'transaction', `transaction ${id}: ${outcome}`, { fromUs: beganUs, toUs }, { transactionalId });
  });
  return spans.reverse();
}

/** A group's generations, or epochs of the consumer protocol, one after the other. */
export function groupTrace({ events, timeline }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const starts = events.flatMap(({ type, timeUs, fields }) => {
    if (type !== 'generation-started' && type !== 'group-epoch-bumped') return [];
    const name = type === 'generation-started' ? `generation ${fields['generation']}` : `epoch ${fields['groupEpoch']}`;
    return [{ group: String(fields['group']), name, timeUs, coordinator: Number(fields['broker']) }];
  });
  const nextUs = new Map<string, number>();
  const spans = starts.reverse().map(({ group, name, timeUs, coordinator }) => {
    const toUs = nextUs.get(group) ?? timeline.endUs;
    nextUs.set(group, timeUs);
    return span(tracks.thread('groups', group), 'generation', name, { fromUs: timeUs, toUs }, { coordinator });
  });
  return spans.reverse();
}

/** How far a reader was behind the high watermark whenever it was given records. */
export function lagTrace({ result, timeline }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const { names } = result.simulation.bus;
  const byReader = new Map<string, { readonly client: string; readonly partition: string; readonly steps: Steps; next: number }>();
  for (const { client, partition, timeUs, offsets } of result.history.polls) {
    const name = names.text(partition);
    const key = `${client} ${name}`;
    let reader = byReader.get(key);
    if (reader === undefined) byReader.set(key, (reader = { client, partition: name, steps: [], next: 0 }));
    const watermarks = timeline.partitions.get(name)?.highWatermark ?? [];
    while ((watermarks[reader.next]?.timeUs ?? Infinity) <= timeUs) reader.next++;
    const highWatermark = watermarks[reader.next - 1]?.value ?? 0;
    reader.steps.push({ timeUs, value: Math.max(0, highWatermark - (offsets.at(-1) ?? -1) - 1) });
  }
  return [...byReader.values()].flatMap(({ client, partition, steps }) =>
    counter(tracks.process(actorOfProcess(client)), `${partition} lag`, steps),
  );
}
