/** From a failing seed to a failure that somebody can read: shrunk, run once more, saved, told. */
import { classesOf } from '../faults/classesOf.js';
import { headline } from '../report/caseFile.js';
import { faultTexts, siteTexts } from '../report/faultTexts.js';
import type { FailureReport } from '../report/checkReport.js';
import { counted, grouped } from '../report/numbers.js';
import { record, type GivenProperties } from '../report/RunReport.js';
import type { SetProperties, TrialConfiguration } from '../explore/configuration.js';
import { shapeText } from '../explore/swarm/shapeText.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { NotModelledProperty } from '../kafka/config/index.js';
import type { Scenario } from '../scenario/Scenario.js';
import { saveRun, type SavedRun } from './savedRun.js';
import type { FailingSeed } from './FailingSeeds.js';
import { scenarioOfSeed } from './seedScenarios.js';
import { shrinkInChild } from './shrinkInChild.js';
import type { CheckPayload } from './workerTasks.js';

export interface FailureContext {
  readonly payload: CheckPayload;
  readonly script: string;
  readonly out: string;
  readonly notModelled: readonly NotModelledProperty[];
  /** What the user set, as against what a seed drew; null: all that a scenario has. */
  readonly given: GivenProperties | null;
  readonly tried: number;
  /** Called with a function that ends shrinking at once. */
  readonly onShrink: (stop: () => void) => void;
}

/** The properties of a configuration by kind: all that a seed did not draw. */
export function givenIn({ brokerProperties, topics, producerProperties, consumerProperties, swarm }: TrialConfiguration): GivenProperties {
  if (swarm !== undefined) {
    const names = (set: SetProperties): ReadonlySet<string> => new Set(set.keys());
    return { broker: names(swarm.broker), topic: names(swarm.topic), producer: names(swarm.producer), consumer: names(swarm.consumer) };
  }
  return {
    broker: new Set(brokerProperties.keys()),
    topic: new Set(topics.flatMap(({ properties }) => [...properties.keys()])),
    producer: new Set(producerProperties.keys()),
    consumer: new Set(consumerProperties.keys()),
  };
}

/** A failing seed made small. */
export interface ShrunkFailure {
  readonly failing: FailingSeed;
  readonly original: Scenario;
  readonly scenario: Scenario;
  readonly runs: number;
  /** Of the same run in another process; empty when there was none. */
  readonly otherHash: string;
}

/** @param budgetMs 0: as it is. */
export async function shrinkFailure(failing: FailingSeed, budgetMs: number, context: FailureContext): Promise<ShrunkFailure> {
  const original = scenarioOfSeed(context.payload, failing.seed);
  if (budgetMs <= 0) return { failing, original, scenario: original, runs: 0, otherHash: '' };
  const { scenario, runs, hash } = await shrinkInChild(context.script, original, failing, budgetMs, context.onShrink);
  return { failing, original, scenario, runs, otherHash: hash };
}

/** Runs it once more with every event recorded, and saves the folder; null when the failure does not show. */
export function saveFailure(shrunk: ShrunkFailure, context: FailureContext): FailureReport | null {
  const { failing, original, runs } = shrunk;
  const swarm = context.payload.configuration.swarm !== undefined;
  const scenario = named(shrunk.scenario, failing, swarm);
  const run = record(scenario);
  if (!run.result.judgement.findings.some(({ guarantee }) => guarantee === failing.guarantee)) return null;
  const { notModelled, given, tried, out } = context;
  const about = { origin: originText(shrunk, tried), notModelled, given, original: runs === 0 ? null : original };
  const told = reportOf(saveRun(run, out, about, failing.guarantee), shrunk);
  return told === null ? null : { ...told, ...(swarm ? { shape: shapeText(scenario) } : {}) };
}

function named(scenario: Scenario, { guarantee, seed }: FailingSeed, swarm: boolean): Scenario {
  const classes = classesOf(scenario);
  const under = classes.length === 0 ? 'without faults' : `under ${FAULT_CLASSES.filter((name) => classes.includes(name)).join(', ')}`;
  return {
    ...scenario,
    name: `${guarantee.replace('/', '-')}-seed-${seed}`,
    title: `${guarantee} violated ${under}${swarm ? `; ${shapeText(scenario)}` : ''}`,
    require: required(scenario, guarantee),
  };
}

/** The guarantee that failed decides the verdict of a replay, whatever else was asked for. */
function required(scenario: Scenario, guarantee: string): Scenario['require'] {
  const own = scenario.require.filter((name) => name === guarantee);
  return own.length === 0 ? scenario.require : own;
}

function originText({ failing, original, scenario, runs }: ShrunkFailure, tried: number): string {
  const found = `Found in seed ${failing.seed}, one of ${counted(tried, 'seed')} tried.`;
  if (runs === 0) return found;
  const sizes = [original, scenario].map((one) => `${counted(one.faults.length, 'fault')} and ${counted(sends(one), 'send')}`);
  return `${found} Shrunk in ${grouped(runs)} runs from ${sizes.join(' to ')}.`;
}

function sends({ workload }: Scenario): number {
  return workload.producers.reduce((sum, { count }) => sum + count, 0);
}

function reportOf({ report, folder, page, replayCommand }: SavedRun, { failing, original, runs }: ShrunkFailure): FailureReport | null {
  const { failure } = report;
  if (failure === null) return null;
  const { guarantee, kind, seed, required: decides } = failing;
  const { story, because, source, remedy, result, scenario } = failure;
  return {
    ...{ guarantee, kind, seed, required: decides, because, source, remedy, folder, replayCommand, shrinkRuns: runs },
    classes: classesOf(scenario),
    headline: headline(failure),
    faults: faultTexts(failure),
    sites: siteTexts(failure),
    faultsBefore: original.faults.length,
    story: story.map(({ timeUs, text }) => ({ timeUs, text })),
    hash: result.hash,
    page,
  };
}
