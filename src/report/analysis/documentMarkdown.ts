/**
 * A document as GitHub-flavoured Markdown: one line per paragraph, sections numbered as in HTML, links between sections by the anchors that GitHub makes of headings.
 * Control characters and those that change the direction of writing are shown by their code points, since Markdown has no way to contain them.
 */
import type { Block, Column, Document, Inline, Section, Text } from './Document.js';
import { numbered, type Numbered } from './sectionNumbers.js';

export function documentMarkdown(document: Document): string {
  const sections = numbered(document.sections);
  const writer = new Writer(new Map(sections.map(({ section, heading }) => [section.id, anchorOf(heading)])));
  const parts = [
    `# ${writer.inline(document.title)}`,
    `*${escaped(document.kicker)}*`,
    ...document.abstract.map((block) => writer.block(block)),
    writer.contents(sections),
    ...sections.flatMap(({ section, heading, depth }) => [
      `${'#'.repeat(depth + 1)} ${escaped(heading)}`,
      ...section.blocks.map((block) => writer.block(block)),
    ]),
    '---',
    writer.inline(document.footer),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

class Writer {
  constructor(private readonly anchors: ReadonlyMap<string, string>) {}

  contents(sections: readonly Numbered<Section>[]): string {
    return sections.map(({ heading, depth }) => `${'  '.repeat(depth - 1)}- [${escaped(heading)}](#${anchorOf(heading)})`).join('\n');
  }

  block(block: Block): string {
    switch (block.kind) {
      case 'paragraph':
        return unmarked(this.inline(block.text));
      case 'list':
        return block.items.map((item, i) => `${block.ordered ? `${i + 1}.` : '-'} ${unmarked(this.inline(item))}`).join('\n');
      case 'table':
        return this.table(block.caption, block.columns, block.rows);
      case 'code':
        return `${block.caption === '' ? '' : `*${escaped(block.caption)}*\n\n`}${fenced(block.language, block.text)}`;
    }
  }

  inline(text: Text): string {
    return text.map((piece) => this.piece(piece)).join('');
  }

  private table(caption: string, columns: readonly Column[], rows: readonly (readonly Text[])[]): string {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    const lines = [
      line(columns.map(({ title }) => escaped(title))),
      line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
      ...rows.map((cells) => line(cells.map((cell) => this.inline(cell)))),
    ];
    return `${caption === '' ? '' : `*${escaped(caption)}*\n\n`}${lines.join('\n')}`;
  }

  private piece(piece: Inline): string {
    if (typeof piece === 'string') return escaped(piece);
    switch (piece.kind) {
      case 'code':
        return codeSpan(piece.text);
      case 'strong':
        return `**${escaped(piece.text)}**`;
      case 'foreign':
        return escaped(piece.text);
      case 'link': {
        const anchor = piece.to.startsWith('#') ? `#${this.anchors.get(piece.to.slice(1)) ?? piece.to.slice(1)}` : piece.to;
        return `[${escaped(piece.text)}](${anchor.replaceAll(/[()\s]/g, encodeURIComponent)})`;
      }
    }
  }
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** What would be taken for markup. Punctuation in the middle of words, such as in `min.insync.replicas`, is none. */
function escaped(text: string): string {
  return visible(text)
    .replaceAll(/[\\`*[\]<>|~]/g, '\\$&')
    .replaceAll(/(^|[^\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (found) => found.replace('_', '\\_'))
    .replaceAll('&', '&amp;');
}

/** A line that does not begin like a heading or an item of a list. */
function unmarked(line: string): string {
  return line.replace(/^(\s*)([#+-]|\d+(?=[.)](\s|$)))/, (_found, before: string, mark: string) =>
    /^\d/.test(mark) ? `${before}${mark}\\` : `${before}\\${mark}`,
  );
}

function codeSpan(text: string): string {
  const inside = visible(text).replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(inside) + 1);
  return ticks.length === 1 ? `\`${inside}\`` : `${ticks} ${inside} ${ticks}`;
}

function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  const lines = text.split('\n').map((line) => visible(line));
  return `${fence}${language}\n${lines.join('\n')}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** One line, with what cannot be seen written as `U+202E`. */
function visible(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
