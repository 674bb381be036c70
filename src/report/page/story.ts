/** The biography as a numbered list, and what to learn from it. */
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { PageInput } from './PageInput.js';

export function storySection({ story: sentences, because, remedy }: PageInput): Markup {
  const items = sentences.map(
    ({ text, timeUs, events }, i) =>
      html`<li id="sentence-${i + 1}">
        <a href="${events[0] === undefined ? '#what-happened' : `#mark-${events[0]}`}" class="number">${i + 1}</a
        ><span class="when">${timeUs < 0 ? '' : secondsText(timeUs, 6)}</span><span>${text}</span>
      </li>`,
  );
  const why = because === '' ? null : html`<p><strong>Why it can happen:</strong> ${because}.</p>`;
  const prevention = remedy === '' ? null : html`<p><strong>What prevents it:</strong> ${remedy}.</p>`;
  const advice = why === null && prevention === null ? null : html`<div class="remedy">${[why, prevention]}</div>`;
  return html`<section aria-labelledby="what-happened">
    <h2 id="what-happened">What happened</h2>
    <ol class="story">
      ${items}
    </ol>
    ${advice}
  </section> `;
}
