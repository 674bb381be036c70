/**
 * The faults of a seed: which classes and kinds take part at all, how many faults, when, for how long, and in which pattern (scattered, in
 * clusters that overlap, or swizzled: node after node cut off, then healed in another order).
 *
 * Swarm testing: a seed that leaves most kinds out goes deeper into those that it has than one that mixes everything.
 */
import type { Random, Randomness } from '../../engine/random.js';
import type { Fault, FaultClass, FaultKindName, FaultTrigger } from '../../faults/Fault.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { faultKind, faultKindNames } from '../../faults/faultKinds.js';
import { DEFAULT_DURATION_US } from '../configuration.js';
import { drawFields, isMeaningful } from './faultFields.js';
import type { FaultStage } from './faultFields.js';
import { USUAL_MIX, type Mix } from './mix.js';
import { QUIET_US } from './workload.js';

const SECOND_US = 1_000_000;
const MILLISECOND_US = 1000;
/** Per trial of the default length. */
const MEAN_FAULTS = 8;
const SINGLE_CLASS_CHANCE = 0.4;
const POWER_LOSS_CHANCE = 1 / 3;

/** Kinds that a swizzle is made of: each takes one broker away and gives it back. */
const SWIZZLED: readonly FaultKindName[] = ['partition-isolate', 'kill', 'pause', 'zookeeper-cut', 'restart'];

/** Moments at which a fault does the most harm. */
const TRIGGERS = ['leader-elected', 'isr-change-committed', 'became-leader', 'log-truncated', 'controller-elected', 'broker-registered'];

const GROUP_TRIGGERS = ['generation-started', 'consumer-assigned', 'offset-committed', 'coordinator-loaded'];
const TRANSACTION_TRIGGERS = ['transaction-ending', 'transaction-state-changed', 'marker-appended'];

interface Moment {
  readonly atUs: number;
  /** Given by a swizzle, otherwise drawn. */
  readonly forUs?: number;
  readonly target?: number;
  readonly kind?: FaultKindName;
}

/** The classes on in a seed, out of those asked for. Power loss stays away from most seeds, so that the others show what Kafka promises. */
export function drawClasses(asked: readonly FaultClass[], random: Random): FaultClass[] {
  const others = FAULT_CLASSES.filter((name) => name !== 'power-loss' && asked.includes(name));
  const power = random.chance(POWER_LOSS_CHANCE);
  const single = random.chance(SINGLE_CLASS_CHANCE);
  const shuffled = random.shuffled(others);
  const mixed = shuffled.slice(0, random.between(2, Math.max(2, others.length)));
  if (asked.includes('power-loss') && (power || others.length === 0)) return single ? ['power-loss'] : ['power-loss', ...mixed];
  return single ? shuffled.slice(0, 1) : mixed;
}

/** The faults of a seed in order of time, `f1` first. */
export function drawFaults(
  stage: FaultStage,
  classes: readonly FaultClass[],
  durationUs: number,
  randomness: Randomness,
  { kindsOff, faultiness }: Pick<Mix, 'kindsOff' | 'faultiness'> = USUAL_MIX,
): Fault[] {
  const random = randomness.stream('schedule');
  const weights = drawWeights(stage, classes, kindsOff, random);
  if (weights.length === 0) return [];
  const count = drawCount(durationUs * faultiness, random);
  const moments = drawMoments(stage, count, durationUs, weights, random);
  return moments.map((moment, i) => drawFault(`f${i + 1}`, moment, stage, weights, randomness));
}

type Weights = readonly (readonly [kind: FaultKindName, weight: number])[];

/** Wildly different weights; a quarter of the kinds is off, but never all of a class. */
function drawWeights(stage: FaultStage, classes: readonly FaultClass[], kindsOff: Mix['kindsOff'], random: Random): Weights {
  return classes.flatMap((name) => {
    const kinds = faultKindNames.filter((kind) => faultKind(kind).faultClass === name && isMeaningful(kind, stage) && !kindsOff.has(kind));
    if (kinds.length === 0) return [];
    const kept = random.pick(kinds);
    return kinds
      .map((kind) => [kind, random.pick([1, 1, 2, 5, 10]), random.chance(0.25) && kind !== kept] as const)
      .filter(([, , off]) => !off)
      .map(([kind, weight]) => [kind, weight / kinds.length] as const);
  });
}

function drawCount(durationUs: number, random: Random): number {
  const count = random.between(2, 2 * MEAN_FAULTS - 2);
  return Math.max(1, Math.round((count * durationUs) / DEFAULT_DURATION_US));
}

// ---------------------------------------------------------------- when

function drawMoments(stage: FaultStage, count: number, durationUs: number, weights: Weights, random: Random): Moment[] {
  const lastUs = Math.max(QUIET_US, durationUs - SECOND_US);
  const swizzle = SWIZZLED.filter((kind) => weights.some(([name]) => name === kind));
  const pattern = random.int(100);
  let moments: Moment[] = [];
  if (pattern < 15 && swizzle.length > 0) moments = drawSwizzle(stage, random.pick(swizzle), lastUs, random).slice(0, count);
  const clustered = pattern >= 15 && pattern < 60;
  const centres = Array.from({ length: random.between(1, 3) }, () => uniform(QUIET_US, lastUs, random));
  while (moments.length < count) {
    const atUs = clustered ? random.pick(centres) + random.exponential(SECOND_US) : uniform(QUIET_US, lastUs, random);
    moments.push({ atUs: Math.min(onMilliseconds(atUs), lastUs) });
  }
  return moments.sort((a, b) => a.atUs - b.atUs);
}

/** Brokers go one after another and come back in another order. */
function drawSwizzle(stage: FaultStage, kind: FaultKindName, lastUs: number, random: Random): Moment[] {
  const ids = Array.from({ length: stage.brokers }, (_, i) => i + 1);
  const gone = random.shuffled(ids).slice(0, random.between(Math.min(2, ids.length), ids.length));
  const back = random.shuffled(gone);
  const stepUs = onMilliseconds(random.between(20, 1500) * MILLISECOND_US);
  const startUs = uniform(QUIET_US, Math.max(QUIET_US, lastUs - 2 * gone.length * stepUs), random);
  return gone.map((target, i) => {
    const atUs = Math.min(startUs + i * stepUs, lastUs);
    const healUs = (gone.length + back.indexOf(target)) * stepUs;
    return { atUs, forUs: healUs - i * stepUs, target, kind };
  });
}

function uniform(lowUs: number, highUs: number, random: Random): number {
  return onMilliseconds(lowUs + random.int(highUs - lowUs + 1));
}

function onMilliseconds(us: number): number {
  return us - (us % MILLISECOND_US);
}

// ---------------------------------------------------------------- what

function drawFault(id: string, moment: Moment, stage: FaultStage, weights: Weights, randomness: Randomness): Fault {
  const random = randomness.stream(`fault/${id}`);
  const drawn = drawKind(weights, random);
  const kind = moment.kind ?? drawn;
  const { instant } = faultKind(kind);
  const forUs = drawLength(random);
  const on = drawTrigger(stage, random);
  const fault = {
    id,
    kind,
    atUs: moment.atUs,
    ...(on === undefined || moment.forUs !== undefined ? {} : { on }),
    forUs: instant ? 0 : (moment.forUs ?? forUs),
    ...drawFields[kind](stage, random),
    ...(moment.target === undefined ? {} : { target: moment.target }),
  };
  return fault as Fault;
}

function drawKind(weights: Weights, random: Random): FaultKindName {
  let left = random.float() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return (weights[weights.length - 1] as Weights[number])[0];
}

/** From a blink to the end of the chaos phase. */
function drawLength(random: Random): number | null {
  const draw = random.int(100);
  if (draw < 15) return random.between(5, 100) * MILLISECOND_US;
  if (draw < 55) return random.between(100, 2000) * MILLISECOND_US;
  if (draw < 90) return random.between(2000, 8000) * MILLISECOND_US;
  return null;
}

function triggersFor({ groups, transactional }: FaultStage): readonly string[] {
  if (groups.length === 0 && transactional.length === 0) return TRIGGERS;
  return [...TRIGGERS, ...(groups.length > 0 ? GROUP_TRIGGERS : []), ...(transactional.length > 0 ? TRANSACTION_TRIGGERS : [])];
}

/** Now and then a fault waits for a dangerous moment instead of a time. */
function drawTrigger(stage: FaultStage, random: Random): FaultTrigger | undefined {
  const event = random.pick(triggersFor(stage));
  const afterUs = random.pick([0, 0, 1, 5, 50]) * MILLISECOND_US;
  const aboutPartition = TRIGGERS.includes(event) && event !== 'controller-elected' && event !== 'broker-registered';
  if (!random.chance(0.12)) return undefined;
  return { event, ...(aboutPartition ? { where: { partition: stage.hotPartition } } : {}), afterUs };
}
