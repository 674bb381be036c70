/**
 * A document as plain data: headings, paragraphs, lists, tables, code and links, without a word about how it is written down. `documentHtml` and `documentMarkdown`
 * render the same document. Text is never markup: whoever renders it escapes it.
 */

/** A piece of running text. `foreign` is what somebody else chose (a title, a client id): it may hold anything. */
export type Inline =
  | string
  | { readonly kind: 'code' | 'strong' | 'foreign'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly to: string };
export type Text = readonly Inline[];

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Text[] }
  | { readonly kind: 'table'; readonly caption: string; readonly columns: readonly Column[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string; readonly caption: string };

export interface Section {
  /** Unique in the document: links lead to `#id`. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly sections: readonly Section[];
}

export interface Document {
  readonly kicker: string;
  readonly title: Text;
  /** For the window's title. */
  readonly plainTitle: string;
  readonly abstract: readonly Block[];
  readonly sections: readonly Section[];
  readonly footer: Text;
  readonly version: string;
}

export const code = (text: string): Inline => ({ kind: 'code', text });
export const strong = (text: string): Inline => ({ kind: 'strong', text });
export const foreign = (text: string): Inline => ({ kind: 'foreign', text });
/** @param to `#id` of a section, or the path of another file. */
export const link = (text: string, to: string): Inline => ({ kind: 'link', text, to });

/** Running text as a template: values are pieces, lists of pieces, texts or numbers. */
export function text(strings: TemplateStringsArray, ...values: readonly (Inline | Text | number)[]): Text {
  return strings.flatMap((string, i): Inline[] => {
    const value = values[i];
    const own = string === '' ? [] : [string];
    if (value === undefined) return own;
    return [...own, ...(typeof value === 'number' ? [String(value)] : isText(value) ? value : [value])];
  });
}

function isText(value: Inline | Text): value is Text {
  return Array.isArray(value);
}

export function paragraph(strings: TemplateStringsArray, ...values: readonly (Inline | Text | number)[]): Block {
  return { kind: 'paragraph', text: text(strings, ...values) };
}

export const list = (items: readonly Text[], ordered = false): Block => ({ kind: 'list', ordered, items });

/** Cells that are plain texts may be given as such. @param columns a title that begins with `>` is of a column of numbers. */
export function table(caption: string, columns: readonly string[], rows: readonly (readonly (Inline | Text)[])[]): Block {
  return {
    kind: 'table',
    caption,
    columns: columns.map((title) => (title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title })),
    rows: rows.map((cells) => cells.map((cell) => (isText(cell) ? cell : [cell]))),
  };
}

export const codeBlock = (language: string, lines: readonly string[], caption = ''): Block => ({
  kind: 'code',
  language,
  text: lines.join('\n'),
  caption,
});

export function section(id: string, title: string, blocks: readonly Block[], sections: readonly Section[] = []): Section {
  return { id, title, blocks, sections };
}

/** Pieces with something between them: `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly (Inline | Text)[], last = 'and', between = ', '): Text {
  return items.flatMap((item, i): Text => {
    const own = isText(item) ? item : [item];
    if (i === 0) return own;
    return [i === items.length - 1 ? ` ${last} ` : between, ...own];
  });
}
