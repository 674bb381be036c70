/** From a failing seed to a failure that somebody can read: shrunk, run once more, saved, told. */
import { join } from 'node:path';
import { runTrial } from '../explore/trial.js';
import { generateScenario } from '../explore/generate.js';
import { caseFiles, faultTexts, findingToTell, headline, openCase, type CaseFile } from '../report/caseFile.js';
import type { FailureReport } from '../report/checkReport.js';
import { counted, grouped } from '../report/numbers.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { NotModelledProperty } from '../kafka/config/index.js';
import type { Scenario } from '../scenario/Scenario.js';
import { classesOf } from './attribution.js';
import { commandText } from './commandText.js';
import { writeFileAtomically } from './files.js';
import type { FailingSeed } from './SeedRunner.js';
import { shrinkInChild } from './shrinkInChild.js';
import { version } from './version.js';
import type { CheckPayload } from './workerTasks.js';

export interface FailureContext {
  readonly payload: CheckPayload;
  readonly script: string;
  readonly out: string;
  readonly notModelled: readonly NotModelledProperty[];
  readonly tried: number;
  /** Called with a function that ends shrinking at once. */
  readonly onShrink: (stop: () => void) => void;
}

/** A failure and the hash that another process got for the same run; empty when none did. */
export interface ReportedFailure {
  readonly report: FailureReport;
  readonly scenario: Scenario;
  readonly otherHash: string;
}

/** @param budgetMs for shrinking; 0: as it is. */
export async function reportFailure(failing: FailingSeed, budgetMs: number, context: FailureContext): Promise<ReportedFailure | null> {
  const { configuration, classes, requiredGuarantees } = context.payload;
  const original = generateScenario(configuration, failing.seed, classes, requiredGuarantees);
  const shrunk =
    budgetMs > 0 ? await shrinkInChild(context.script, original, failing, budgetMs, context.onShrink) : { scenario: original, hash: '', runs: 0 };
  const scenario = named(shrunk.scenario, failing);
  const result = runTrial(scenario, { record: true });
  const finding = findingToTell(result, failing.guarantee);
  if (finding === undefined) return null;
  const open = openCase(scenario, result, finding);
  const folder = join(context.out, scenario.name);
  const origin = originText(failing, original, shrunk.scenario, shrunk.runs, context.tried);
  const replayCommand = commandText(['replay', join(folder, 'scenario.yaml')]);
  for (const [name, text] of caseFiles(open, { replayCommand, origin, version, notModelled: context.notModelled })) writeFileAtomically(join(folder, name), text);
  return { report: reportOf(open, failing, original, shrunk.runs, folder, replayCommand), scenario, otherHash: shrunk.hash };
}

function named(scenario: Scenario, { guarantee, seed }: FailingSeed): Scenario {
  const classes = classesOf(scenario);
  const under = classes.length === 0 ? 'without faults' : `under ${FAULT_CLASSES.filter((name) => classes.includes(name)).join(', ')}`;
  return { ...scenario, name: `${guarantee.replace('/', '-')}-seed-${seed}`, title: `${guarantee} violated ${under}`, require: required(scenario, guarantee) };
}

/** The guarantee that failed decides the verdict of a replay, whatever else was asked for. */
function required(scenario: Scenario, guarantee: string): Scenario['require'] {
  const own = scenario.require.filter((name) => name === guarantee);
  return own.length === 0 ? scenario.require : own;
}

function originText(failing: FailingSeed, original: Scenario, shrunk: Scenario, runs: number, tried: number): string {
  const found = `Found in seed ${failing.seed}, one of ${counted(tried, 'seed')} tried.`;
  if (runs === 0) return found;
  return `${found} Shrunk in ${grouped(runs)} runs from ${counted(original.faults.length, 'fault')} and ${counted(sends(original), 'send')} to ${counted(shrunk.faults.length, 'fault')} and ${counted(sends(shrunk), 'send')}.`;
}

function sends({ workload }: Scenario): number {
  return workload.producers.reduce((sum, { count }) => sum + count, 0);
}

function reportOf(open: CaseFile, failing: FailingSeed, original: Scenario, shrinkRuns: number, folder: string, replayCommand: string): FailureReport {
  const { guarantee, kind, seed, required: decides } = failing;
  const { story, because, source, remedy, result, scenario } = open;
  return {
    ...{ guarantee, kind, seed, required: decides, because, source, remedy, folder, replayCommand, shrinkRuns },
    classes: classesOf(scenario),
    headline: headline(open),
    faults: faultTexts(open),
    faultsBefore: original.faults.length,
    story: story.map(({ timeUs, text }) => ({ timeUs, text })),
    hash: result.hash,
    page: join(folder, 'index.html'),
  };
}

