/** Brokers, partitions and faults as trace events. */
import type { RecordedRun } from '../RecordedRun.js';
import type { Steps } from '../timeline.js';
import { actorOfBroker } from '../traffic/actors.js';
import { span, type TraceEvent, type TraceTracks } from './TraceTracks.js';

/** When a broker was down or paused, and when it was controller. */
export function brokerTrace({ timeline }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  return [
    ...timeline.outages.map((outage) => span(tracks.thread(actorOfBroker(outage.broker), 'process'), 'outage', outage.state, outage)),
    ...timeline.controllers.map((term) => span(tracks.thread(actorOfBroker(term.broker), 'controller'), 'controller', 'controller', term)),
  ];
}

/** Terms of leaders on the brokers that lead; ISR, truncations, log ends and high watermarks. */
export function partitionTrace({ timeline }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  return [...timeline.partitions.values()].flatMap((partition) => {
    const { name, terms, isr, truncations, logEnds, highWatermark } = partition;
    const own = terms.length === 0 ? null : tracks.thread('partitions', name);
    return [
      ...terms.flatMap((term) => {
        const text = `${term.leader < 0 ? 'no leader' : `led by ${term.leader}`}, epoch ${term.leaderEpoch}`;
        const args = { leaderEpoch: term.leaderEpoch, unclean: term.unclean ? 1 : 0 };
        const spans = own === null ? [] : [span(own, 'leader', text, term, args)];
        if (term.leader >= 0)
          spans.push(span(tracks.thread(actorOfBroker(term.leader), `leads ${name}`), 'leader', `epoch ${term.leaderEpoch}`, term, args));
        return spans;
      }),
      ...(own === null ? [] : isr.map(({ fromUs, members }) => instant(own, 'isr', `ISR ${members.join(',')}`, fromUs))),
      ...truncations.map(({ timeUs, broker, from, to }) =>
        instant(tracks.thread(actorOfBroker(broker), 'process'), 'truncation', `truncates ${name} from ${from} to ${to}`, timeUs),
      ),
      ...counter(tracks.process('partitions'), `${name} high watermark`, highWatermark),
      ...[...logEnds].flatMap(([broker, steps]) => counter(tracks.process(actorOfBroker(broker)), `${name} log end`, steps)),
    ];
  });
}

export function faultTrace({ timeline, traffic }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const ofCut = (toUs: number): number => (toUs < 0 ? timeline.endUs : toUs);
  return [
    ...timeline.faults.map((fault) =>
      span(tracks.thread('faults', `${fault.id} ${fault.kind}`), 'fault', fault.kind, fault, { targets: fault.targets.join(', ') }),
    ),
    ...traffic.cuts.map(({ from, to, fromUs, toUs, kind }) =>
      span(tracks.thread('faults', `${kind === 'link' ? 'no way' : 'stalled'} from ${from} to ${to}`), 'cut', `${from} to ${to}`, {
        fromUs,
        toUs: ofCut(toUs),
      }),
    ),
  ];
}

export function counter(pid: number, name: string, steps: Steps): TraceEvent[] {
  return steps.map(({ timeUs, value }) => ({ ph: 'C', cat: 'offset', name, pid, tid: 0, ts: timeUs, args: { value } }));
}

function instant(track: { readonly pid: number; readonly tid: number }, cat: string, name: string, timeUs: number): TraceEvent {
  return { ph: 'i', s: 't', cat, name, ...track, ts: timeUs };
}
