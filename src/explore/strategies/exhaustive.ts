/**
 * Bounded exhaustive search for tiny configurations: every list of at most so many faults of a small set ({@link FaultSpace}), on one fixed world and
 * workload. When all have been tried and nothing failed, nothing of that set fails in that world: the only strategy whose silence is a proof, and of that much
 * only. In the spirit of TigerBeetle's exhaustigen and of small-scope model checking.
 *
 * The set: kills, restarts, pauses, brokers cut off from everybody or from ZooKeeper, expired sessions, losses of power; each broker by its id; shorter
 * and longer than the timeouts; at evenly spread times and at the first election and ISR change (a fault whose event never comes never begins:
 * it counts all the same). Leaves out: every other kind of fault, other worlds, the order of messages.
 */
import type { FaultClass } from '../../faults/Fault.js';
import { faultKind } from '../../faults/faultKinds.js';
import type { Scenario } from '../../scenario/Scenario.js';
import type { TrialConfiguration } from '../configuration.js';
import { grouped } from '../../report/numbers.js';
import { generateScenario } from '../generate.js';
import { QUIET_US } from '../generate/workload.js';
import { FaultSpace, type FaultVariant, type Moment } from './FaultSpace.js';
import type { Strategy, Subject } from './Strategy.js';

export const DEFAULT_MOST_FAULTS = 2;
export const MOST_FAULTS = 6;
/** More scenarios than this are refused: at 30 a second they would take two hours and would not be finished. */
export const LARGEST_SPACE = 200_000;

/** Chaos phase unless somebody says otherwise: shorter than the other strategies', since every run of it counts. */
const DURATION_US = 12_000_000;
/** The one world is that of this seed. */
const WORLD = '1';
const TIMES = 4;
const LENGTHS_US = [400_000, 4_000_000] as const;
const TIMEOUT_MS = 1_500;
/** Moments at which the protocol is between two states. */
const EVENTS = ['leader-elected', 'isr-change-committed'] as const;
/** One more second, so that the last fault has an effect before the healing. */
const AFTERMATH_US = 1_000_000;

/** The space is too large, and how to make it smaller. */
export class SpaceTooLargeError extends Error {
  constructor(space: FaultSpace) {
    const size = Number.isFinite(space.size) ? grouped(space.size) : 'more than 9,007,199,254,740,991';
    super(
      `the space holds ${size} scenarios (${spaceText(space)}), and ${grouped(LARGEST_SPACE)} are the most that are tried exhaustively`,
    );
  }
}

/** @throws SpaceTooLargeError */
export function exhaustiveStrategy(subject: Subject, mostFaults: number): Strategy {
  const space = spaceOf(subject, mostFaults);
  if (space.size > LARGEST_SPACE) throw new SpaceTooLargeError(space);
  return exhausting(space, worldOf(subject));
}

/** Tries every list of a space in one world. */
export function exhausting(space: FaultSpace, world: Scenario): Strategy {
  return {
    islandSeeds: 1,
    size: space.size,
    description: `exhaustive: ${grouped(space.size)} scenarios in all, ${spaceText(space)}`,
    reset: () => undefined,
    next: (seed) => {
      const index = Number(seed) - 1;
      if (index < 0 || index >= space.size) return undefined;
      const faults = space.list(index);
      const kinds = faults.map(({ kind }) => kind);
      return { ...world, name: `seed-${seed}`, title: `Seed ${seed}: ${kinds.length === 0 ? 'no faults' : kinds.join(', ')}`, faults };
    },
    listen: null,
    observe: () => undefined,
  };
}

/** Generated as any seed's, with nothing that would be left to chance: the network is even, every broker is healed at the end. */
function worldOf({ configuration, require }: Subject): Scenario {
  const scenario = generateScenario(withTimeouts(withDuration(configuration)), WORLD, [], require);
  const { minUs } = scenario.network;
  return { ...scenario, network: { minUs, maxUs: minUs, spikeChance: 0, spikeMeanUs: 0 }, core: null };
}

/** Between the two lengths of faults, where nobody set them: a broker is then missed in the longer and not in the shorter. */
function withTimeouts(configuration: TrialConfiguration): TrialConfiguration {
  const { brokerProperties } = configuration;
  // Kafka wants a follower's fetch to wait no longer than its lag may last.
  const lag = brokerProperties.has('replica.fetch.wait.max.ms') ? [] : ([['replica.lag.time.max.ms', TIMEOUT_MS]] as const);
  return { ...configuration, brokerProperties: new Map([['zookeeper.session.timeout.ms', TIMEOUT_MS], ...lag, ...brokerProperties]) };
}

/** The length of a run, where nobody set one. */
export function withDuration(configuration: TrialConfiguration): TrialConfiguration {
  return { ...configuration, durationUs: configuration.durationUs ?? DURATION_US };
}

function spaceOf({ configuration, classes }: Subject, mostFaults: number): FaultSpace {
  const brokers = Array.from({ length: configuration.brokers }, (_, i) => i + 1);
  const variants = brokers.flatMap((target) => variantsOn(target).filter(({ kind }) => classes.includes(faultKind(kind).faultClass)));
  return new FaultSpace(variants, momentsIn(withDuration(configuration).durationUs ?? DURATION_US), mostFaults);
}

/** The classes of the set's faults. */
export const EXHAUSTIVE_CLASSES: readonly FaultClass[] = ['crash', 'partition', 'pause', 'zookeeper', 'power-loss'];

function variantsOn(target: number): FaultVariant[] {
  const lasting = LENGTHS_US.flatMap((forUs) => [
    { kind: 'kill', forUs, target },
    { kind: 'restart', forUs, target },
    { kind: 'pause', forUs, target },
    { kind: 'partition-isolate', forUs, target, from: ['brokers', 'zookeeper', 'clients'] },
    { kind: 'zookeeper-cut', forUs, target },
    { kind: 'power-loss', forUs, targets: [target], tail: 'none' },
  ]);
  return [...lasting, { kind: 'session-expiry', forUs: 0, target }] as FaultVariant[];
}

/** Evenly spread over the chaos phase, and the first of each event after the start-up. */
function momentsIn(durationUs: number): Moment[] {
  const spanUs = Math.max(0, durationUs - AFTERMATH_US - QUIET_US);
  const times = Array.from({ length: TIMES }, (_, i) => ({ atUs: QUIET_US + Math.floor((spanUs * i) / TIMES / 1_000) * 1_000 }));
  return [...times, ...EVENTS.map((event) => ({ atUs: QUIET_US, on: { event } }))];
}

/** `1 of no fault, 180 of one, 18,900 of two` */
function spaceText({ sizes, variants, moments }: FaultSpace): string {
  const words = ['no fault', 'one', 'two', 'three', 'four', 'five', 'six'];
  const parts = sizes.map((size, faults) => `${Number.isFinite(size) ? grouped(size) : 'countless'} of ${words[faults] ?? faults}`);
  return `${parts.join(', ')}: ${variants.length} faults at ${moments.length} moments`;
}
