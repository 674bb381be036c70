/** Data with maps in it as JSON and back: a map becomes `{"#map": [[key, value], …]}`. */

export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item instanceof Map ? { '#map': [...(item as Map<unknown, unknown>)] } : item));
}

/** @throws SyntaxError when the text is no JSON. */
export function fromPlainJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    const entries = (item as { '#map'?: unknown })['#map'];
    return Array.isArray(entries) ? new Map(entries as [unknown, unknown][]) : item;
  });
}
