/**
 * Small changes of a scenario: of its list of faults, of the delays of its messages, of its dice. World and workload stay, so that a child is near its
 * parent. Faults come from a donor, another seed's scenario of the same configuration, so that they are drawn as they always are.
 *
 * A child is coherent, and no fault class takes part that neither its parent nor the classes asked for allow: power loss in particular, under
 * which little is promised, stays out of the descendants of a parent without it.
 */
import type { Random } from '../../engine/random.js';
import type { Fault, FaultClass } from '../../faults/Fault.js';
import { faultKind } from '../../faults/faultKinds.js';
import type { MessageDelay } from '../../faults/MessageDelay.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { QUIET_US } from '../generate/workload.js';
import { withDelays } from '../shrink/delays.js';
import { coherent } from '../shrink/references.js';
import { LONGEST_DELAY_US } from './pct.js';

const MILLISECOND_US = 1_000;
/** A child has at most so many faults; more only hide each other. */
const MOST_FAULTS = 24;
const MOST_DELAYS = 12;
/** A change that changes nothing, or leaves nothing coherent, is drawn again, so often. */
const ATTEMPTS = 8;

type Mutation = (scenario: Scenario, donor: Scenario, random: Random) => Scenario;

/** Each is as likely as it stands here often. */
const mutations: readonly Mutation[] = [
  shiftFault,
  shiftFault,
  stretchFault,
  addFault,
  addFault,
  dropFault,
  replaceFault,
  repeatFault,
  swapTimes,
  addDelay,
  dropDelay,
  otherDice,
];

/**
 * One to four changes, one mostly.
 *
 * @param donor another scenario of the same configuration.
 */
export function mutate(parent: Scenario, donor: Scenario, random: Random): Scenario {
  let child = parent;
  for (let left = random.pick([1, 1, 1, 2, 2, 4]); left > 0; left--) child = changed(child, donor, random);
  return child;
}

function changed(parent: Scenario, donor: Scenario, random: Random): Scenario {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const mutated = random.pick(mutations)(parent, donor, random);
    const child = mutated === parent ? undefined : coherent(mutated);
    if (child !== undefined) return { ...child, faults: numbered(child.faults) };
  }
  return parent;
}

// ---------------------------------------------------------------- faults

/** Up to three seconds earlier or later; now and then anywhere. */
function shiftFault(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  return withOneFault(scenario, random, (fault) => {
    const nearUs = fault.atUs + (random.between(-3_000, 3_000) * MILLISECOND_US) / random.pick([1, 10, 100]);
    const anywhereUs = QUIET_US + random.int(scenario.durationUs - QUIET_US);
    return { ...fault, atUs: within(scenario, random.chance(0.2) ? anywhereUs : nearUs) };
  });
}

/** Half or twice as long, or until the healing. */
function stretchFault(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  return withOneFault(scenario, random, (fault) => {
    if (faultKind(fault.kind).instant) return fault;
    const lengthUs = fault.forUs ?? Math.max(MILLISECOND_US, scenario.durationUs - fault.atUs);
    const factor = random.pick([0.1, 0.5, 0.5, 2, 2, 0]);
    return { ...fault, forUs: factor === 0 ? null : onMilliseconds(lengthUs * factor) };
  });
}

function addFault(scenario: Scenario, donor: Scenario, random: Random): Scenario {
  const fault = donated(scenario, donor, random);
  return fault === undefined ? scenario : { ...scenario, faults: [...scenario.faults, fault] };
}

function dropFault(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  if (scenario.faults.length === 0) return scenario;
  const gone = random.int(scenario.faults.length);
  return { ...scenario, faults: scenario.faults.filter((_, i) => i !== gone) };
}

/** Another fault at the time of one that was there. */
function replaceFault(scenario: Scenario, donor: Scenario, random: Random): Scenario {
  const fault = donated(scenario, donor, random);
  return withOneFault(scenario, random, (old) => (fault === undefined ? old : { ...fault, atUs: old.atUs }));
}

/** The same once more, a little later: what was healed breaks again. */
function repeatFault(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  if (scenario.faults.length === 0) return scenario;
  const fault = random.pick(scenario.faults);
  const lengthUs = fault.forUs ?? 0;
  const again = { ...fault, atUs: within(scenario, fault.atUs + lengthUs + random.between(1, 3_000) * MILLISECOND_US) };
  return { ...scenario, faults: [...scenario.faults, again] };
}

function swapTimes(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  const [a, b] = random.shuffled(scenario.faults.map((_, i) => i));
  if (a === undefined || b === undefined) return scenario;
  const atUs = (i: number): number => (scenario.faults[i] as Fault).atUs;
  const faults = scenario.faults.map((fault, i) => (i === a ? { ...fault, atUs: atUs(b) } : i === b ? { ...fault, atUs: atUs(a) } : fault));
  return { ...scenario, faults };
}

function withOneFault(scenario: Scenario, random: Random, change: (fault: Fault) => Fault): Scenario {
  const { faults } = scenario;
  if (faults.length === 0) return scenario;
  const index = random.int(faults.length);
  return { ...scenario, faults: faults.map((fault, i) => (i === index ? change(fault) : fault)) };
}

/** One of the donor's faults, at its own time, that may be added to the scenario. */
function donated(scenario: Scenario, donor: Scenario, random: Random): Fault | undefined {
  const classOf = ({ kind }: Fault): FaultClass => faultKind(kind).faultClass;
  const power = scenario.faults.some((fault) => classOf(fault) === 'power-loss');
  const fit = donor.faults.filter((fault) => power || classOf(fault) !== 'power-loss');
  return fit.length === 0 || scenario.faults.length >= MOST_FAULTS ? undefined : random.pick(fit);
}

/** In order of time, `f1` first. */
function numbered(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((a, b) => a.atUs - b.atUs).map((fault, i) => ({ ...fault, id: `f${i + 1}` }));
}

// ---------------------------------------------------------------- messages and dice

/** Some messages from one node to another, or all that one gets for a while. */
function addDelay(scenario: Scenario, _donor: Scenario, random: Random): Scenario {
  const { cluster, workload, delays = [], durationUs } = scenario;
  const brokers = Array.from({ length: cluster.brokers }, (_, i) => i + 1);
  const nodes = [...brokers, ...brokers, ...[...workload.producers, ...workload.consumers].map(({ id }) => id)];
  const to = random.pick(nodes);
  const from = random.pick([null, ...nodes.filter((node) => node !== to)]);
  const atUs = onMilliseconds(QUIET_US + random.int(durationUs - QUIET_US));
  const count = random.pick([1, 1, 2, 5, 20, 100]);
  const byUs = random.between(1, LONGEST_DELAY_US / MILLISECOND_US) * MILLISECOND_US;
  const delay: MessageDelay = { from, to, atUs, count, byUs };
  return delays.length >= MOST_DELAYS ? scenario : withDelays(scenario, [...delays, delay]);
}

function dropDelay(scenario: Scenario, donor: Scenario, random: Random): Scenario {
  const { delays = [] } = scenario;
  const gone = random.int(delays.length);
  if (delays.length === 0) return addDelay(scenario, donor, random);
  return withDelays(
    scenario,
    delays.filter((_, i) => i !== gone),
  );
}

/** The same story with the donor's dice: other latencies, elections, partitions chosen … */
function otherDice(scenario: Scenario, { seed }: Scenario): Scenario {
  return { ...scenario, seed };
}

function within({ durationUs }: Scenario, us: number): number {
  return Math.min(Math.max(QUIET_US, onMilliseconds(us)), Math.max(QUIET_US, durationUs - MILLISECOND_US));
}

function onMilliseconds(us: number): number {
  return Math.max(MILLISECOND_US, Math.floor(us / MILLISECOND_US) * MILLISECOND_US);
}
