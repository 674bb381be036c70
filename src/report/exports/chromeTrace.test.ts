import { beforeAll, describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { recommended } from '../../explore/configuration.js';
import { generateScenario } from '../../explore/generate.js';
import { recordedTrial, scenarioOf, TROUBLED } from '../traffic/testing.js';
import { chromeTrace } from './chromeTrace.js';
import type { TraceEvent } from './TraceTracks.js';

interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string>>;
}

const TRANSACTIONS = `
name: transactions
topics: [{ name: orders }]
workload:
  producers: [{ id: p1, count: 20, every: 50ms, transaction: { records: 4 } }]
  consumers: [{ id: c1, application: { commit: after, process: 5ms } }]
duration: 6s
`;

describe('a trace of a run', () => {
  const scenarios = [
    scenarioOf(TROUBLED),
    scenarioOf(TRANSACTIONS),
    { ...generateScenario(recommended(), '4', FAULT_CLASSES), durationUs: 15_000_000 },
  ];
  const traces: Trace[] = [];
  const texts: string[] = [];
  let first: ReturnType<typeof recordedTrial>;
  beforeAll(() => {
    for (const scenario of scenarios) {
      const run = recordedTrial(scenario);
      first ??= run;
      texts.push(chromeTrace(run));
      traces.push(JSON.parse(texts.at(-1) ?? '') as Trace);
    }
  });
  const all = (ph: string): TraceEvent[] => traces.flatMap(({ traceEvents }) => traceEvents.filter((event) => event.ph === ph));

  it('is the same every time', () => {
    expect(chromeTrace(recordedTrial(scenarios[0] as (typeof scenarios)[number]))).toBe(texts[0]);
  });

  it('has no time before the start, after the end, or between two microseconds', () => {
    for (const { traceEvents } of traces) {
      const wrong = traceEvents.filter(({ ph, ts = -1, dur = 0 }) => ph !== 'M' && (ts < 0 || dur < 0 || !Number.isInteger(ts + dur)));
      expect(wrong).toEqual([]);
    }
  });

  it('gives every flow that begins its end, later, inside of spans at both ends', () => {
    expect(all('s').length).toBeGreaterThan(500);
    for (const { traceEvents } of traces) {
      const key = ({ pid, tid, ts }: TraceEvent): string => `${pid}/${tid}/${ts}`;
      const spans = new Set(traceEvents.filter(({ ph }) => ph === 'X').map(key));
      const ends = new Map(traceEvents.filter(({ ph }) => ph === 'f').map((event) => [event.id, event]));
      const begins = traceEvents.filter(({ ph }) => ph === 's');
      expect(ends.size).toBe(begins.length);
      for (const begin of begins) {
        const end = ends.get(begin.id);
        if (end === undefined || (end.ts ?? 0) <= (begin.ts ?? 0) || !spans.has(key(begin)) || !spans.has(key(end)))
          expect(begin).toEqual(end);
      }
    }
  });

  it('has spans that nest or do not touch, in each thread', () => {
    for (const { traceEvents } of traces) {
      const threads = new Map<string, TraceEvent[]>();
      for (const event of traceEvents.filter(({ ph }) => ph === 'X')) {
        const key = `${event.pid}/${event.tid}`;
        threads.set(key, [...(threads.get(key) ?? []), event]);
      }
      for (const spans of threads.values()) {
        const open: number[] = [];
        const endOf = ({ ts = 0, dur = 0 }: TraceEvent): number => ts + dur;
        for (const span of spans.sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || endOf(b) - endOf(a))) {
          while ((open.at(-1) ?? Infinity) <= (span.ts ?? 0)) open.pop();
          if (endOf(span) > (open.at(-1) ?? Infinity)) expect(span).toBe('inside of the span around it');
          open.push(endOf(span));
        }
      }
    }
  });

  it('ends every send that it begins', () => {
    const pairs = (ph: string): string[] =>
      all(ph)
        .map(({ pid, id, name }) => `${pid} ${id} ${name}`)
        .sort((a, b) => (a < b ? -1 : 1));
    expect(pairs('b').length).toBeGreaterThan(50);
    expect(pairs('e')).toEqual(pairs('b'));
  });

  it('names every process and thread that it uses', () => {
    for (const { traceEvents } of traces) {
      const named = new Set(
        traceEvents.filter(({ name }) => name === 'process_name' || name === 'thread_name').map(({ pid, tid }) => `${pid}/${tid}`),
      );
      const used = new Set(traceEvents.filter(({ ph }) => ph !== 'M').map(({ pid, tid }) => `${pid}/${tid}`));
      expect([...used].filter((track) => !named.has(track))).toEqual([]);
    }
  });

  it('tells what happened to brokers, leaders, faults, transactions and groups', () => {
    const names = (cat: string): string[] =>
      all('X')
        .filter((event) => event.cat === cat)
        .map(({ name }) => name);
    expect(names('outage')).toEqual(expect.arrayContaining(['down', 'paused']));
    expect(names('fault')).toEqual(expect.arrayContaining(['kill', 'pause', 'partition-one-way']));
    expect(names('cut')).toContain('broker-1 to broker-3');
    expect(names('leader')).toContain('led by 2, epoch 2');
    expect(names('transaction').some((name) => name.endsWith(': committed'))).toBe(true);
    expect(names('generation')).toContain('generation 1');
    expect(names('controller').length).toBeGreaterThan(3);
    expect(new Set(all('i').map(({ cat }) => cat))).toEqual(new Set(['truncation', 'isr', 'violation']));
    expect(new Set(all('C').map(({ name }) => name.replace(/^\S+ /, '')))).toEqual(new Set(['high watermark', 'log end', 'lag']));
  });

  it('tells of every message', () => {
    const spans = traces[0]?.traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'message') ?? [];
    const read = first.traffic.messages.filter(({ fate }) => fate === 'delivered').length;
    expect(spans).toHaveLength(first.traffic.messages.length + read);
  });
});
