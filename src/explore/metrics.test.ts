import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processDied, processPaused, processResumed } from '../engine/engineEvents.js';
import { EventBus } from '../engine/events.js';
import { Scheduler } from '../engine/Scheduler.js';
import type { SendRecord } from '../check/history.js';
import { becameFollower, becameLeader, isrChangeCommitted, leadershipEnded, replicaStopped } from '../kafka/events.js';
import { AvailabilityRecorder, costOf, metricsOf, percentile, type Availability, type TrialMetrics } from './metrics.js';

/** What happens in a tiny cluster of three brokers and two partitions, one act a moment. */
type Act =
  | { readonly what: 'leads' | 'isr'; readonly broker: number; readonly partition: string; readonly isr: readonly number[] }
  | { readonly what: 'follows' | 'ends' | 'stops'; readonly broker: number; readonly partition: string }
  | { readonly what: 'dies' | 'pauses' | 'resumes'; readonly broker: number };

const PARTITIONS = ['orders-0', 'orders-1', 'internal-0'];
const END = 100;

function recorded(acts: readonly { readonly at: number; readonly act: Act }[], inSync: number): Availability {
  const scheduler = new Scheduler();
  const bus = new EventBus(scheduler);
  const recorder = new AvailabilityRecorder(bus, (partition) => (bus.names.text(partition).startsWith('orders') ? { inSync } : null));
  for (const { at, act } of acts) scheduler.at(at, () => emit(bus, act), undefined);
  scheduler.runUntil(END);
  return recorder.finish(END);
}

function emit(bus: EventBus, act: Act): void {
  const partition = 'partition' in act ? bus.names.idOf(act.partition) : -1;
  const isr = 'isr' in act ? bus.names.idOf(act.isr.join(',')) : 0;
  const process = bus.names.idOf(`broker-${act.broker}`);
  switch (act.what) {
    case 'leads':
      return bus.emit(becameLeader, act.broker, partition, 0, 0, 0, isr);
    case 'isr':
      return bus.emit(isrChangeCommitted, act.broker, partition, 0, isr, 0);
    case 'follows':
      return bus.emit(becameFollower, act.broker, partition, 0, 0, 0, 0);
    case 'ends':
      return bus.emit(leadershipEnded, act.broker, partition, 0, 0, 0);
    case 'stops':
      return bus.emit(replicaStopped, act.broker, partition, 0, 0);
    case 'dies':
      return bus.emit(processDied, process, 0);
    case 'pauses':
      return bus.emit(processPaused, process);
    case 'resumes':
      return bus.emit(processResumed, process);
  }
}

/** The definition, read literally: for every microsecond, look back at everything that happened before. */
function naive(acts: readonly { readonly at: number; readonly act: Act }[], inSync: number): Availability {
  let acceptingUs = 0;
  let totalUs = 0;
  for (const partition of PARTITIONS.slice(0, 2)) {
    for (let us = 0; us < END; us++) {
      const past = acts.filter(({ at }) => at <= us).map(({ act }) => act);
      if (!past.some((act) => act.what === 'leads' && act.partition === partition)) continue;
      totalUs++;
      if ([1, 2, 3].some((broker) => accepts(past, broker, partition, inSync))) acceptingUs++;
    }
  }
  return { acceptingUs, totalUs };
}

function accepts(past: readonly Act[], broker: number, partition: string, inSync: number): boolean {
  const own = past.filter((act) => act.broker === broker);
  const paused =
    own
      .map(({ what }) => what)
      .filter((what) => ['pauses', 'resumes', 'dies'].includes(what))
      .at(-1) === 'pauses';
  const of = own.filter((act) => !('partition' in act) || act.partition === partition);
  const led = of.map(({ what }) => what).lastIndexOf('leads');
  const since = of.slice(led + 1);
  if (led < 0 || paused || since.some(({ what }) => ['follows', 'ends', 'stops', 'dies'].includes(what))) return false;
  const isr = [...of.slice(led)].reverse().find((act) => act.what === 'leads' || act.what === 'isr');
  return isr !== undefined && 'isr' in isr && isr.isr.length >= inSync;
}

const broker = fc.integer({ min: 1, max: 3 });
const partition = fc.constantFrom(...PARTITIONS);
const isr = fc.constantFrom([], [1], [1, 2], [1, 2, 3]);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ what: fc.constantFrom('leads' as const, 'leads' as const, 'isr' as const), broker, partition, isr }),
  fc.record({ what: fc.constantFrom('follows' as const, 'ends' as const, 'stops' as const), broker, partition }),
  fc.record({ what: fc.constantFrom('dies' as const, 'pauses' as const, 'resumes' as const), broker }),
);
/** Distinct times, so that the naive reading is unambiguous. */
const story = fc
  .uniqueArray(fc.integer({ min: 0, max: END - 1 }), { maxLength: 25 })
  .chain((times) => fc.tuple(...times.sort((a, b) => a - b).map((at) => act.map((one) => ({ at, act: one })))));

describe('availability as brokers see it', () => {
  it('is what a reading of every microsecond gives, whatever happens', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 3 }), (acts, inSync) => {
        expect(recorded(acts, inSync)).toEqual(naive(acts, inSync));
      }),
      { numRuns: 400 },
    );
  });

  const leads = (at: number, by: number, members: readonly number[]): { at: number; act: Act } => ({
    at,
    act: { what: 'leads', broker: by, partition: 'orders-0', isr: members },
  });

  it('counts from the first leader on, and asks for as many replicas as the rule says', () => {
    expect(recorded([leads(20, 1, [1, 2])], 2)).toEqual({ acceptingUs: 80, totalUs: 80 });
    expect(recorded([leads(20, 1, [1, 2])], 3)).toEqual({ acceptingUs: 0, totalUs: 80 });
    expect(recorded([], 1)).toEqual({ acceptingUs: 0, totalUs: 0 });
  });

  it('takes a deposed leader that does not know it for one that accepts', () => {
    const cut = { at: 50, act: { what: 'ends', broker: 1, partition: 'orders-0' } as const };
    expect(recorded([leads(0, 1, [1, 2]), leads(30, 2, [2]), cut], 2)).toEqual({ acceptingUs: 50, totalUs: 100 });
  });
});

function send(outcome: SendRecord['outcome'], tookUs: number): SendRecord {
  return {
    ...{ value: 0, client: 'p1', topic: 'orders', key: null, partition: 0, invokedUs: 1_000, completedUs: 1_000 + tookUs, outcome },
    ...{ offset: 0, error: '', transaction: -1, input: -1, resendOf: -1 },
  };
}

describe('what clients see', () => {
  it('counts acknowledged sends, how long they took, and what was lost or doubled', () => {
    const sends = [send('ok', 30), send('failed', 5), send('ok', 10), send('pending', -1), send('unknown', 99)];
    const guarantees = [
      { name: 'no-acknowledged-loss', violations: 2 },
      { name: 'no-duplicates', violations: 3 },
    ] as const;
    expect(metricsOf({ acceptingUs: 1, totalUs: 2 }, { sends }, { guarantees })).toEqual({
      ...{ acceptingUs: 1, totalUs: 2, sends: 5, acknowledged: 2, latenciesUs: [10, 30], lost: 2, duplicates: 3 },
    });
  });

  it('takes percentiles of all runs together, by the nearest rank', () => {
    expect([1, 25, 50, 75, 99, 100].map((percent) => percentile([10, 20, 30, 40], percent))).toEqual([10, 10, 20, 30, 40, 40]);
    expect(percentile([], 50)).toBeNull();
    const run = (latenciesUs: number[]): TrialMetrics => ({
      ...{ acceptingUs: 1, totalUs: 4, sends: 4, acknowledged: latenciesUs.length, latenciesUs, lost: 1, duplicates: 0 },
    });
    expect(costOf([run([900, 1_000]), run([1, 2])])).toEqual({
      ...{ runs: 2, available: 0.25, acknowledged: 0.5, sends: 8, p50Us: 2, p99Us: 1_000, lost: 2, duplicates: 0 },
    });
  });

  it('says nothing where nothing was sent, led or acknowledged', () => {
    expect(costOf([])).toMatchObject({ runs: 0, available: null, acknowledged: null, p50Us: null, p99Us: null });
  });
});
