/** What can be seen: the events that led to the failure, and the whole run over time. */
import { headline, subjectOf } from '../caseFile.js';
import { causalSlice } from '../causalSlice.js';
import { html, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import { spaceTimeChart } from '../spaceTimeChart.js';
import type { RunTimeline } from '../timeline.js';
import { brokerChart, brokerLegend, faultChart, leaderChart, partitionChart } from '../timelineChart.js';
import type { RunReport } from '../RunReport.js';

export function evidence({ run, failure }: RunReport): Markup {
  const { timeline } = run;
  const subject = failure === null ? null : subjectOf(failure);
  const moments = failure === null ? [] : [{ timeUs: failure.finding.timeUs, label: headline(failure) }];
  const partition = subject === null ? undefined : timeline.partitions.get(subject.partition);
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">The whole run</h2>
    <p class="lead">
      ${secondsText(timeline.endUs, 1)} of simulated time. The dashed line marks when it went wrong; in the shaded time every fault was
      healed.
    </p>
    ${brokerLegend(timeline.brokers)}
    <h3>Faults</h3>
    <div class="chart">${faultChart(timeline, moments)}</div>
    ${faultTable(timeline)}
    <h3>Brokers <small>thin bar: controller; dark: down; grey: paused</small></h3>
    <div class="chart">${brokerChart(timeline, moments)}</div>
    ${
      partition === undefined
        ? null
        : html`<h3>${partition.name} <small>leader and epoch, in-sync replicas, log ends and high watermark by offset</small></h3>
            <div class="chart">${partitionChart(timeline, partition, moments)}</div>`
    }
    <h3>Leaders of every partition <small>broker · epoch</small></h3>
    <div class="chart">${leaderChart(timeline, moments)}</div>
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

function faultTable({ faults }: RunTimeline): Markup | null {
  if (faults.length === 0) return null;
  return html`<details>
    <summary>The faults as a table</summary>
    <table>
      <thead>
        <tr>
          <th>fault</th>
          <th>kind</th>
          <th>struck</th>
          <th>from</th>
          <th>to</th>
        </tr>
      </thead>
      <tbody>
        ${faults.map(
          ({ id, kind, targets, fromUs, toUs }) =>
            html`<tr>
              <td>${id}</td>
              <td>${kind}</td>
              <td>${targets.join(', ')}</td>
              <td>${secondsText(fromUs)}</td>
              <td>${secondsText(toUs)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
