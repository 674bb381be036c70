/**
 * The probability of the failure over time, where it was computed: the share of futures, drawn anew from successive moments, that still fail. A dot is a moment
 * with its 95 % interval; the dashed line is the moment of no return.
 */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { countText } from '../counts.js';
import type { Markup } from '../markup.js';
import { html } from '../markup.js';
import { counted, secondsText } from '../numbers.js';
import type { RunReport } from '../RunReport.js';
import type { ToldStep, WhenReport } from '../whenText.js';

const [WIDTH, HEIGHT] = [1120, 260];
const MARGIN = { left: 62, right: 20, top: 12, bottom: 42 };

/** Nothing where nobody computed it. */
export function noReturn({ when }: RunReport): Markup | null {
  if (when === null) return null;
  const { runsPerMoment, noReturn: step, runs } = when;
  const conclusion =
    step === null
      ? 'There is no moment from which on every future failed.'
      : `The moment of no return is ${secondsText(step.after.atUs, 6)}: before it ${countText(step.before)} futures failed, from it on all ${step.after.runs}.`;
  return html`<section aria-labelledby="no-return">
    <h2 id="no-return">From when on it could not be avoided</h2>
    <p class="lead">
      From each of ${counted(when.points.length, 'moment')} the future was drawn anew ${runsPerMoment} times (${counted(runs, 'run')} in
      all). ${conclusion}
    </p>
    <div class="chart">${probabilityChart(when)}</div>
    ${step === null ? null : whatHappened(step)} ${pointTable(when)}
  </section> `;
}

function whatHappened({ sentences }: ToldStep): Markup | null {
  if (sentences.length === 0) return null;
  return html`<p>What happened there:</p>
    <ul>
      ${sentences.map(({ timeUs, text }) => html`<li><span class="faint">${secondsText(timeUs, 6)}</span> ${text}</li>`)}
    </ul>`;
}

function probabilityChart({ points, noReturn: step }: WhenReport): Markup {
  const [fromUs, toUs] = [points[0]?.atUs ?? 0, points.at(-1)?.atUs ?? 1];
  const x = scaleLinear([fromUs, Math.max(toUs, fromUs + 1)], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const at = (value: number): number => Math.round(value * 10) / 10;
  const title = `Probability of the failure over time, from ${secondsText(fromUs)} to ${secondsText(toUs)}`;
  const path = line<(typeof points)[number]>(
    ({ atUs }) => at(x(atUs)),
    ({ failures, runs }) => at(y(failures / runs)),
  )([...points]);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at(y(share))}" y2="${at(y(share))}" /><text
          x="${MARGIN.left - 8}"
          y="${at(y(share)) + 4}"
          class="end"
          >${share * 100} %</text
        >`,
  );
  const ticks = x
    .ticks(8)
    .map((us) => html`<text x="${at(x(us))}" y="${HEIGHT - MARGIN.bottom + 16}" class="middle">${seconds(us)}</text>`);
  const dots = points.map(
    (point) =>
      html`<g
        ><line
          x1="${at(x(point.atUs))}"
          x2="${at(x(point.atUs))}"
          y1="${at(y(point.interval.low))}"
          y2="${at(y(point.interval.high))}"
          class="interval"
        /><circle cx="${at(x(point.atUs))}" cy="${at(y(point.failures / point.runs))}" r="4" class="share"
          ><title>${secondsText(point.atUs, 6)}: ${countText(point)} failed</title></circle
        ></g
      >`,
  );
  const mark =
    step === null
      ? null
      : html`<g class="moment"
          ><line x1="${at(x(step.after.atUs))}" x2="${at(x(step.after.atUs))}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"
            ><title>no return, ${secondsText(step.after.atUs, 6)}</title></line
          ></g
        >`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">
    <title>${title}</title>
    <g class="axis">
      ${grid}${ticks}
      <text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" class="end">time, in simulated seconds</text>
    </g>
    <path d="${path ?? ''}" class="line share" />
    ${dots}${mark}
  </svg>`;
}

function seconds(us: number): string {
  return `${Number((us / 1_000_000).toFixed(6))} s`;
}

function pointTable({ points }: WhenReport): Markup {
  return html`<details>
    <summary>The moments as a table</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">time</th>
          <th scope="col">failed</th>
          <th scope="col">95 % interval</th>
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (point) =>
            html`<tr>
              <td>${secondsText(point.atUs, 6)}</td>
              <td>${countText(point)}</td>
              <td>${(point.interval.low * 100).toFixed(0)} to ${(point.interval.high * 100).toFixed(0)} %</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
