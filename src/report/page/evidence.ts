/** What can be seen: the whole run over time. */
import { chartFigures } from '../charts/chartFigure.js';
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

export function evidence({ run, failure, charts }: RunReport): Markup {
  const { timeline } = run;
  const when = failure === null ? '' : 'The dashed line marks when it went wrong. ';
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">The whole run</h2>
    <p class="lead">
      ${secondsText(timeline.endUs, 1)} of simulated time. ${when}Faults are shaded and named on top of each chart; at the end all of them
      are healed.
    </p>
    ${chartFigures(charts)}
  </section> `;
}
