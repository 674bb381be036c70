/**
 * A worker process: tries the seeds that its parent sends, one after the other, and answers each at once; or shrinks one failing scenario; or keeps the events of
 * one seed. It ends when its parent does. An error in a trial ends the process, so that the parent knows the seed: the message goes to stderr.
 */
import { eventText, type EventRecorder } from '../engine/events.js';
import { StepLimitReached } from '../engine/Scheduler.js';
import { requiredFindings, smallestClasses } from '../explore/attribution.js';
import { classesOf } from '../faults/classesOf.js';
import { shapeOf, summarize, type SeedResult } from '../explore/trialSummary.js';
import { MOST_RUNS, shrinkScenario } from '../explore/shrink.js';
import { Explorer } from '../explore/strategies/Explorer.js';
import { runTrial, type TrialOptions, type TrialResult } from '../explore/trial.js';
import type { Scenario } from '../scenario/Scenario.js';
import { messageOf } from './CliError.js';
import { scenarioOfSeed, strategyOf } from './seedScenarios.js';
import type { FromWorker, ToWorker } from './WorkerPool.js';
import type { CheckPayload, RecordAnswer, RecordTask, RunSubject, ShrinkAnswer, ShrinkTask } from './workerTasks.js';

let check: { readonly payload: CheckPayload; readonly explorer: Explorer } | undefined;
let recorded: EventRecorder | null = null;

function answer(message: FromWorker<SeedResult> | ShrinkAnswer | RecordAnswer): void {
  process.send?.(message);
}

function prepare(payload: CheckPayload, maxSteps: number): void {
  const run = (scenario: Scenario, options: TrialOptions = {}): TrialResult => runTrial(scenario, { ...options, maxSteps });
  check = { payload, explorer: new Explorer(strategyOf(payload), run) };
}

function trySeeds(seeds: readonly string[]): void {
  const [seed, ...rest] = seeds;
  if (seed === undefined || check === undefined) return;
  answer(outcome(check.payload, check.explorer, seed));
  // Between two trials messages get their turn.
  setImmediate(trySeeds, rest);
}

/** A run that does not end is a finding, and this process is none the worse for it. */
function outcome(payload: CheckPayload, explorer: Explorer, seed: string): FromWorker<SeedResult> {
  try {
    return { type: 'result', seed, result: trySeed(payload, explorer, seed) };
  } catch (error) {
    if (!(error instanceof StepLimitReached)) throw error;
    return { type: 'lost', seed, fate: 'hung', detail: error.message };
  }
}

function trySeed(payload: CheckPayload, explorer: Explorer, seed: string): SeedResult {
  const tried = explorer.try(seed);
  if (tried === undefined) throw new Error(`the strategy has no scenario for seed ${seed}`);
  const { scenario, result } = tried;
  const summary = {
    ...summarize({ seed }, result, payload.coverage),
    ...(payload.configuration.swarm === undefined ? {} : { shape: shapeOf(scenario) }),
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
    maxRuns: MOST_RUNS,
    shouldStop: () => Date.now() >= deadline,
    onProgress: (progress) => {
      if (progress.scenario === smallest) return;
      smallest = progress.scenario;
      answer({ type: 'shrunk', scenario: smallest, hash: '', runs: progress.runs, done: false });
    },
  });
  answer({ type: 'shrunk', scenario: shrunk.scenario, hash: shrunk.result.hash, runs: shrunk.runs, done: true });
}

function record(subject: RunSubject): void {
  const scenario = 'scenario' in subject ? subject.scenario : scenarioOfSeed(subject.payload, subject.seed);
  const { recorder, hash } = runTrial(scenario, { record: true });
  recorded = recorder;
  const events = new Uint32Array(recorder?.length ?? 0);
  for (let i = 0; i < events.length; i++) events[i] = textNumber(recorder === null ? '' : eventText(recorder.at(i)));
  answer({ type: 'recorded', hash, events });
}

/** FNV-1a, 32 bits. */
function textNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function tellEvent(index: number): void {
  const isThere = recorded !== null && index < recorded.length;
  answer({ type: 'event', text: isThere ? eventText((recorded as EventRecorder).at(index)) : '(the run had ended)' });
}

process.on('message', (message: ToWorker | ShrinkTask | RecordTask) => {
  switch (message.type) {
    case 'prepare':
      prepare(message.payload as CheckPayload, message.maxSteps);
      answer({ type: 'ready' });
      break;
    case 'try':
      trySeeds(message.seeds);
      break;
    case 'shrink':
      shrink(message);
      break;
    case 'record':
      record(message.subject);
      break;
    case 'tell-event':
      tellEvent(message.index);
      break;
  }
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; what to do about it is the parent's to decide.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => {
  process.stderr.write(`error: ${messageOf(error)}\n${error.stack ?? ''}\n`, () => process.exit(70));
});
