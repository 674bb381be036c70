/** Numbers for people, the same on every machine: no locale decides. */

/** `1234567` as `1,234,567`. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(value).split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/** `1 record`, `2 records`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

/** Microseconds as seconds with so many decimals: `12.345 s`. */
export function secondsText(us: number, decimals = 3): string {
  return `${(us / 1_000_000).toFixed(decimals)} s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1) ?? ''}`;
}

const STEPS = [1, 2, 5];

/** The smallest of 1, 2 and 5 times a power of ten that is not below `rough`; at least 1. */
export function roundStep(rough: number): number {
  let unit = 1;
  while (unit * 10 <= rough) unit *= 10;
  const factor = STEPS.find((candidate) => candidate * unit >= rough) ?? 10;
  return factor * unit;
}
