import { describe, expect, it } from 'vitest';
import type { SeedResult } from '../explore/trialSummary.js';
import { recommended } from '../explore/configuration.js';
import { Explorer } from '../explore/strategies/Explorer.js';
import { NO_PINS } from '../explore/swarm/pins.js';
import { runTrial } from '../explore/trial.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { formatScenario } from '../scenario/format.js';
import { parseScenario } from '../scenario/parse.js';
import { payloadFor, scenarioOfSeed, strategyFrom, strategyOf, strategyWords } from './seedScenarios.js';
import { WorkerPool } from './WorkerPool.js';
import { workerScript } from './workerScript.js';
import type { CheckPayload } from './workerTasks.js';

const tiny: CheckPayload = {
  configuration: {
    ...recommended(),
    durationUs: 3_000_000,
    topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, properties: new Map() }],
  },
  classes: FAULT_CLASSES,
  requiredClasses: FAULT_CLASSES,
  requiredGuarantees: ['no-acknowledged-loss'],
};

/** Needs the worker of the last build. */
async function hashesOf(payload: CheckPayload, chunks: string[][], workers: number): Promise<[seed: string, hash: string][]> {
  const hashes: [string, string][] = [];
  const pool = new WorkerPool<SeedResult>({
    ...{ script: workerScript(), workers, payload },
    nextChunk: () => chunks.shift() ?? [],
    onResult: (seed, { summary }) => void hashes.push([summary.seed === seed ? seed : 'another', summary.hash]),
    onLost: ({ seed }) => void hashes.push([seed, 'lost']),
  });
  await pool.run();
  return hashes.sort(([a], [b]) => Number(a) - Number(b));
}

describe('the seeds of a strategy', () => {
  it.each(['novelty', 'exhaustive'] as const)(
    '%s: are the same with one worker, with two, and in shards',
    { timeout: 60_000 },
    async (name) => {
      const payload = payloadFor({ name, depth: null }, tiny);
      // Seed 0 is the end of an island, and so few seeds later novelty has gone over to changes.
      const first = name === 'exhaustive' ? 1 : 0;
      const end = 16;
      const chunks = (size: number): string[][] => {
        const seeds = Array.from({ length: end - first }, (_, i) => String(first + i));
        return Array.from({ length: Math.ceil(seeds.length / size) }, (_, i) => seeds.slice(i * size, (i + 1) * size));
      };
      const islands = name === 'novelty' ? [['0'], chunks(1).flat().slice(1)] : chunks(6);
      const one = await hashesOf(payload, islands, 1);
      expect(one.map(([seed]) => seed)).toEqual(chunks(1).flat());
      expect(await hashesOf(payload, chunks(5).reverse(), 2)).toEqual(one);
      expect(runTrial(scenarioOfSeed(payload, '15')).hash).toBe(one.at(-1)?.[1]);
    },
  );

  it.each(['pct', 'novelty'] as const)('%s: can be written to a file with their delays and run the same from it', (name) => {
    const explorer = new Explorer(strategyOf(payloadFor({ name, depth: null }, tiny)));
    const seeds = Array.from({ length: 30 }, (_, i) => explorer.try(String(1 + i))?.scenario);
    const delayed = seeds.find((scenario) => scenario?.delays !== undefined);
    if (delayed === undefined) throw new Error('none of the seeds has delays');
    const read = parseScenario(formatScenario(delayed), 'seed.yaml');
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    expect(read.scenario).toEqual(delayed);
    const { hash } = runTrial(delayed);
    expect(runTrial(read.scenario).hash).toBe(hash);
    const { delays: _delays, ...plain } = delayed;
    expect(runTrial(plain).hash).not.toBe(hash);
  });
});

describe('--strategy and --depth', () => {
  it('have the depth that is usual for the strategy, and are written as they can be typed again', () => {
    expect(strategyFrom({})).toEqual({ name: 'random', depth: null });
    expect(strategyFrom({ strategy: 'pct' })).toEqual({ name: 'pct', depth: 3 });
    expect(strategyWords(strategyFrom({}))).toEqual([]);
    expect(strategyWords(strategyFrom({ strategy: 'exhaustive', depth: 1 }))).toEqual(['--strategy', 'exhaustive', '--depth', '1']);
  });

  it('refuse a depth that means nothing', () => {
    expect(() => strategyFrom({ depth: 2 })).toThrow(/--depth means nothing to the strategy random/);
    expect(() => strategyFrom({ strategy: 'pct', depth: 0 })).toThrow(
      /--depth 0 is no depth of the strategy pct\n {2}write a whole number from 1/,
    );
    expect(() => strategyFrom({ strategy: 'exhaustive', depth: 7 })).toThrow(/from 0 to 6/);
  });

  it('refuse what the exhaustive strategy cannot do', () => {
    const swarm = { ...tiny, configuration: { ...tiny.configuration, swarm: NO_PINS } };
    expect(() => payloadFor({ name: 'exhaustive', depth: 1 }, swarm)).toThrow(/one world, and a swarm has another for every seed/);
    const huge = payloadFor({ name: 'exhaustive', depth: 4 }, tiny);
    expect(() => scenarioOfSeed(huge, '1')).toThrow(/scenarios .*200,000 are the most that are tried exhaustively\n {2}try fewer faults/);
    expect(() => payloadFor({ name: 'exhaustive', depth: 1 }, { ...tiny, requiredClasses: ['disk'] })).toThrow(
      /no faults of the classes that --require/,
    );
    expect(() => scenarioOfSeed(payloadFor({ name: 'exhaustive', depth: 0 }, tiny), '2')).toThrow(
      /no scenario 2\n {2}write a number from 1 to 1/,
    );
  });
});
