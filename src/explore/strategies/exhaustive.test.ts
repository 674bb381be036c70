import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { recommended, type TrialConfiguration } from '../configuration.js';
import { Explorer } from './Explorer.js';
import { exhaustiveStrategy, LARGEST_SPACE, SpaceTooLargeError } from './exhaustive.js';
import { asTried } from './index.js';

const configuration: TrialConfiguration = {
  ...recommended(),
  topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, properties: new Map([['min.insync.replicas', 2]]) }],
  producerProperties: new Map([['acks', '1']]),
  durationUs: 6_000_000,
};
const subject = { configuration, classes: FAULT_CLASSES, require: [] };

describe('the exhaustive strategy', () => {
  it('finds that acks=1 loses records when one broker fails, and ends', () => {
    const strategy = exhaustiveStrategy(asTried({ name: 'exhaustive', depth: 1 }, subject), 1);
    expect(strategy.size).toBe(1 + 3 * 13 * 6);
    const explorer = new Explorer(strategy);
    let failing = 0;
    for (let seed = 1; failing === 0 && seed <= (strategy.size ?? 0); seed++) {
      const lost = explorer.try(String(seed))?.result.judgement.findings.some(({ guarantee }) => guarantee === 'no-acknowledged-loss');
      if (lost === true) failing = seed;
    }
    expect(failing).toBeGreaterThan(1);
    expect(explorer.scenarioOf(String(strategy.size))).toBeDefined();
    expect(explorer.scenarioOf(String((strategy.size ?? 0) + 1))).toBeUndefined();
    expect(explorer.scenarioOf('0')).toBeUndefined();
  });

  it('tries only faults of the classes asked for', () => {
    const strategy = exhaustiveStrategy({ ...subject, classes: ['pause'] }, 1);
    expect(strategy.size).toBe(1 + 3 * 2 * 6);
    const kinds = Array.from({ length: 37 }, (_, i) => strategy.next(String(i + 1))?.faults.map(({ kind }) => kind)).flat();
    expect(new Set(kinds)).toEqual(new Set(['pause']));
  });

  it('refuses a space that nobody would see the end of, and says how large it is', () => {
    expect(() => exhaustiveStrategy(subject, 3)).toThrow(SpaceTooLargeError);
    expect(() => exhaustiveStrategy(subject, 3)).toThrow(/3,354,040 scenarios .*200,000 are the most/);
    expect(exhaustiveStrategy(subject, 2).size).toBeLessThan(LARGEST_SPACE);
  });
});
