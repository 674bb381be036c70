/** A short digest of a scenario's content, to notice that a saved file was changed. No cryptography: it guards against accidents, not enemies. */
import type { Scenario } from './Scenario.js';

/** 16 hexadecimal digits over everything that the scenario holds, whatever the order of its keys. */
export function scenarioDigest(scenario: Scenario): string {
  const text = canonical(scenario);
  let a = 0x811c9dc5 | 0;
  let b = 0x9e3779b9 | 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + (a >>> 13)), 0x85ebca6b);
  }
  return hex(a ^ (b >>> 16)) + hex(b);
}

/** Fields that scenarios saved by version 0.1 lack: they count only when they say something, so that those files keep their digest. */
const LATER_FIELDS: ReadonlySet<string> = new Set(['resends', 'transaction', 'application']);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([key, item]) => !(LATER_FIELDS.has(key) && (item === null || item === 0)))
    .sort(([x], [y]) => (x < y ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
