/** The biography as a numbered list. */
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

/** Nothing where nothing failed. */
export function storySection({ failure }: RunReport): Markup | null {
  if (failure === null) return null;
  const items = failure.story.map(
    ({ text, timeUs, eventIndex }, i) =>
      html`<li id="sentence-${i + 1}">
        <a
          href="${eventIndex < 0 ? '#what-happened' : `#mark-${eventIndex}`}"
          class="number"
          aria-label="sentence ${i + 1}${eventIndex < 0 ? '' : ', show its event'}"
          >${i + 1}</a
        ><span class="when">${timeUs < 0 ? '' : secondsText(timeUs, 6)}</span><span class="told">${text}</span>
      </li>`,
  );
  return html`<section aria-labelledby="what-happened">
    <h2 id="what-happened">What happened</h2>
    <ol class="story">
      ${items}
    </ol>
  </section> `;
}
