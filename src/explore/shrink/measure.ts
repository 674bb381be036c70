/**
 * How big a scenario is to a reader: the fixed well-founded order in which shrinking may only go down, so that it ends. Without it "halve" and
 * "round up" undo each other for ever.
 */
import type { Fault } from '../../faults/Fault.js';
import type { Scenario } from '../../scenario/Scenario.js';

/**
 * Compared from left to right: faults; buggify sites; message delays; clients; sends; servers and partitions; things to explain (roles, triggers, list entries, a core, an odd
 * network); digits of the times of faults and clients; how long everything lasts; how late everything begins. Never negative, all whole numbers.
 */
export type Measure = readonly number[];

export function measureOf(scenario: Scenario): Measure {
  const { faults, workload, cluster, topics, delays = [] } = scenario;
  return [
    faults.length,
    Object.keys(scenario.buggify ?? {}).length,
    delays.length,
    workload.producers.length + workload.consumers.length,
    sum(workload.producers, ({ count }) => count),
    cluster.brokers + cluster.zookeeperServers + topics.length + sum(topics, ({ partitions }) => partitions),
    sum(faults, (fault) => thingsToExplain(fault, cluster.brokers)) +
      (scenario.core === null ? 0 : 1) +
      oddness(scenario) +
      applicationsToExplain(scenario),
    sum(faults, digitsOfFault) +
      sum(delays, ({ atUs, byUs }) => digits(atUs) + digits(byUs)) +
      sum(workload.producers, ({ startUs, everyUs }) => digits(startUs) + digits(everyUs)) +
      sum(workload.consumers, ({ startUs }) => digits(startUs)),
    scenario.durationUs + sum(faults, ({ atUs, forUs }) => forUs ?? Math.max(0, scenario.durationUs - atUs)),
    sum(faults, ({ atUs, on }) => atUs + (on?.afterUs ?? 0)) +
      sum([...workload.producers, ...workload.consumers], ({ startUs }) => startUs),
  ];
}

export function isSmaller(a: Measure, b: Measure): boolean {
  for (let i = 0; i < a.length; i++) {
    const left = a[i] ?? 0;
    const right = b[i] ?? 0;
    if (left !== right) return left < right;
  }
  return false;
}

/** Significant digits: 4,000,000 has one, 3,950,000 three, 0 none. */
export function digits(value: number): number {
  return String(Math.abs(value)).replace(/^0$/, '').replace(/0+$/, '').length;
}

function digitsOfFault(fault: Fault): number {
  let count = fault.on?.afterUs === undefined ? 0 : digits(fault.on.afterUs);
  for (const [name, value] of Object.entries(fault)) if (typeof value === 'number' && name.endsWith('Us')) count += digits(value);
  return count;
}

/** A role needs more explaining than an id, a trigger more than a time, and an empty list of targets means every broker. */
function thingsToExplain(fault: Fault, brokers: number): number {
  let count = fault.on === undefined ? 0 : 2;
  for (const [name, value] of Object.entries(fault)) {
    if (name === 'target' && typeof value === 'string') count += 1;
    if (!Array.isArray(value)) continue;
    count += value.length === 0 && name === 'targets' ? brokers : value.length;
    for (const item of value) if (typeof item === 'string' && item.includes(' of ')) count += 1;
  }
  return count;
}

/** Transactions, aborts on purpose, records sent again, static members. */
function applicationsToExplain({ workload }: Scenario): number {
  const ofProducers = sum(workload.producers, ({ transaction, resends }) => {
    return (transaction === null ? 0 : transaction.abortEvery > 0 ? 2 : 1) + (resends > 0 ? 1 : 0);
  });
  return ofProducers + sum(workload.consumers, ({ properties }) => ('group.instance.id' in properties ? 1 : 0));
}

function oddness({ network }: Scenario): number {
  return (network.minUs === network.maxUs ? 0 : 1) + (network.spikeChance === 0 ? 0 : 1);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
