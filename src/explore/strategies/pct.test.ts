import { expect, it } from 'vitest';
import { Randomness } from '../../engine/random.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { NEXT_RECEIVER } from '../../faults/MessageDelay.js';
import { recommended } from '../configuration.js';
import { generateScenario } from '../generate.js';
import { drawPriorities, LONGEST_DELAY_US, pctStrategy } from './pct.js';

const configuration = recommended();
const scenario = generateScenario(configuration, '7', FAULT_CLASSES);
/** 3 brokers, 3 ZooKeeper servers, 4 producers, 2 consumers. */
const NODES = 12;

it.each([1, 2, 3, 7])('PCT of depth %i changes priorities one time less, and each time below all that were there', (depth) => {
  for (let seed = 1; seed <= 20; seed++) {
    const delays = drawPriorities(scenario, depth, new Randomness(`pct/${seed}`));
    const changes = delays.filter(({ to }) => to === NEXT_RECEIVER);
    const initial = delays.filter(({ to }) => to !== NEXT_RECEIVER);
    expect(changes).toHaveLength(depth - 1);
    expect(initial).toHaveLength(NODES - 1);
    const lowest = Math.max(...initial.map(({ byUs }) => byUs));
    for (const { byUs, atUs } of changes) {
      expect(byUs).toBeGreaterThan(lowest);
      expect(byUs).toBeLessThanOrEqual(LONGEST_DELAY_US);
      expect(atUs).toBeLessThan(scenario.durationUs);
    }
  }
});

it('gives every node a priority of its own, in another order for another seed', () => {
  const order = (seed: number): unknown[] => {
    const delays = drawPriorities(scenario, 1, new Randomness(`pct/${seed}`));
    expect(new Set(delays.map(({ byUs }) => byUs)).size).toBe(NODES - 1);
    expect(new Set(delays.map(({ to }) => to)).size).toBe(NODES - 1);
    return delays.map(({ to }) => to);
  };
  expect(order(1)).not.toEqual(order(2));
});

it('is the random scenario of the seed, and the priorities', () => {
  const strategy = pctStrategy({ configuration, classes: FAULT_CLASSES, require: [] }, 3);
  const { delays, ...rest } = strategy.next('7') ?? scenario;
  expect(rest).toEqual(generateScenario(configuration, '7', FAULT_CLASSES, []));
  expect(delays).toHaveLength(NODES - 1 + 2);
});
