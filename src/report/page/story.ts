/** The biography as a numbered list. */
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

/** Nothing where nothing failed. @param drawn what the page shows of events, to which sentences lead. */
export function storySection({ failure }: RunReport, drawn: Markup | null): Markup | null {
  if (failure === null) return null;
  const items = failure.story.map(({ text, timeUs, eventIndex }, i) => {
    const place = placeOf(eventIndex, drawn);
    return html`<li id="sentence-${i + 1}">
      <a href="#${place ?? 'what-happened'}" class="number" aria-label="sentence ${i + 1}${place === undefined ? '' : ', show its event'}"
        >${i + 1}</a
      ><span class="when">${timeUs < 0 ? '' : secondsText(timeUs, 6)}</span><span class="told">${text}</span>
    </li>`;
  });
  return html`<section aria-labelledby="what-happened">
    <h2 id="what-happened">What happened</h2>
    <ol class="story">
      ${items}
    </ol>
  </section> `;
}

/** The id of what is drawn for an event: not every one that is told of is part of the slice, or of its surroundings. */
function placeOf(eventIndex: number, drawn: Markup | null): string | undefined {
  return [`mark-${eventIndex}`, `event-${eventIndex}`].find((id) => eventIndex >= 0 && drawn?.text.includes(`id="${id}"`) === true);
}
