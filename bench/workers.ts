/** How a campaign grows with its workers: the pool and the worker of `check`, without its reports. */
import { fileURLToPath } from 'node:url';
import { WorkerPool } from '../src/cli/WorkerPool.js';
import type { CheckPayload } from '../src/cli/workerTasks.js';
import { recommended } from '../src/explore/configuration.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { DEFAULT_REQUIRED } from '../src/scenario/Scenario.js';

const CHUNK = 10;

async function seedsPerSecond(workers: number, seeds: number): Promise<number> {
  const requiredClasses = FAULT_CLASSES.filter((name) => name !== 'power-loss');
  const payload: CheckPayload = {
    configuration: recommended(),
    classes: requiredClasses,
    requiredClasses,
    requiredGuarantees: DEFAULT_REQUIRED,
  };
  let next = 1;
  let done = 0;
  let firstResult = 0n;
  const pool = new WorkerPool({
    script: fileURLToPath(new URL('../src/cli/worker.js', import.meta.url)),
    workers,
    payload,
    nextChunk: () => (next > seeds ? [] : Array.from({ length: CHUNK }, () => String(next++))),
    onResult: () => {
      // Start-up and warm-up are the same for any number of seeds: measured from the first results on.
      if (++done === 10 * workers) firstResult = process.hrtime.bigint();
    },
    onLost: ({ seed, detail }) => {
      throw new Error(`seed ${seed}: ${detail}`);
    },
  });
  await pool.run();
  return (done - 10 * workers) / (Number(process.hrtime.bigint() - firstResult) / 1e9);
}

export async function workerSpeedUp(seeds: number): Promise<{ one: number; two: number }> {
  return { one: await seedsPerSecond(1, seeds), two: await seedsPerSecond(2, 2 * seeds) };
}
