/** What a process was over time: down, paused, leader of the partition in question, controller. Spans of lanes, clipped to a window. */
import type { RecordedEvent } from '../../engine/events.js';
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfBroker, actorOfProcess, type Actor } from '../traffic/actors.js';
import type { TimeWindow } from './timeWindow.js';

export interface LaneSpan {
  readonly lane: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly state: 'down' | 'paused' | 'leads' | 'controls' | 'cut';
  readonly text: string;
}

/** @param partition whose leaders are shown; empty for none. */
export function lanesOfLife(run: RecordedRun, lanes: readonly Actor[], window: TimeWindow, partition: string): LaneSpan[] {
  const { timeline } = run;
  const laneOf = new Map(lanes.map((lane, i) => [lane, i]));
  const terms = timeline.partitions.get(partition)?.terms ?? [];
  const spans = [
    ...terms.map(({ leader, leaderEpoch, unclean, fromUs, toUs }) => {
      const text = `leads ${partition}, epoch ${leaderEpoch}${unclean ? ', unclean' : ''}`;
      return { actor: actorOfBroker(leader), state: 'leads' as const, text, fromUs, toUs };
    }),
    ...timeline.controllers.map(({ broker, fromUs, toUs }) => ({
      actor: actorOfBroker(broker),
      state: 'controls' as const,
      text: 'controller',
      fromUs,
      toUs,
    })),
    ...outages(run.events, timeline.endUs),
  ];
  return spans.flatMap(({ actor, ...span }) => {
    const lane = laneOf.get(actor);
    if (lane === undefined || span.toUs < window.fromUs || span.fromUs > window.toUs) return [];
    return [{ ...span, lane, fromUs: Math.max(span.fromUs, window.fromUs), toUs: Math.min(span.toUs, window.toUs) }];
  });
}

interface Outage {
  readonly actor: Actor;
  readonly state: 'down' | 'paused';
  readonly text: string;
  readonly fromUs: number;
  toUs: number;
}

/** Of every process, clients too. */
function outages(events: readonly RecordedEvent[], endUs: number): Outage[] {
  const all: Outage[] = [];
  const open = new Map<string, Outage>();
  for (const { type, timeUs, fields } of events) {
    if (!type.startsWith('process-')) continue;
    const process = String(fields['process']);
    const before = open.get(process);
    if (before !== undefined) before.toUs = timeUs;
    open.delete(process);
    if (type !== 'process-died' && type !== 'process-paused') continue;
    const actor = actorOfProcess(process);
    const state = type === 'process-died' ? 'down' : 'paused';
    const outage: Outage = { actor, state, text: state === 'down' ? `down (${fields['cause']})` : 'paused', fromUs: timeUs, toUs: endUs };
    all.push(outage);
    open.set(process, outage);
  }
  return all;
}
