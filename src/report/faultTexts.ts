/** Faults and buggify sites of a run in words. */
import type { Fault } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import { formatDuration } from '../scenario/durations.js';
import { firedSites } from './firedSites.js';
import { counted } from './numbers.js';
import type { RecordedRun } from './RecordedRun.js';

/** The faults in words: `kill of the leader of orders-0 at 2.5s for 3s`. */
export function faultTexts({ scenario, result }: Pick<RecordedRun, 'scenario' | 'result'>): string[] {
  return scenario.faults.map((fault) => {
    const entry = result.faultLog.find(({ id }) => id === fault.id);
    const struck = entry === undefined || entry.targets.length === 0 ? '' : ` of ${entry.targets.join(', ')}`;
    return `${fault.kind}${struck} ${entry === undefined ? 'never began' : `at ${formatDuration(entry.beganUs)}`}${lengthOf(fault)}`;
  });
}

/** A fault as its scenario has it, of which no run is at hand: `kill of leader of orders-0 at 2.5s for 3s`. */
export function faultText(fault: Fault): string {
  const targets = Object.entries<FieldSpec>(faultKind(fault.kind).fields).flatMap(([name, { type }]) =>
    TARGET_TYPES.has(type) ? [fault[name as keyof Fault] as unknown].flat() : [],
  );
  const struck = targets.length === 0 ? '' : ` of ${targets.join(', ')}`;
  const when = fault.on === undefined ? `at ${formatDuration(fault.atUs)}` : `on ${fault.on.event} from ${formatDuration(fault.atUs)} on`;
  return `${fault.kind}${struck} ${when}${lengthOf(fault)}`;
}

const TARGET_TYPES: ReadonlySet<FieldSpec['type']> = new Set([
  ...(['broker', 'brokers', 'node', 'nodes', 'client', 'clients', 'servers', 'group', 'partition', 'partitions', 'topic'] as const),
]);

function lengthOf(fault: Fault): string {
  const length = faultKind(fault.kind).instant ? '' : fault.forUs === null ? ' until the end' : ` for ${formatDuration(fault.forUs)}`;
  return `${length}${parameters(fault)}`;
}

/** The buggify sites in words: `replica-fetch/one-batch, fired 12 times`. Empty without any. */
export function siteTexts({ scenario, result }: Pick<RecordedRun, 'scenario' | 'result'>): string[] {
  const fired = new Map(firedSites(result.probes));
  return Object.keys(scenario.buggify ?? {}).map((id) => `${id}, fired ${counted(fired.get(id) ?? 0, 'time')}`);
}

function parameters(fault: Fault): string {
  const shown = Object.entries<FieldSpec>(faultKind(fault.kind).fields).flatMap(([name, spec]) => {
    if (!['duration', 'integer', 'chance', 'one-of', 'some-of', 'broker-ids'].includes(spec.type)) return [];
    const value: unknown = fault[name as keyof Fault];
    return [`${name.replace(/Us$/, '')} ${spec.type === 'duration' ? formatDuration(Number(value)) : [value].flat().join(', ')}`];
  });
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}
