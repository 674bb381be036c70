/** For tests of campaigns: workers that do what their seeds say, and what a campaign needs around them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noPremises } from '../check/premises.js';
import type { TrialSummary } from '../explore/trialSummary.js';
import { recommended } from '../explore/configuration.js';
import { DEFAULT_REQUIRED, GUARANTEES } from '../scenario/Scenario.js';
import { Gathered } from './Gathered.js';
import { SeedRunner, type SeedRunnerOptions } from './SeedRunner.js';
import type { CheckPayload } from './workerTasks.js';

export const payload: CheckPayload = {
  configuration: recommended(),
  classes: ['crash', 'pause'],
  requiredClasses: ['crash', 'pause'],
  requiredGuarantees: DEFAULT_REQUIRED,
};

/** A quiet trial in which everything held. */
export function quietSummary(seed: string, more: Partial<TrialSummary> = {}): TrialSummary {
  return {
    ...{ seed, hash: seed.padStart(16, '0'), steps: 10, events: 100, virtualUs: 30_000_000, sends: 20 },
    ...{ classes: ['crash', 'pause'], faults: ['kill', 'pause'], premises: { ...noPremises(), leaderChanges: 2 } },
    guarantees: GUARANTEES.map((name) => ({ name, verdict: 'held' })),
    findings: [],
    probes: [['rare-path', 1]],
    ...more,
  };
}

/** What seeds do to a worker; every other seed gives a quiet summary at once. */
export type Misbehaviour =
  | 'exit'
  | 'throw'
  /** Answers nothing any more. */
  | 'silence'
  /** Never comes back. */
  | 'loop'
  /** Fills V8's heap. */
  | 'heap'
  /** Fills memory outside the heap. */
  | 'buffers'
  /** Ends as V8 does when its heap is full. */
  | 'heap-abort'
  /** Is ended as by a system without memory. */
  | 'killed'
  /** Gives another hash in every process. */
  | 'process-hash';

const WORKER = `
const behaviours = new Map(BEHAVIOURS);
const template = TEMPLATE;
const kept = [];
async function behave(seed) {
  switch (behaviours.get(seed) ?? behaviours.get('*')) {
    case 'exit': return process.exit(9);
    case 'throw': process.stderr.write('TypeError: on purpose\\n'); return process.exit(70);
    case 'silence': return new Promise(() => setInterval(() => undefined, 1000));
    case 'loop': for (;;);
    case 'heap': for (;;) kept.push(new Array(10000).fill(seed.length).map((n, i) => ({ n, i })));
    case 'buffers': for (;;) { kept.push(Buffer.alloc(16_000_000, 1)); await new Promise((resolve) => setTimeout(resolve, 10)); }
    case 'heap-abort': process.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\\n'); return process.exit(134);
    case 'killed': process.kill(process.pid, 'SIGKILL'); return new Promise(() => undefined);
    case 'process-hash': return String(process.pid).padStart(16, '0');
  }
  return seed.padStart(16, '0');
}
process.on('message', async (message) => {
  if (message.type === 'prepare') return process.send({ type: 'ready' });
  for (const seed of message.seeds) {
    const hash = await behave(seed);
    process.send({ type: 'result', seed, result: { summary: { ...template, seed, hash }, attributions: [] } });
  }
});
process.on('disconnect', () => process.exit(0));
`;

/** A folder with worker scripts in it. */
export class WorkerFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'trialrun-workers-'));
  private scripts = 0;

  /** Path of a worker whose seeds misbehave so; `*` stands for every other seed. */
  worker(behaviours: Readonly<Record<string, Misbehaviour>>): string {
    const path = join(this.path, `worker-${++this.scripts}.mjs`);
    const text = WORKER.replace('BEHAVIOURS', JSON.stringify(Object.entries(behaviours)));
    writeFileSync(path, text.replace('TEMPLATE', JSON.stringify(quietSummary('0'))));
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A runner over 20 seeds, two workers, no repeats, unless something else is said. */
export function runnerOf(options: Partial<SeedRunnerOptions> & { readonly script: string }, gathered = new Gathered(payload)): SeedRunner {
  return new SeedRunner(
    {
      ...{ payload, range: { first: 1, seeds: 20 }, shard: null, timeMs: null, workers: 2, keepGoing: true, repeatEvery: 1_000_000 },
      ...{ seedTimeoutMs: 20_000, memoryMb: 256, results: null, onProgress: () => undefined },
      ...options,
    },
    gathered,
  );
}
