/** Faults in words, for tables: what a kind does, whom it struck and when, or for what it waits. */
import type { Fault } from '../../faults/Fault.js';
import { faultKind } from '../../faults/faultKinds.js';
import type { FaultLogEntry } from '../../faults/FaultInjector.js';
import { secondsText } from '../numbers.js';
import { durationText } from './wording.js';
import { code, foreign, text, type Text } from './Document.js';

/** `broker-1`; empty when it never began, or struck nobody by name. */
export function struckText(fault: Fault, log: readonly FaultLogEntry[]): string {
  return log.find(({ id }) => id === fault.id)?.targets.join(', ') ?? '';
}

/** `at 2.500 s`, `on became-follower, at 5.018 s`. */
export function beginText(fault: Fault, log: readonly FaultLogEntry[]): Text {
  const began = log.find(({ id }) => id === fault.id);
  const at = began === undefined ? 'never began' : secondsText(began.beganUs);
  if (fault.on === undefined) return [at];
  const { event, count = 1, afterUs = 0, where = {} } = fault.on;
  const fields = Object.entries(where).map(([name, value]) => `${name}=${String(value)}`);
  const condition = fields.length === 0 ? '' : ` with ${fields.join(', ')}`;
  const nth = count === 1 ? '' : `${ordinal(count)} `;
  return text`${at} (${afterUs === 0 ? '' : `${durationText(afterUs)} after `}the ${nth}${code(event)}${condition})`;
}

export function lengthText(fault: Fault): string {
  if (faultKind(fault.kind).instant) return 'at once';
  return fault.forUs === null ? 'to the end' : durationText(fault.forUs);
}

/** `1st`, `2nd`, `20th`. */
function ordinal(count: number): string {
  const tens = count % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}

/** `f1 (partition-one-way)`. */
export function faultName({ id, kind }: Fault): Text {
  return [foreign(id), ` (${kind})`];
}
