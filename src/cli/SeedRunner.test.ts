import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnerOf, WorkerFolder } from './testing.js';

let folder: WorkerFolder;
beforeAll(() => void (folder = new WorkerFolder()));
afterAll(() => folder.remove());

const seedsFrom = (first: number, last: number): string[] => Array.from({ length: last - first + 1 }, (_, i) => String(first + i));

describe('a campaign whose seeds do harm', { timeout: 60_000 }, () => {
  it('goes on without those that crash, and names each with what became of it', async () => {
    const runner = runnerOf({ script: folder.worker({ '3': 'exit', '4': 'throw', '17': 'exit' }) });
    await runner.run();
    expect(runner.gathered.lost).toEqual([
      { seed: '3', fate: 'crashed', detail: 'exit code 9', repeated: false },
      { seed: '4', fate: 'crashed', detail: 'exit code 70: TypeError: on purpose', repeated: false },
      { seed: '17', fate: 'crashed', detail: 'exit code 9', repeated: false },
    ]);
    expect(seedsFrom(1, 20).filter((seed) => !runner.gathered.campaign.ledger.has(seed))).toEqual(['3', '4', '17']);
  });

  it('goes on without those that never come back, whether they are silent or busy', async () => {
    const runner = runnerOf({ script: folder.worker({ '2': 'silence', '9': 'loop' }), seedTimeoutMs: 1_500 });
    await runner.run();
    expect(runner.gathered.lost).toEqual([
      { seed: '2', fate: 'hung', detail: 'no result within 2 s', repeated: false },
      { seed: '9', fate: 'hung', detail: 'no result within 2 s', repeated: false },
    ]);
    expect(runner.gathered.tried).toBe(18);
  });

  it('goes on without those that use up their memory, in the heap or beside it', async () => {
    const runner = runnerOf({ script: folder.worker({ '5': 'heap', '6': 'buffers' }), memoryMb: 160 });
    await runner.run();
    expect(runner.gathered.lost.map(({ seed, fate }) => [seed, fate])).toEqual([
      ['5', 'out of memory'],
      ['6', 'out of memory'],
    ]);
    expect(runner.gathered.tried).toBe(18);
  });

  it('tells a process that V8 or the system ended for want of memory from one that crashed', async () => {
    const runner = runnerOf({ script: folder.worker({ '1': 'heap-abort', '2': 'killed' }), range: { first: 1, seeds: 3 } });
    await runner.run();
    expect(runner.gathered.lost.map(({ seed, fate, detail }) => [seed, fate, detail])).toEqual([
      ['1', 'out of memory', 'exit code 134, with 256 MB allowed'],
      ['2', 'out of memory', 'signal SIGKILL, which the system sends when its memory is used up'],
    ]);
  });

  it('goes on when every seed does', async () => {
    const runner = runnerOf({ script: folder.worker({ '*': 'exit' }), range: { first: 1, seeds: 6 } });
    await runner.run();
    expect(runner.gathered.lost.map(({ seed }) => seed)).toEqual(seedsFrom(1, 6));
    expect(runner.gathered.tried).toBe(0);
  });
});

describe('seeds that are run twice', { timeout: 60_000 }, () => {
  it.each([1, 2])('are run in two processes, also with %i at work: what depends on the process is found', async (workers) => {
    const runner = runnerOf({ script: folder.worker({ '*': 'process-hash' }), repeatEvery: 1, workers });
    await runner.run();
    expect(runner.gathered.unstable.map(({ seed }) => seed)).toEqual(seedsFrom(1, 20));
    expect(runner.gathered.repeated).toBe(0);
  });

  it('are counted where both hashes agree', async () => {
    const runner = runnerOf({ script: folder.worker({}), repeatEvery: 5 });
    await runner.run();
    expect(runner.gathered.unstable).toEqual([]);
    expect(runner.gathered.repeated).toBe(4);
    expect(runner.gathered.tried).toBe(20);
  });
});

describe('a shard', () => {
  it('tries its own seeds and no others', async () => {
    const tried = await Promise.all(
      [1, 2].map(async (index) => {
        const runner = runnerOf({ script: folder.worker({}), range: { first: 60, seeds: 80 }, shard: { index, of: 2 }, workers: 1 });
        await runner.run();
        expect(runner.gathered.tried).toBe(runner.asked);
        return seedsFrom(1, 200).filter((seed) => runner.gathered.knows(seed));
      }),
    );
    expect(tried).toEqual([[...seedsFrom(60, 64), ...seedsFrom(129, 139)], seedsFrom(65, 128)]);
  });
});

it('gives whole blocks to one worker each where a strategy learns within them', async () => {
  const runner = runnerOf({
    script: folder.worker({ '*': 'process-hash' }),
    range: { first: 60, seeds: 100 },
    wholeBlocks: true,
    repeatEvery: 1_000,
    workers: 2,
  });
  await runner.run();
  const { ledger } = runner.gathered.campaign;
  for (const [first, last] of [
    [60, 64],
    [65, 128],
    [129, 159],
  ] as const) {
    expect(new Set(seedsFrom(first, last).map((seed) => ledger.hashOf(seed))).size).toBe(1);
  }
});
