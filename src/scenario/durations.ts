/** Durations as people write them: `2s`, `150ms`, `80us`, `1.5s`, `2m`; a number alone is in milliseconds. Whole microseconds. */

/** What a duration may look like; the sign only where it makes sense. */
export const DURATION_PATTERN = /^-?\d+(\.\d+)?\s*(us|ms|s|m)$/;

const unitsUs: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
  ['m', 60_000_000],
]);

/** Microseconds of a duration; undefined when it is none or has a fraction of a microsecond. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return wholeMicroseconds(value * 1000);
  const match = /^(-?\d+(?:\.\d+)?)\s*(us|ms|s|m)$/.exec(value.trim());
  if (match === null) return undefined;
  return wholeMicroseconds(Number(match[1]) * (unitsUs.get(match[2] as string) as number));
}

/** The shortest exact text: whole seconds, else whole milliseconds, else microseconds. */
export function formatDuration(us: number): string {
  if (us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1_000 === 0 ? `${us / 1_000}ms` : `${us}us`;
}

/** Rounds away what binary fractions add (0.0003 s), refuses real fractions. */
function wholeMicroseconds(us: number): number | undefined {
  const whole = Math.round(us);
  // Adding 0 turns -0 into 0.
  return Math.abs(us - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole + 0 : undefined;
}
