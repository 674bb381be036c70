/** What can be seen: the events that led to the failure, and the whole run over time. */
import { subjectOf } from '../caseFile.js';
import { causalSlice } from '../causalSlice.js';
import { chartFigures } from '../charts/chartFigure.js';
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import { spaceTimeChart } from '../spaceTimeChart.js';
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

/** Nothing where nothing failed. */
export function spaceTime({ run, failure }: RunReport): Markup | null {
  const subject = failure === null ? null : subjectOf(failure);
  if (failure === null || subject === null) return null;
  const marks = causalSlice(run.events, subject);
  if (marks.length === 0) return null;
  const sentenceOf = new Map<number, number>();
  failure.story.forEach(({ eventIndex }, i) => eventIndex < 0 || sentenceOf.has(eventIndex) || sentenceOf.set(eventIndex, i + 1));
  const of = subject.offset < 0 ? subject.partition : `${subject.partition}, offset ${subject.offset}`;
  return html`<section aria-labelledby="space-time">
    <h2 id="space-time">What led to it</h2>
    <p class="lead">Only the events that bear on ${of}: one lane per node, time downwards. Numbers are those of the sentences above.</p>
    <div class="chart">${spaceTimeChart(marks, sentenceOf)}</div>
  </section> `;
}
