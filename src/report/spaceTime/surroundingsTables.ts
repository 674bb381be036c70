/** What the diagram of the surroundings shows, as tables: for who does not see it, for searching, and as the place that links to an event lead to. */
import type { Names } from '../../engine/events.js';
import { escapeMarkup, html, Markup } from '../markup.js';
import { grouped } from '../numbers.js';
import { messageText } from '../traffic/messageText.js';
import type { DrawnEvent, DrawnMessage, Surroundings } from './surroundings.js';

export function surroundingsTables(around: Surroundings, names: Names): Markup {
  const { events, messages, lanes } = around;
  return html`<details class="st-table" id="st-events">
      <summary>The ${grouped(events.length)} events drawn, as a table</summary>
      <div class="st-scroll" tabindex="0" role="region" aria-label="Events drawn">
        <table>
          <thead>
            <tr>
              <th>event</th>
              <th>time, s</th>
              <th>who</th>
              <th>what</th>
              <th>fields</th>
            </tr>
          </thead>
          <tbody>
            ${events.map((drawn) => eventRow(drawn, lanes))}
          </tbody>
        </table>
      </div>
    </details>
    ${
      messages.length === 0
        ? null
        : html`<details class="st-table" id="st-messages">
            <summary>The ${grouped(messages.length)} messages drawn, as a table</summary>
            <div class="st-scroll" tabindex="0" role="region" aria-label="Messages drawn">
              <table>
                <thead>
                  <tr>
                    <th>message</th>
                    <th>sent, s</th>
                    <th>read, s</th>
                    <th>from</th>
                    <th>to</th>
                    <th>what</th>
                    <th>says</th>
                  </tr>
                </thead>
                <tbody>
                  ${messages.map((drawn) => messageRow(drawn, names))}
                </tbody>
              </table>
            </div>
          </details>`
    }`;
}

/** End tags of rows and cells are left out, as HTML allows: there are thousands. */
function cells(id: string, texts: readonly string[]): Markup {
  return new Markup(`<tr id="${id}"><td>${texts.map(escapeMarkup).join('<td>')}\n`);
}

function seconds(us: number): string {
  return (us / 1_000_000).toFixed(6);
}

function eventRow({ id, index, timeUs, lane, what, about }: DrawnEvent, lanes: readonly string[]): Markup {
  return cells(id, [index < 0 ? '' : String(index), seconds(timeUs), lanes[lane] ?? '', what, about]);
}

function messageRow({ message }: DrawnMessage, names: Names): Markup {
  const { id, sentUs, endedUs, heldUs, fate, from, to, api, kind } = message;
  const held = heldUs < 0 ? '' : `; held back by a cut from ${seconds(heldUs)} s`;
  const read = fate === 'delivered' ? seconds(endedUs) : fate === 'under-way' ? 'not before the end' : `never (${fate})`;
  const what = kind === 'notification' ? api : `${api} ${kind}`;
  return cells(`message-${id}`, [String(id), seconds(sentUs), read, from, to, what, `${messageText(message, names)}${held}`]);
}
