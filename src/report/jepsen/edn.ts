/** EDN, Clojure's data notation, for plain data: what Jepsen's own tools read. */

/** Data of JSON's kinds, and {@link Keyword}s, which JSON lacks. */
export type EdnValue = null | boolean | number | string | Keyword | readonly EdnValue[] | { readonly [key: string]: EdnValue };

/** `:name`. */
export class Keyword {
  constructor(readonly name: string) {}
}

/** The keys of maps become keywords where they can; numbers keep their digits. */
export function ednText(value: EdnValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return ednString(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Keyword) return `:${value.name}`;
  if (Array.isArray(value)) return `[${(value as readonly EdnValue[]).map(ednText).join(' ')}]`;
  return `{${Object.entries(value as { readonly [key: string]: EdnValue })
    .map(([key, inner]) => `${/^[A-Za-z][\w.*+!?-]*$/.test(key) ? `:${key}` : ednString(key)} ${ednText(inner)}`)
    .join(', ')}}`;
}

/** In quotes. */
export function ednString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}
