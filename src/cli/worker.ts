/**
 * A worker process: tries the seeds that its parent sends, one after the other, and answers each at once; or shrinks one failing scenario. It ends when its parent
 * does. An error in a trial ends the process, so that the parent knows the seed: the message goes to stderr.
 */
import { shapeOf, summarize } from '../explore/campaign.js';
import { generateScenario } from '../explore/generate.js';
import { shrinkScenario } from '../explore/shrink.js';
import { runTrial } from '../explore/trial.js';
import { classesOf, requiredFindings, smallestClasses } from './attribution.js';
import { messageOf } from './CliError.js';
import type { FromWorker, ToWorker } from './WorkerPool.js';
import type { CheckPayload, SeedResult, ShrinkAnswer, ShrinkTask } from './workerTasks.js';

let check: CheckPayload | undefined;

function answer(message: FromWorker<SeedResult> | ShrinkAnswer): void {
  process.send?.(message);
}

function trySeeds(seeds: readonly string[]): void {
  const [seed, ...rest] = seeds;
  if (seed === undefined || check === undefined) return;
  answer({ type: 'result', seed, result: trySeed(check, seed) });
  // Between two trials messages get their turn.
  setImmediate(trySeeds, rest);
}

function trySeed(payload: CheckPayload, seed: string): SeedResult {
  const { configuration, classes, requiredGuarantees } = payload;
  const scenario = generateScenario(configuration, seed, classes, requiredGuarantees);
  const summary = {
    ...summarize(scenario, runTrial(scenario), payload.coverage),
    ...(configuration.swarm === undefined ? {} : { shape: shapeOf(scenario) }),
  };
  const attributions = requiredFindings(summary, payload).map(({ guarantee, kind }) => ({
    guarantee,
    kind,
    classes: classesOf(smallestClasses(scenario, { guarantee, kind }, runTrial)),
  }));
  return { summary, attributions };
}

function shrink({ scenario, target, budgetMs }: ShrinkTask): void {
  const deadline = Date.now() + budgetMs;
  const narrowed = smallestClasses(scenario, target, runTrial);
  let smallest = narrowed;
  answer({ type: 'shrunk', scenario: narrowed, hash: '', runs: 0, done: false });
  const shrunk = shrinkScenario(narrowed, target, {
    run: runTrial,
    maxRuns: 100_000,
    shouldStop: () => Date.now() >= deadline,
    onProgress: (progress) => {
      if (progress.scenario === smallest) return;
      smallest = progress.scenario;
      answer({ type: 'shrunk', scenario: smallest, hash: '', runs: progress.runs, done: false });
    },
  });
  answer({ type: 'shrunk', scenario: shrunk.scenario, hash: shrunk.result.hash, runs: shrunk.runs, done: true });
}

process.on('message', (message: ToWorker | ShrinkTask) => {
  switch (message.type) {
    case 'prepare':
      check = message.payload as CheckPayload;
      answer({ type: 'ready' });
      break;
    case 'try':
      trySeeds(message.seeds);
      break;
    case 'shrink':
      shrink(message);
      break;
  }
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; what to do about it is the parent's to decide.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => {
  process.stderr.write(`error: ${messageOf(error)}\n${error.stack ?? ''}\n`, () => process.exit(70));
});
