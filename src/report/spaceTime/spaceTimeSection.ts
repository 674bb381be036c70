/**
 * The section of a run's page that shows who told whom what, and when: first only what led to the failure, one row an event; then everything around it on a true
 * time axis, to zoom into.
 */
import { headline, subjectOf } from '../caseFile.js';
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { RunReport } from '../RunReport.js';
import type { StorySentence } from '../storySentence.js';
import { causalSlice, type SliceMark, type SliceSubject } from './causalSlice.js';
import { sliceChart } from './sliceChart.js';
import type { SpaceTimeFocus } from './SpaceTimeFocus.js';
import { sentencesByEvent, surroundingsOf, type Surroundings } from './surroundings.js';
import { surroundingsChart } from './surroundingsChart.js';
import { surroundingsTables } from './surroundingsTables.js';
import { leftOutText, surroundingsLegend, surroundingsTools } from './surroundingsTools.js';

/** The section for a report: about its failure, or about the run as such where nothing failed. */
export function spaceTimeOf({ run, failure }: RunReport): Markup | null {
  if (failure === null) return spaceTimeSection(run, [], { subject: null, violation: null });
  const violation = { timeUs: failure.finding.timeUs, label: headline(failure) };
  return spaceTimeSection(run, failure.story, { subject: subjectOf(failure), violation });
}

/** @param story the sentences of the page, whose numbers the marks carry. @returns null for a run in which nothing happened. */
export function spaceTimeSection(run: RecordedRun, story: readonly StorySentence[], focus: SpaceTimeFocus): Markup | null {
  const { subject } = focus;
  const marks = subject === null ? [] : causalSlice(run.events, subject);
  const around = surroundingsOf(run, marks, story, focus);
  if (around.lanes.length === 0) return null;
  return html`<section aria-labelledby="space-time">
    <h2 id="space-time">${focus.violation === null ? 'Who told whom what' : 'What led to it'}</h2>
    ${subject === null || marks.length === 0 ? null : slice(run, subject, marks, story)}
    ${surroundings(run, around, focus, marks.length > 0)}
  </section> `;
}

function slice({ traffic }: RecordedRun, subject: SliceSubject, marks: readonly SliceMark[], story: readonly StorySentence[]): Markup {
  const of = subject.offset < 0 ? subject.partition : `${subject.partition}, offset ${subject.offset}`;
  return html`<p class="lead">
      Only the events that bear on ${of}: one lane per node, time downwards, arrows for the messages by which they came about. Numbers are
      those of the sentences above.
    </p>
    <div class="chart">${sliceChart(marks, sentencesByEvent(story), traffic)}</div>`;
}

function surroundings(run: RecordedRun, around: Surroundings, focus: SpaceTimeFocus, isSecond: boolean): Markup {
  const { fromUs, toUs, why } = around.window;
  const leftOut = leftOutText(around);
  const held = focus.violation === null ? 'Nothing that was required was violated. Shown is ' : 'Shown is ';
  return html`<h3 id="surroundings">
      ${isSecond ? 'All that happened around it' : 'The eventful part'} <small>time to the right, true to scale</small>
    </h3>
    <p class="lead">
      ${held}${why}: ${secondsText(fromUs)} to ${secondsText(toUs)}. A line from lane to lane is a message in the colour of who sent it.
      ${leftOut}
    </p>
    <div class="st" id="st">
      ${surroundingsTools(around)} ${surroundingsLegend(around)}
      <div class="chart st-frame">${surroundingsChart(run, around, focus)}</div>
      <div class="st-details" aria-live="polite" hidden></div>
      ${surroundingsTables(around, run.result.simulation.bus.names)}
    </div>`;
}
