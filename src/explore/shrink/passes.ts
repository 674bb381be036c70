/**
 * The ways in which a scenario gets smaller, one pass each, in the order in which they pay: faults first, then clients and sends, then the
 * cluster, then what needs explaining, then times. A pass lists candidates; whether one is smaller and coherent is decided elsewhere.
 */
import type { Fault } from '../../faults/Fault.js';
import type { ConsumerSection, ProducerSection, Scenario } from '../../scenario/Scenario.js';
import { QUIET_US } from '../generate/workload.js';
import { withDelays } from './delays.js';
import { fieldsOf, renamePartitions } from './references.js';

/** What a run showed of a fault: when it began and whom it got hold of (`broker-1`). */
export interface ObservedFault {
  readonly id: string;
  readonly beganUs: number;
  readonly targets: readonly string[];
}

/** A removal pass takes chunks out of one list: halves, quarters, … single items (ddmin). */
export interface RemovalPass {
  readonly name: string;
  length(scenario: Scenario): number;
  /** Without the items from `from` to before `to`. */
  without(scenario: Scenario, from: number, to: number): Scenario;
}

/** A rewriting pass has a list of candidates, the boldest first. The same index is tried again after a success. */
export interface RewritingPass {
  readonly name: string;
  candidates(scenario: Scenario, observed: readonly ObservedFault[]): readonly Scenario[];
}

const SECOND_US = 1_000_000;
/** Nobody needs more than this to be sure that a trial's last fault had its effect. */
const AFTERMATH_US = SECOND_US;
const GRIDS_US = [10 * SECOND_US, SECOND_US, 100_000, 10_000] as const;

export const removals: readonly RemovalPass[] = [
  {
    name: 'faults',
    length: ({ faults }) => faults.length,
    without: (scenario, from, to) => ({ ...scenario, faults: without(scenario.faults, from, to) }),
  },
  {
    name: 'buggify sites',
    length: ({ buggify }) => Object.keys(buggify ?? {}).length,
    without: withoutSites,
  },
  {
    name: 'delays',
    length: ({ delays }) => delays?.length ?? 0,
    without: (scenario, from, to) => withDelays(scenario, without(scenario.delays ?? [], from, to)),
  },
  {
    name: 'consumers',
    length: ({ workload }) => workload.consumers.length,
    without: (scenario, from, to) => withConsumers(scenario, without(scenario.workload.consumers, from, to)),
  },
  {
    name: 'producers',
    length: ({ workload }) => workload.producers.length,
    without: (scenario, from, to) => withProducers(scenario, without(scenario.workload.producers, from, to)),
  },
];

export const rewritings: readonly RewritingPass[] = [
  { name: 'duration', candidates: shorterDurations },
  { name: 'sends', candidates: fewerSends },
  { name: 'cluster', candidates: smallerClusters },
  { name: 'applications', candidates: plainerApplications },
  { name: 'targets', candidates: plainerFaults },
  { name: 'times', candidates: rounderTimes },
  { name: 'delay times', candidates: rounderDelays },
  { name: 'lengths', candidates: shorterFaults },
  { name: 'earlier', candidates: earlierTimes },
  { name: 'duration', candidates: shorterDurations },
];

function withoutSites({ buggify, ...scenario }: Scenario, from: number, to: number): Scenario {
  const left = without(Object.entries(buggify ?? {}), from, to);
  return left.length === 0 ? scenario : { ...scenario, buggify: Object.fromEntries(left) };
}

// ---------------------------------------------------------------- how long

/** Just past the end of the last fault and send; then half; then three quarters. */
function shorterDurations(scenario: Scenario): Scenario[] {
  const { faults, workload, durationUs } = scenario;
  let neededUs = QUIET_US;
  for (const { atUs, forUs } of faults) neededUs = Math.max(neededUs, atUs + (forUs ?? 0));
  for (const { atUs } of scenario.delays ?? []) neededUs = Math.max(neededUs, atUs);
  for (const { startUs, everyUs, count } of workload.producers) neededUs = Math.max(neededUs, startUs + everyUs * count);
  const lengths = [neededUs + AFTERMATH_US, durationUs / 2, durationUs * 0.75].map((us) => Math.ceil(us / SECOND_US) * SECOND_US);
  return lengths
    .filter((us) => us < durationUs && [...faults, ...(scenario.delays ?? [])].every(({ atUs }) => atUs < us))
    .map((us) => ({ ...scenario, durationUs: us }));
}

// ---------------------------------------------------------------- sends

/** The shares of a producer's sends that are kept: the first so many eighths, or the last. */
const KEPT = [
  [0, 4],
  [4, 8],
  [2, 6],
  [0, 6],
  [2, 8],
] as const;

/** All producers at once, then each by itself: the first half, the last, the middle; then a quarter less; then one less. */
function fewerSends(scenario: Scenario): Scenario[] {
  const { producers } = scenario.workload;
  const each = (change: (producer: ProducerSection) => ProducerSection, only?: number): Scenario =>
    withProducers(
      scenario,
      producers.map((producer, i) => (only === undefined || only === i ? change(producer) : producer)),
    );
  const all = producers.length > 1 ? KEPT.slice(0, 3).map(([from, to]) => each((producer) => someSends(producer, from, to))) : [];
  const single = producers.flatMap((producer, i) => [
    ...KEPT.map(([from, to]) => each(() => someSends(producer, from, to), i)),
    ...(producer.count > 1 && producer.count <= 8 ? [each(() => laterSends(producer, 1, producer.count - 1), i)] : []),
    ...(producer.count > 1 && producer.count <= 8 ? [each(() => ({ ...producer, count: producer.count - 1 }), i)] : []),
  ]);
  return [...all, ...single];
}

function someSends(producer: ProducerSection, fromEighth: number, toEighth: number): ProducerSection {
  const skipped = Math.floor((producer.count * fromEighth) / 8);
  const end = Math.ceil((producer.count * toEighth) / 8);
  return laterSends(producer, skipped, Math.max(1, end - skipped));
}

function laterSends(producer: ProducerSection, skipped: number, count: number): ProducerSection {
  return { ...producer, startUs: producer.startUs + skipped * producer.everyUs, count };
}

// ---------------------------------------------------------------- the cluster

function smallerClusters(scenario: Scenario): Scenario[] {
  const { topics, cluster, workload, network } = scenario;
  const outputs = workload.consumers.flatMap(({ application }) => application?.output ?? []);
  const used = new Set([...[...workload.producers, ...workload.consumers].flatMap((client) => client.topics), ...outputs]);
  const candidates: Scenario[] = used.size === 0 ? [] : [{ ...scenario, topics: topics.filter(({ name }) => used.has(name)) }];
  for (const { name } of topics) candidates.push(...[1, cluster.brokers].map((count) => withPartitions(scenario, name, count)));
  candidates.push({ ...scenario, cluster: { ...cluster, zookeeperServers: 1 } });
  if (cluster.brokers > 1) candidates.push(withBrokers(scenario, cluster.brokers - 1));
  candidates.push(wholeHealed(scenario));
  candidates.push({ ...scenario, network: { minUs: network.minUs, maxUs: network.minUs, spikeChance: 0, spikeMeanUs: 0 } });
  candidates.push({ ...scenario, network: { ...network, spikeChance: 0, spikeMeanUs: 0 } });
  return candidates;
}

function wholeHealed({ outsideCore: _outside, ...scenario }: Scenario): Scenario {
  return { ...scenario, core: null };
}

/** Folds a topic's partitions onto fewer ones, and with them whatever names them. */
function withPartitions(scenario: Scenario, topic: string, count: number): Scenario {
  const fold = (named: string, partition: number): number => (named === topic ? partition % count : partition);
  return {
    ...scenario,
    topics: scenario.topics.map((section) =>
      section.name !== topic || section.partitions <= count
        ? section
        : {
            ...section,
            partitions: count,
            ...(section.assignment === undefined ? {} : { assignment: section.assignment.slice(0, count) }),
          },
    ),
    workload: {
      ...scenario.workload,
      producers: scenario.workload.producers.map((producer) =>
        producer.partition === null || !producer.topics.includes(topic) ? producer : { ...producer, partition: producer.partition % count },
      ),
    },
    faults: scenario.faults.map((fault) => renamePartitions(fault, fold)),
  };
}

function withBrokers(scenario: Scenario, brokers: number): Scenario {
  const perBroker = Object.fromEntries(Object.entries(scenario.cluster.perBroker).filter(([id]) => Number(id) <= brokers));
  const core = scenario.core === null ? null : scenario.core.filter((id) => id <= brokers);
  return { ...scenario, cluster: { ...scenario.cluster, brokers, perBroker }, core };
}

// ---------------------------------------------------------------- what clients do

/** Each producer without transactions aborted on purpose, without sending again, without transactions; each member dynamic, without workers. */
function plainerApplications(scenario: Scenario): Scenario[] {
  const { producers, consumers } = scenario.workload;
  const plainerProducers = producers.flatMap((producer, i) => {
    const { transaction, resends, properties } = producer;
    const plainer: ProducerSection[] = [];
    if (transaction !== null) {
      const { 'transactional.id': _id, 'transaction.timeout.ms': _timeout, ...others } = properties;
      plainer.push({ ...producer, transaction: null, properties: others });
      if (transaction.abortEvery > 0) plainer.push({ ...producer, transaction: { ...transaction, abortEvery: 0 } });
    }
    if (resends > 0) plainer.push({ ...producer, resends: 0 });
    return plainer.map((candidate) => withProducers(scenario, replaced(producers, i, candidate)));
  });
  const plainerMembers = consumers.flatMap((consumer, i) => {
    const { 'group.instance.id': instance, ...properties } = consumer.properties;
    return instance === undefined ? [] : [withConsumers(scenario, replaced(consumers, i, { ...consumer, properties }))];
  });
  return [...plainerProducers, ...plainerMembers];
}

// ---------------------------------------------------------------- faults that need less explaining

/** Each trigger as the time that it came to, each role as the broker that held it, each list with one entry less. */
function plainerFaults(scenario: Scenario, observed: readonly ObservedFault[]): Scenario[] {
  return scenario.faults.flatMap((fault, i) => {
    const seen = observed.find(({ id }) => id === fault.id);
    const plainer = [...(seen === undefined ? [] : asObserved(fault, seen)), ...shorterLists(fault, scenario.cluster.brokers)];
    return plainer.map((candidate) => withFault(scenario, i, candidate));
  });
}

function asObserved(fault: Fault, seen: ObservedFault): Fault[] {
  const { on, ...rest } = fault;
  const candidates: Fault[] = on === undefined ? [] : [{ ...rest, atUs: seen.beganUs } as Fault];
  const brokers = seen.targets.map((name) => Number(/^broker-(\d+)$/.exec(name)?.[1] ?? 0));
  const [only] = brokers;
  if ('target' in fault && typeof fault.target === 'string' && brokers.length === 1 && only !== undefined && only > 0) {
    candidates.push({ ...fault, target: only } as Fault);
  }
  if ('targets' in fault && brokers.length > 0 && brokers.every((id) => id > 0)) candidates.push({ ...fault, targets: brokers } as Fault);
  return candidates;
}

/** An empty list of targets stands for every broker, and is written out to leave one out. */
function shorterLists(fault: Fault, brokers: number): Fault[] {
  return fieldsOf(fault).flatMap(([name, spec, value]) => {
    if (!Array.isArray(value)) return [];
    const everyone = spec.type === 'brokers' && value.length === 0;
    const list: unknown[] = everyone ? Array.from({ length: brokers }, (_, i) => i + 1) : value;
    if (list.length < 2 && spec.spares !== true) return [];
    if (spec.type === 'broker-ids') return [];
    return list.map((_, i) => ({ ...fault, [name]: without(list, i, i + 1) }) as Fault);
  });
}

// ---------------------------------------------------------------- when

/** Every time at once onto a coarse grid, then each fault's and each client's by itself. */
function rounderTimes(scenario: Scenario): Scenario[] {
  const { faults, workload } = scenario;
  const candidates = GRIDS_US.slice(1).map((gridUs) => ({
    ...withProducers(
      scenario,
      workload.producers.map((producer) => roundedProducer(producer, gridUs)),
    ),
    faults: inOrder(faults.map((fault) => roundedFault(fault, gridUs, () => true))),
  }));
  for (const gridUs of GRIDS_US) {
    faults.forEach((fault, i) => {
      candidates.push(
        withFault(
          scenario,
          i,
          roundedFault(fault, gridUs, (name) => name !== 'atUs'),
        ),
      );
      candidates.push(
        withFault(
          scenario,
          i,
          roundedFault(fault, gridUs, (name) => name === 'atUs'),
        ),
      );
    });
  }
  for (const gridUs of GRIDS_US.slice(1)) {
    workload.producers.forEach((producer, i) => {
      const rounded = roundedProducer(producer, gridUs);
      candidates.push(withProducers(scenario, replaced(workload.producers, i, rounded)));
      candidates.push(withProducers(scenario, replaced(workload.producers, i, { ...producer, startUs: rounded.startUs })));
    });
    workload.consumers.forEach((consumer, i) => {
      candidates.push(
        withConsumers(scenario, replaced(workload.consumers, i, { ...consumer, startUs: rounded(consumer.startUs, gridUs) })),
      );
    });
  }
  return candidates;
}

function roundedFault(fault: Fault, gridUs: number, which: (name: string) => boolean): Fault {
  const times = Object.entries(fault).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' && name.endsWith('Us') && which(name) ? [[name, rounded(value, gridUs)]] : [],
  );
  return { ...fault, ...Object.fromEntries(times) } as Fault;
}

/** Sends of a producer keep their number; the pace follows a finer grid than the start. */
function roundedProducer(producer: ProducerSection, gridUs: number): ProducerSection {
  return { ...producer, startUs: rounded(producer.startUs, gridUs), everyUs: rounded(producer.everyUs, gridUs / 10) };
}

/** Each delay's beginning and length on a coarser grid, the beginning also at the start of the run. */
function rounderDelays(scenario: Scenario): Scenario[] {
  const delays = scenario.delays ?? [];
  return delays.flatMap((delay, i) => {
    const times = [0, ...GRIDS_US.map((gridUs) => rounded(delay.atUs, gridUs))].map((atUs) => ({ ...delay, atUs }));
    const lengths = [100_000, 10_000, 1_000].map((gridUs) => ({ ...delay, byUs: rounded(delay.byUs, gridUs) }));
    return [...times, ...lengths].map((candidate) => withDelays(scenario, replaced(delays, i, candidate)));
  });
}

/** The nearest multiple; a grid too coarse for the time leaves it as it is. */
function rounded(us: number, gridUs: number): number {
  const multiple = Math.round(Math.abs(us) / gridUs) * gridUs;
  if (multiple === 0) return us;
  return us < 0 ? -multiple : multiple;
}

/** Each fault over after one second, or after half of its time. */
function shorterFaults({ faults, ...scenario }: Scenario): Scenario[] {
  return faults.flatMap((fault, i) => {
    const { forUs } = fault;
    if (forUs === null || forUs === 0) return [];
    const half = Math.ceil(forUs / 2 / SECOND_US) * SECOND_US;
    const lengths = [SECOND_US, half].filter((us) => us < forUs);
    return lengths.map((us) => ({ ...scenario, faults: replaced(faults, i, { ...fault, forUs: us }) }));
  });
}

/** The whole story earlier, then each fault and producer by itself, as far as the start-up allows, or nearly. */
function earlierTimes(scenario: Scenario): Scenario[] {
  const { faults, workload } = scenario;
  const first = Math.min(...faults.map(({ atUs }) => atUs), ...workload.producers.map(({ startUs }) => startUs));
  const candidates = stepsEarlier(first).map((byUs) => ({
    ...withProducers(
      scenario,
      workload.producers.map((producer) => ({ ...producer, startUs: producer.startUs - byUs })),
    ),
    faults: faults.map((fault) => ({ ...fault, atUs: fault.atUs - byUs })),
  }));
  faults.forEach((fault, i) => {
    for (const byUs of stepsEarlier(fault.atUs).slice(0, 2)) candidates.push(withFault(scenario, i, { ...fault, atUs: fault.atUs - byUs }));
  });
  workload.producers.forEach((producer, i) => {
    for (const byUs of stepsEarlier(producer.startUs).slice(0, 2)) {
      candidates.push(withProducers(scenario, replaced(workload.producers, i, { ...producer, startUs: producer.startUs - byUs })));
    }
  });
  return candidates;
}

/** How far a time may go down towards the end of the start-up, in whole seconds. Failures depend on luck: some steps more cost little. */
function stepsEarlier(us: number): number[] {
  const most = Math.floor((us - QUIET_US) / SECOND_US);
  if (!Number.isFinite(most) || most < 1) return [];
  const seconds = [most, most - 1, Math.ceil(most * 0.75), Math.ceil(most / 2), Math.ceil(most / 4), 1];
  return [...new Set(seconds)].filter((step) => step > 0).map((step) => step * SECOND_US);
}

// ---------------------------------------------------------------- parts

function without<T>(items: readonly T[], from: number, to: number): T[] {
  return [...items.slice(0, from), ...items.slice(to)];
}

function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, i) => (i === index ? item : old));
}

function withProducers(scenario: Scenario, producers: ProducerSection[]): Scenario {
  return { ...scenario, workload: { ...scenario.workload, producers } };
}

function withConsumers(scenario: Scenario, consumers: ConsumerSection[]): Scenario {
  return { ...scenario, workload: { ...scenario.workload, consumers } };
}

function withFault(scenario: Scenario, index: number, fault: Fault): Scenario {
  return { ...scenario, faults: inOrder(replaced(scenario.faults, index, fault)) };
}

/** Faults that begin together stay in their order. */
function inOrder(faults: Fault[]): Fault[] {
  return faults.sort((a, b) => a.atUs - b.atUs);
}
