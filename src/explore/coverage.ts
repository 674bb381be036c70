/**
 * What a campaign reached of what there is to be reached: probes by area, transitions of the state machines, and errors by API. Says of everything that was
 * never reached whether that is news: a probe that needs transactions is not missed where nobody has any.
 *
 * Leaves out: whether what was reached was also judged. A probe says that a path was taken, not that it was taken rightly; that is for checks to say.
 */
import type { ProbeArea } from '../engine/probes.js';
import type { FaultClass } from '../faults/Fault.js';
import { kafkaProbeAreas, kafkaStateMachines, neverAnswered } from '../kafka/coverage.js';
import { answeredErrors } from '../kafka/protocol/answeredErrors.js';
import { ErrorCode, type ErrorName } from '../kafka/protocol/errors.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import type { KafkaNeed } from '../kafka/protocol/probeNeeds.js';
import { workloadProbes } from '../workload/probes.js';
import { zookeeperProbes } from '../zookeeper/probes.js';
import { hasApplications, type TrialConfiguration } from './configuration.js';
import type { CoverageTally, Reached } from './CoverageTally.js';
import { promiseFactsOf } from './promiseFacts.js';

/** Every probe there is, by area, in the order of reports. */
export const probeAreas: readonly ProbeArea<string, KafkaNeed>[] = [
  ...kafkaProbeAreas,
  zookeeperProbes as ProbeArea<string, KafkaNeed>,
  workloadProbes as ProbeArea<string, KafkaNeed>,
];

/** `never`: although everything that it needs was there. `not expected`: something that it needs was not. */
export type ReachedStatus = 'reached' | 'never' | 'not expected';

export interface ProbeCoverage extends Reached {
  readonly name: string;
  readonly meaning: string;
  readonly needs: readonly string[];
  readonly status: ReachedStatus;
}

export interface AreaCoverage {
  readonly area: string;
  /** Of the expected ones and those reached besides. */
  readonly reached: number;
  readonly expected: number;
  readonly probes: readonly ProbeCoverage[];
}

export interface ErrorCoverage extends Reached {
  readonly name: ErrorName;
  readonly code: number;
  /** By which APIs, most often first. */
  readonly apis: readonly (readonly [api: string, hits: number])[];
  /** Why no simulated broker answers it; empty where one may. */
  readonly reason: string;
}

export interface TransitionCoverage extends Reached {
  readonly from: string;
  readonly to: string;
  /** False: the state machine does not have it, and it happened. */
  readonly legal: boolean;
}

export interface MachineCoverage {
  readonly name: string;
  readonly reached: number;
  readonly transitions: readonly TransitionCoverage[];
}

export interface Coverage {
  readonly seeds: number;
  readonly areas: readonly AreaCoverage[];
  readonly errors: readonly ErrorCoverage[];
  readonly machines: readonly MachineCoverage[];
}

export function coverageOf(tally: CoverageTally, configuration: TrialConfiguration, classes: readonly FaultClass[]): Coverage {
  const given = needsMet(configuration, classes);
  return {
    seeds: tally.seeds,
    areas: probeAreas.map((area) => areaCoverage(area, tally, given)),
    errors: errorCoverage(tally),
    machines: machineCoverage(tally),
  };
}

type Given = (need: KafkaNeed) => boolean;

function areaCoverage(area: ProbeArea<string, KafkaNeed>, tally: CoverageTally, given: Given): AreaCoverage {
  const probes = Object.values(area).map(({ name, meaning, needs }): ProbeCoverage => {
    const reached = tally.of(name);
    const status = reached.hits > 0 ? 'reached' : needs.every(given) ? 'never' : 'not expected';
    return { name, meaning, needs, status, ...reached };
  });
  const reached = probes.filter(({ status }) => status === 'reached').length;
  const expected = probes.filter(({ status }) => status !== 'not expected').length;
  return { area: Object.values(area)[0]?.area ?? '', reached, expected, probes };
}

/** What a campaign of this configuration has of what probes may need. */
function needsMet(configuration: TrialConfiguration, classes: readonly FaultClass[]): Given {
  const features: Readonly<KafkaFeatures> = { ...PRESETS[configuration.release], ...configuration.features };
  const facts = promiseFactsOf(configuration);
  const members = facts.flatMap(({ consumer }) => (consumer === null ? [] : [consumer]));
  const byProtocol = configuration.consumerProperties.get('group.protocol') === 'consumer' ? 'consumer protocol' : 'classic groups';
  const given = new Set<KafkaNeed>();
  if (members.length > 0) given.add('groups').add(byProtocol);
  if (members.some(({ isStatic }) => isStatic)) given.add('static members');
  if (members.some(({ cooperative }) => cooperative)) given.add('cooperative assignor');
  if (members.some(({ readCommitted }) => readCommitted)) given.add('read_committed');
  if (configuration.consumerProperties.get('isolation.level') === 'read_committed') given.add('read_committed');
  if (facts.some(({ enableIdempotence }) => enableIdempotence)) given.add('idempotence');
  if (facts.some(({ transactional }) => transactional)) given.add('transactions');
  if (classes.includes('power-loss')) given.add('power loss');
  if (classes.includes('client') && hasApplications(configuration)) given.add('client faults');
  given.add(truncationNeed(features));
  return (need) => given.has(need) || flagIsSo(features, need);
}

function truncationNeed({ truncation }: Pick<KafkaFeatures, 'truncation'>): KafkaNeed {
  if (truncation === 'high-watermark') return 'truncation to the high watermark';
  return truncation === 'fetch' ? 'truncation while fetching' : 'truncation before fetching';
}

function flagIsSo(features: Readonly<KafkaFeatures>, need: string): boolean {
  const [word, flag] = need.split(' ');
  if (word !== 'feature' && word !== 'no') return false;
  return features[flag as keyof KafkaFeatures] === (word === 'feature');
}

function errorCoverage(tally: CoverageTally): ErrorCoverage[] {
  const { rows, columns } = answeredErrors;
  return columns
    .filter((name) => name !== 'NONE')
    .map((name) => {
      const cells = rows.map((api) => [api, tally.of(answeredErrors.cellName(api, name))] as const).filter(([, { hits }]) => hits > 0);
      const apis = cells.map(([api, { hits }]) => [api, hits] as const).sort(([, a], [, b]) => b - a);
      return {
        name,
        code: ErrorCode[name],
        apis,
        reason: neverAnswered[name]?.reason ?? '',
        ...together(cells.map(([, reached]) => reached)),
      };
    });
}

/** At least so many seeds: how those of several cells overlap is not kept. */
function together(cells: readonly Reached[]): Reached {
  let most: Reached = { hits: 0, seeds: 0, firstSeed: '' };
  let hits = 0;
  for (const cell of cells) {
    hits += cell.hits;
    if (cell.seeds > most.seeds) most = cell;
  }
  return { ...most, hits };
}

function machineCoverage(tally: CoverageTally): MachineCoverage[] {
  return kafkaStateMachines.map((machine) => {
    const { name, states, table } = machine;
    const all = states.flatMap((from) =>
      states.map((to): TransitionCoverage => {
        return { from, to, legal: machine.isLegal(from, to), ...tally.of(table.cellName(from, to)) };
      }),
    );
    const transitions = all.filter(({ legal, hits }) => legal || hits > 0);
    return { name, reached: transitions.filter(({ hits }) => hits > 0).length, transitions };
  });
}
