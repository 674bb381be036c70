import { describe, expect, it } from 'vitest';
import { Randomness } from '../engine/random.js';
import { eventText } from '../engine/events.js';
import type { Fault } from '../faults/Fault.js';
import { recommendedScenario } from '../scenario/defaults.js';
import type { Scenario } from '../scenario/Scenario.js';
import { redrawnFaults, type Redraw } from './redraw.js';
import { runTrial } from './trial.js';

const S = 1_000_000;

/** Latencies differ from draw to draw, a leader is killed at 3 s, the next one at an event, and another broker is paused at 6 s. */
function scenario(): Scenario {
  const plain = recommendedScenario();
  const [topic] = plain.topics;
  const kill = { kind: 'kill', target: 1, atUs: 3 * S, forUs: 2 * S } as const;
  return {
    ...plain,
    topics: [{ ...(topic as (typeof plain.topics)[number]), partitions: 1, assignment: [[1, 2, 3]] }],
    workload: { producers: plain.workload.producers.slice(0, 1).map((producer) => ({ ...producer, count: 60 })), consumers: [] },
    cluster: { ...plain.cluster, properties: { 'zookeeper.session.timeout.ms': 1500 } },
    faults: [
      { id: 'first', ...kill },
      { id: 'second', ...kill, target: 2, on: { event: 'leader-elected', where: { leader: 2 } } },
      { id: 'third', kind: 'pause', target: 3, atUs: 6 * S, forUs: S },
    ],
    durationUs: 8 * S,
  };
}

/** Every event of a run as text, split at a moment. */
function eventsOf(
  redraw: Redraw | undefined,
  splitUs: number,
): { readonly before: string[]; readonly after: string[]; readonly faults: string[] } {
  const { recorder, faultLog } = runTrial(scenario(), { record: true, ...(redraw === undefined ? {} : { redraw }) });
  const events = recorder?.slice() ?? [];
  const texts = (later: boolean): string[] => events.filter(({ timeUs }) => timeUs > splitUs === later).map(eventText);
  return { before: texts(false), after: texts(true), faults: faultLog.map(({ id }) => id) };
}

describe('a run with another future', () => {
  it.each([0, 2_345_678, 3 * S, 5_100_000, 8 * S])('shares every event up to and including %i µs', (afterUs) => {
    const before = eventsOf(undefined, afterUs);
    for (const faults of ['anew', 'kept', 'none'] as const) {
      const redrawn = eventsOf({ afterUs, salt: 'x', faults }, afterUs);
      expect(redrawn.before).toEqual(before.before);
      expect(redrawn.after).not.toEqual(before.after);
    }
  });

  it('is the same for the same salt and another for another', () => {
    const hash = (salt: string): string => runTrial(scenario(), { redraw: { afterUs: 2 * S, salt, faults: 'anew' } }).hash;
    expect(hash('a')).toBe(hash('a'));
    expect(hash('a')).not.toBe(hash('b'));
  });

  it('keeps the faults to come where the rule says so, each once, and drops them where it says that', () => {
    const at = (faults: Redraw['faults']): string[] => eventsOf({ afterUs: 2 * S, salt: 'x', faults }, 0).faults;
    expect(at('kept')).toEqual(['first', 'second', 'third']);
    expect(at('none')).toEqual([]);
    expect(eventsOf({ afterUs: 3 * S, salt: 'x', faults: 'none' }, 0).faults).toEqual(['first']);
  });

  it('ends a fault in force when it would have ended', () => {
    const { faultLog } = runTrial(scenario(), { redraw: { afterUs: 4 * S, salt: 'x', faults: 'none' } });
    expect(faultLog).toMatchObject([{ id: 'first', beganUs: 3 * S, endedUs: 5 * S }]);
  });
});

describe('faults drawn anew', () => {
  const planned = scenario().faults;
  const drawn = (salt: number): Fault[] =>
    redrawnFaults(planned, { afterUs: 2 * S, salt: 'x', faults: 'anew' }, 8 * S, new Randomness(`salt ${salt}`));

  it('come about half the time, between now and the end of the chaos, to the same target for as long', () => {
    const all = Array.from({ length: 200 }, (_, salt) => drawn(salt)).flat();
    expect(all.length).toBeGreaterThan(240);
    expect(all.length).toBeLessThan(360);
    for (const fault of all) {
      const original = planned.find(({ id }) => id === fault.id);
      expect(fault).toEqual({ ...original, atUs: fault.atUs, on: undefined });
      expect(fault.atUs >= 2 * S && fault.atUs <= 8 * S).toBe(true);
    }
    expect(new Set(all.map(({ atUs }) => atUs)).size).toBeGreaterThan(200);
  });

  it('do not depend on each other', () => {
    const third = (faults: readonly Fault[]): Fault[] =>
      redrawnFaults(faults, { afterUs: 0, salt: 'x', faults: 'anew' }, 8 * S, new Randomness('7')).filter(({ id }) => id === 'third');
    expect(third(planned.slice(2))).toEqual(third(planned));
  });
});
