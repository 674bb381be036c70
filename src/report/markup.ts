/** Writing HTML and SVG as text: everything that is not markup is escaped. */

/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = Markup | string | number | null | undefined | false | readonly Content[];
export type MarkupContent = Content;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For element content and attribute values, in XML and HTML alike. Control characters that XML forbids become U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** {@link html} under a name that makes no formatter take it for HTML: for XML, where every blank counts. */
export const markup: typeof html = (strings, ...values) => html(strings, ...values);

/** Template literal whose values are escaped; `Markup` goes in as it is, lists are joined, nothing at all for null, undefined and false. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? '';
  for (let i = 0; i < values.length; i++) text += rendered(values[i]) + (strings[i + 1] ?? '');
  return new Markup(text);
}

function rendered(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return (content as readonly Content[]).map(rendered).join('');
  return escapeMarkup(String(content as string | number));
}
