/** Legend and controls of the diagram of the surroundings. The controls appear with the page's script, as they do nothing without it. */
import { html, type Markup } from '../markup.js';
import { counted, grouped } from '../numbers.js';
import { familyTitles, messageFamilies } from '../traffic/messageFamily.js';
import { eventGroups, groupTitles, type Sign } from './eventGroups.js';
import { signPath } from './surroundingsChart.js';
import type { LaneSpan } from './laneSpans.js';
import type { Surroundings } from './surroundings.js';

export function surroundingsTools(around: Surroundings): Markup {
  const told = around.events.some(({ sentence }) => sentence > 0);
  return html`<div class="st-tools" hidden>
    <div class="st-buttons" role="toolbar" aria-label="Move through the diagram">
      ${button('in', '+', 'Zoom in')}${button('out', '−', 'Zoom out')}${button('all', 'All', 'Show all of it')}${button('left', '←', 'Earlier')}${button(
        'right',
        '→',
        'Later',
      )}
      ${
        told
          ? html`<span class="st-walk"
              >Walk through the story ${button('previous', '‹', 'Sentence before')}<output
              ></output>${button('next', '›', 'Next sentence')}</span
            >`
          : null
      }
    </div>
    <details class="st-filters">
      <summary>Show and hide</summary>
      ${filters(around)}
    </details>
    <p class="st-help" id="st-help">
      Drag to move, hold Ctrl or ⌘ and turn the wheel to zoom. With the keyboard: + and − zoom, 0 shows all, arrows move; Enter goes to the
      events, where arrows go from one to the next, Enter tells of it and Escape comes back.
    </p>
  </div>`;
}

function button(act: string, text: string, label: string): Markup {
  return html`<button type="button" data-act="${act}" aria-label="${label}" title="${label}">${text}</button>`;
}

function filters({ messages, events, lanes }: Surroundings): Markup {
  const count = new Map<string, number>();
  for (const { family } of messages) count.set(family, (count.get(family) ?? 0) + 1);
  for (const { group } of events) count.set(group, (count.get(group) ?? 0) + 1);
  const box = (name: string, value: string, title: string): Markup =>
    html`<label
      ><input type="checkbox" name="${name}" value="${value}" checked />
      <bdi>${title}</bdi> ${count.has(value) ? html`<small>${grouped(count.get(value) ?? 0)}</small>` : null}</label
    >`;
  return html`<fieldset>
      <legend>Messages</legend>
      ${messageFamilies.filter((family) => count.has(family)).map((family) => box('f', family, familyTitles[family]))}
    </fieldset>
    <fieldset>
      <legend>Events</legend>
      ${eventGroups.filter((group) => count.has(group)).map((group) => box('g', group, groupTitles[group]))}
    </fieldset>
    <fieldset>
      <legend>Lanes</legend>
      ${lanes.map((lane, i) => box('l', String(i), lane))}
    </fieldset>`;
}

const signWords: readonly (readonly [Sign, string])[] = [
  ['copy', 'append or copy'],
  ['confirm', 'acknowledgement'],
  ['loss', 'truncation'],
  ['election', 'election, ISR'],
  ['process', 'start, death, pause'],
  ['client', 'client'],
  ['group', 'consumer group'],
  ['transaction', 'transaction'],
];

/** Of the signs that occur, and of lines and bands. */
export function surroundingsLegend({ events, messages, cuts, spans }: Surroundings): Markup {
  const there = new Set(events.map(({ sign }) => sign));
  const line = (className: string, words: string): Markup =>
    html`<span
      ><svg width="26" height="12" aria-hidden="true" class="st-key"><path d="M1 11L25 1" class="${className}" /></svg> ${words}</span
    >`;
  const bar = (state: LaneSpan['state'], words: string): Markup | false =>
    spans.some((span) => span.state === state) &&
    html`<span
      ><svg width="26" height="12" aria-hidden="true" class="st-key">
        <rect y="${state === 'controls' ? 5 : 1}" width="26" height="${state === 'controls' ? 3 : 10}" class="st-${state}" />
      </svg>
      ${words}</span
    >`;
  return html`<p class="st-legend">
    ${bar('leads', 'leads the partition')} ${bar('controls', 'controller')} ${bar('down', 'down')} ${bar('paused', 'paused')}
    ${signWords
      .filter(([sign]) => there.has(sign))
      .map(
        ([sign, words]) =>
          html`<span
            ><svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" class="st-key">
              <path d="${signPath(sign)}" class="s-${sign}" ${sign === 'loss' ? html`transform="rotate(180)"` : null} />
            </svg>
            ${words}</span
          >`,
      )}
    ${messages.some(({ bears }) => bears) && line('bears', 'message that bears on it')}
    ${messages.some(({ bears }) => !bears) && line('', 'other message')}
    ${messages.some(({ message }) => message.heldUs >= 0) && line('held', 'held back by a cut')}
    ${messages.some(({ message: { fate } }) => fate !== 'delivered' && fate !== 'under-way') && line('lost', 'lost: nobody read it')}
    ${
      cuts.length > 0 &&
      html`<span
        ><svg width="26" height="12" aria-hidden="true" class="st-key"><path d="M1 6H25" class="cut-key" /></svg> network cut</span
      >`
    }
  </p>`;
}

/** What a reader has to know of what is not there; null when everything is. */
export function leftOutText({ leftOut: { lanes, events, messages } }: Surroundings): string | null {
  const parts = [
    ...(messages > 0 ? [counted(messages, 'message')] : []),
    ...(events > 0 ? [counted(events, 'event')] : []),
    ...(lanes > 0 ? [`${counted(lanes, 'process', 'processes')} with their messages`] : []),
  ];
  if (parts.length === 0) return null;
  return `Not drawn, to keep it readable: ${parts.join(', ')}. Every message that bears on the record is there, and what is nearest to the failure.`;
}
