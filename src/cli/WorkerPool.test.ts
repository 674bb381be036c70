import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerPool, type LostSeed } from './WorkerPool.js';

/** A worker whose seeds say what it does: squares numbers, dies at `die`, goes silent at `hang`. */
const WORKER = `
process.on('message', async (message) => {
  if (message.type === 'prepare') return process.send({ type: 'ready' });
  for (const seed of message.seeds) {
    if (seed === 'die') process.exit(9);
    if (seed === 'hang') return;
    process.send({ type: 'result', seed, result: Number(seed) * Number(seed) });
  }
});
process.on('disconnect', () => process.exit(0));
`;

let folder = '';
let script = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trialrun-pool-'));
  script = join(folder, 'worker.mjs');
  writeFileSync(script, WORKER);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs chunks through a pool; `stopAfter` results it is stopped. */
async function runPool(
  chunks: string[][],
  workers: number,
  stopAfter = Infinity,
): Promise<{ results: Map<string, number>; lost: LostSeed[] }> {
  const results = new Map<string, number>();
  const lost: LostSeed[] = [];
  const pool = new WorkerPool<number>({
    ...{ script, workers, payload: {}, silenceMs: 1_000, execArgv: [] },
    nextChunk: () => chunks.shift() ?? [],
    onResult: (seed, result) => {
      results.set(seed, result);
      if (results.size >= stopAfter) pool.stop();
    },
    onLost: (seed) => lost.push(seed),
  });
  await pool.run();
  expect(pool.pids).toEqual([]);
  return { results, lost };
}

describe('WorkerPool', () => {
  it('gives every seed to some worker and every result back once', async () => {
    const { results, lost } = await runPool([['1', '2'], ['3'], ['4', '5']], 2);
    expect([...results].sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      ['1', 1],
      ['2', 4],
      ['3', 9],
      ['4', 16],
      ['5', 25],
    ]);
    expect(lost).toEqual([]);
  });

  it('replaces a child that dies, names its seed, and tries the rest of its chunk', async () => {
    const { results, lost } = await runPool([['1', 'die', '2'], ['3']], 1);
    expect([...results.keys()]).toEqual(['1', '2', '3']);
    expect(lost).toEqual([{ seed: 'die', fate: 'crashed', detail: 'exit code 9' }]);
  });

  it('kills a child that falls silent and goes on with the next seed', async () => {
    const { results, lost } = await runPool([['hang', '2']], 1);
    expect([...results.keys()]).toEqual(['2']);
    expect(lost).toEqual([{ seed: 'hang', fate: 'hung', detail: 'no result within 1 s' }]);
  });

  it('ends at once when it is stopped, and leaves no child behind', async () => {
    const { results } = await runPool(
      Array.from({ length: 50 }, (_, i) => [String(i)]),
      2,
      3,
    );
    expect(results.size).toBeLessThan(50);
  });

  it('gives up on a worker module that does not even start', async () => {
    const pool = new WorkerPool<number>({
      ...{ script: join(folder, 'missing.mjs'), workers: 1, payload: {}, onResult: () => undefined, onLost: () => undefined },
      nextChunk: () => ['1'],
    });
    await expect(pool.run()).rejects.toThrow(/worker processes do not start/);
  });
});
