/** The index of a folder of reports: a page of cards, and the same as Markdown for whoever browses the repository. */
import type { Verdict } from '../../check/Finding.js';
import { html, type Markup } from '../markup.js';
import { pageFrame } from '../page/frame.js';

export interface GalleryCard {
  /** Folder, as seen from the index. */
  readonly folder: string;
  readonly title: string;
  readonly verdict: Verdict | 'compared';
  readonly guarantees: readonly string[];
  /** What was seen, as a sentence. */
  readonly headline: string;
  /** Settings on trial, `acks=1`. */
  readonly configuration: readonly string[];
  /** Empty when nothing is to be prevented. */
  readonly remedy: string;
  /** Files of the folder with what they are called. */
  readonly files: readonly (readonly [name: string, called: string])[];
}

const INTRODUCTION =
  'Each of these was written by one command from a scenario that comes with Trialrun, and is written again, byte for byte, whenever the project is built.';

export function galleryPage(cards: readonly GalleryCard[], version: string): string {
  return pageFrame({
    title: 'Kafka configurations on trial',
    version,
    style: CARD_STYLE,
    body: html`<header>
        <p class="kicker">Trialrun · reports</p>
        <h1>Kafka configurations on trial</h1>
        <p class="lead">${INTRODUCTION}</p>
      </header>
      <div class="cards">${cards.map(card)}</div>`,
  });
}

function card({ folder, title, verdict, guarantees, headline, configuration, remedy, files }: GalleryCard): Markup {
  const facts = [
    ['Configuration', configuration.map((setting) => html`<code>${setting}</code> `)],
    ...(remedy === '' ? [] : [['What prevents it', html`${remedy}`]]),
  ] as const;
  return html`<article aria-labelledby="${folder}">
    <p><span class="badge ${verdict}">${verdict}</span> <span class="of">${guarantees.join(', ')}</span></p>
    <h2 id="${folder}"><bdi>${title}</bdi></h2>
    <p>${headline}</p>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <p class="files">${files.map(([file, called]) => html`<a href="${folder}/${file}">${called}</a> `)}</p>
  </article> `;
}

/** With the table of what is there; GitHub shows it below the folder's files. */
export function galleryReadme(cards: readonly GalleryCard[], about: string): string {
  const rows = cards.map(({ folder, title, verdict, headline, remedy }) => {
    const cells = [`[${title}](${folder}/analysis.md)`, verdict, headline, remedy === '' ? '–' : remedy];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const lines = [
    '# Reports',
    INTRODUCTION,
    ['| analysis | verdict | what we saw | what prevents it |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    about,
  ];
  return `${lines.join('\n\n')}\n`;
}

const CARD_STYLE = `
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 18px; margin-top: 28px; }
article { display: flex; flex-direction: column; padding: 16px 18px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
article p { margin: 0 0 8px; } article h2 { font-size: 17px; line-height: 1.3; } article dl { margin: 4px 0 10px; } article dt { color: var(--soft-ink); font-size: 12px; }
article dd { margin: 0 0 6px; overflow-wrap: anywhere; } .of { margin-left: 6px; color: var(--soft-ink); font-size: 13px; } .files { margin-top: auto; }
.files a { margin-right: 14px; color: var(--accent); } .badge.held { background: var(--good); } .badge.compared { background: var(--accent); }
`;
