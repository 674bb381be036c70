import { describe, expect, it } from 'vitest';
import { EventBus } from '../../engine/events.js';
import { connectionOpened, processDied, processStarted } from '../../engine/engineEvents.js';
import { Randomness } from '../../engine/random.js';
import { Scheduler } from '../../engine/Scheduler.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { faultKind } from '../../faults/faultKinds.js';
import { leaderElected, logTruncated } from '../../kafka/events.js';
import { crossChecks } from '../../scenario/crossChecks.js';
import { recommended } from '../configuration.js';
import { generateScenario } from '../generate.js';
import { NO_PINS } from '../swarm/pins.js';
import { Corpus, type CorpusEntry } from './Corpus.js';
import { Fingerprint } from './fingerprint.js';
import { similarity, sketchOf } from './MinHash.js';
import { mutate } from './mutate.js';
import { ISLAND_SEEDS, NoveltyStrategy } from './novelty.js';

const configuration = recommended();
const scenario = generateScenario(configuration, '7', FAULT_CLASSES);

describe('a MinHash sketch', () => {
  it('tells about how much two sets have in common', () => {
    const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
    for (const [shared, index] of [
      [0, 0],
      [500, 1 / 3],
      [1_000, 1],
    ] as const) {
      const estimate = similarity(sketchOf(range(0, 1_000)), sketchOf(range(1_000 - shared, 2_000 - shared)));
      // Four standard errors of 64 places.
      expect(Math.abs(estimate - index)).toBeLessThanOrEqual(4 * Math.sqrt((index * (1 - index)) / 64));
    }
  });

  it('does not depend on the order of the set', () => {
    expect(sketchOf([1, 2, 3])).toEqual(sketchOf([3, 1, 2]));
  });
});

describe('a fingerprint', () => {
  type Emit = (bus: EventBus) => void;
  const tokens = (emit: Emit): number[] => {
    const bus = new EventBus(new Scheduler());
    const fingerprint = new Fingerprint(bus);
    emit(bus);
    return fingerprint.tokens().sort((a, b) => a - b);
  };
  const life =
    (process: string, cause: string, times = 1): Emit =>
    (bus) => {
      for (let i = 0; i < times; i++) {
        bus.emit(processStarted, bus.names.idOf(process), 1);
        bus.emit(processDied, bus.names.idOf(process), bus.names.idOf(cause));
      }
    };

  it('is the same whoever it happened to, and another where it happened for another reason', () => {
    const another: Emit = (bus) => {
      bus.names.idOf('a name before');
      life('broker-2', 'killed')(bus);
    };
    expect(tokens(life('broker-1', 'killed'))).toEqual(tokens(another));
    expect(tokens(life('broker-1', 'killed'))).not.toEqual(tokens(life('broker-1', 'power-loss')));
  });

  it('sees order at one node, and no order between nodes that share nothing', () => {
    const opened = (bus: EventBus, process: string): void => bus.emit(connectionOpened, bus.names.idOf(process), bus.names.idOf('x'));
    const started = (bus: EventBus, process: string): void => bus.emit(processStarted, bus.names.idOf(process), 1);
    expect(tokens((bus) => (opened(bus, 'a'), started(bus, 'a')))).not.toEqual(tokens((bus) => (started(bus, 'a'), opened(bus, 'a'))));
    expect(tokens((bus) => (opened(bus, 'a'), started(bus, 'b')))).toEqual([]);
  });

  it('sees what follows about one partition at different brokers', () => {
    const about = (bus: EventBus, partition: string): void => {
      bus.emit(leaderElected, 1, bus.names.idOf('orders-0'), 1, 1, 0, 0, 0);
      bus.emit(logTruncated, 2, bus.names.idOf(partition), 5, 3, 1, 0, 0);
    };
    expect(tokens((bus) => about(bus, 'orders-0'))).toHaveLength(1);
    expect(tokens((bus) => about(bus, 'orders-1'))).toEqual([]);
  });

  it('tells once from twice and from four times, but not four from five times', () => {
    const often = (times: number): number[] => tokens(life('p', 'killed', times));
    expect(often(1)).not.toEqual(often(2));
    expect(often(2)).not.toEqual(often(4));
    expect(often(5)).toEqual(often(6));
  });
});

describe('a corpus', () => {
  it('grows only by what is unlike all that it has', () => {
    const corpus = new Corpus(0.5);
    const sketch = sketchOf([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(corpus.offer(scenario, sketch)).toBe(true);
    expect(corpus.offer(scenario, sketch)).toBe(false);
    expect(corpus.offer(scenario, sketchOf([1, 2, 3, 4, 5, 6, 7, 9]))).toBe(false);
    expect(corpus.offer(scenario, sketchOf([11, 12, 13, 14, 15, 16, 17, 18]))).toBe(true);
    expect(corpus.entries.map(({ novelty }) => novelty)).toEqual([1, 1]);
  });

  it('goes on from the newer more often, and less from what it went on from already', () => {
    const corpus = new Corpus(0.1);
    corpus.offer(scenario, sketchOf([1, 2, 3, 4, 5, 6, 7, 8]));
    corpus.offer(scenario, sketchOf([1, 2, 3, 4, 5, 6, 7, 9]));
    const random = new Randomness('corpus').stream('choice');
    for (let i = 0; i < 200; i++) corpus.choose(random);
    const [first, second] = corpus.entries as [CorpusEntry, CorpusEntry];
    // Where w / (1 + chosen) are even, the times chosen are as the square roots of the novelties.
    const ratio = Math.sqrt(first.novelty / second.novelty);
    expect(ratio).toBeGreaterThan(1.8);
    expect(Math.abs(first.chosen / second.chosen - ratio)).toBeLessThan(0.5);
  });
});

describe('a mutation', () => {
  it('is coherent, leaves world and workload alone, and brings no loss of power', () => {
    const random = new Randomness('mutations').stream('test');
    // Some of its faults strike brokers that the parent lacks.
    const larger = { ...configuration, brokers: 6 };
    const swarm = { ...configuration, swarm: NO_PINS };
    const hasPowerLoss = ({ faults }: typeof scenario): boolean => faults.some(({ kind }) => faultKind(kind).faultClass === 'power-loss');
    let changed = 0;
    for (let seed = 1; seed <= 60; seed++) {
      let parent = generateScenario(seed % 2 === 0 ? configuration : swarm, String(seed), FAULT_CLASSES);
      const power = hasPowerLoss(parent);
      for (let generation = 1; generation <= 6; generation++) {
        const donor = generateScenario(generation % 2 === 0 ? larger : swarm, `${seed}/${generation}`, FAULT_CLASSES);
        const child = mutate(parent, donor, random);
        expect(crossChecks(child)).toEqual([]);
        expect([child.workload, child.cluster, child.durationUs]).toEqual([parent.workload, parent.cluster, parent.durationUs]);
        if (!power) expect(hasPowerLoss(child)).toBe(false);
        expect(child.faults.map(({ id }) => id)).toEqual(child.faults.map((_, i) => `f${i + 1}`));
        if (JSON.stringify(child) !== JSON.stringify(parent)) changed++;
        parent = child;
      }
    }
    expect(changed).toBeGreaterThan(340);
  });
});

it('novelty starts from nothing at the beginning of each island', () => {
  const strategy = new NoveltyStrategy({ configuration, classes: FAULT_CLASSES, require: [] });
  const listenTo = (seed: number): string => {
    const text = JSON.stringify(strategy.next(String(seed)));
    strategy.listen(new EventBus(new Scheduler()));
    strategy.observe();
    return text;
  };
  const first = Array.from({ length: ISLAND_SEEDS }, (_, i) => listenTo(i + 1));
  expect(strategy.corpus.entries).toHaveLength(1);
  strategy.reset();
  expect(strategy.corpus.entries).toHaveLength(0);
  expect(Array.from({ length: ISLAND_SEEDS }, (_, i) => listenTo(i + 1))).toEqual(first);
});
