/** A document as one self-contained HTML file without a script: it looks like the page of a run, and prints. */
import { html, type Markup } from '../markup.js';
import { pageFrame } from '../page/frame.js';
import type { Block, Column, Document, Inline, Section, Text } from './Document.js';
import { DOCUMENT_STYLE } from './documentStyle.js';
import { numbered, type Numbered } from './sectionNumbers.js';

export function documentHtml({ title, plainTitle, kicker, abstract, sections, footer, version }: Document): string {
  const all = numbered(sections);
  return pageFrame({
    title: plainTitle,
    version,
    style: DOCUMENT_STYLE,
    body: html`<div class="document">
      <header>
        <p class="kicker">${kicker}</p>
        <h1>${inline(title)}</h1>
      </header>
      <section class="abstract" aria-label="Abstract">${abstract.map(block)}</section>
      ${contents(all)} ${sections.map((section) => sectionHtml(section, all))}
      <footer><p>${inline(footer)}</p></footer>
    </div>`,
  });
}

function contents(sections: readonly Numbered<Section>[]): Markup | null {
  if (sections.length === 0) return null;
  const items = sections.map(
    ({ section, heading, depth }) => html`<li class="depth-${depth}"><a href="#${section.id}">${heading}</a></li> `,
  );
  return html`<nav aria-label="Contents">
    <ol class="contents">
      ${items}
    </ol>
  </nav> `;
}

function sectionHtml(section: Section, all: readonly Numbered<Section>[]): Markup {
  const { heading, depth } = all.find((one) => one.section === section) ?? { heading: section.title, depth: 1 };
  const title = depth === 1 ? html`<h2 id="${section.id}">${heading}</h2>` : html`<h3 id="${section.id}">${heading}</h3>`;
  return html`<section aria-labelledby="${section.id}">
    ${title} ${section.blocks.map(block)} ${section.sections.map((inner) => sectionHtml(inner, all))}
  </section> `;
}

function block(block: Block): Markup {
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${inline(block.text)}</p> `;
    case 'list': {
      const items = block.items.map((item) => html`<li>${inline(item)}</li> `);
      return block.ordered
        ? html`<ol>
            ${items}
          </ol> `
        : html`<ul>
            ${items}
          </ul> `;
    }
    case 'table':
      return table(block.caption, block.columns, block.rows);
    case 'code':
      return html`<figure>
        ${block.caption === '' ? null : html`<figcaption>${block.caption}</figcaption>`}
        <pre tabindex="0" aria-label="${block.caption === '' ? block.language : block.caption}" role="region">${block.text}</pre>
      </figure> `;
  }
}

/** In a box of its own, which scrolls where the table is wider than the page. */
function table(caption: string, columns: readonly Column[], rows: readonly (readonly Text[])[]): Markup {
  const side = (i: number): string => (columns[i]?.align === 'right' ? 'number' : '');
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title }, i) => html`<th scope="col" class="${side(i)}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) =>
                i === 0 ? html`<th scope="row" class="${side(i)}">${inline(cell)}</th>` : html`<td class="${side(i)}">${inline(cell)}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `;
}

function inline(text: Text): Markup[] {
  return text.map(piece);
}

function piece(piece: Inline): Markup {
  if (typeof piece === 'string') return html`${piece}`;
  switch (piece.kind) {
    case 'code':
      return html`<code>${piece.text}</code>`;
    case 'strong':
      return html`<strong>${piece.text}</strong>`;
    case 'foreign':
      return html`<bdi>${piece.text}</bdi>`;
    case 'link':
      return html`<a href="${piece.to}">${piece.text}</a>`;
  }
}
