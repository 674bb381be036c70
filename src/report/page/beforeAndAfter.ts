/** The failure as it was found and as it was shrunk, side by side: what it took away tells what does not matter. */
import { formatDuration } from '../../scenario/durations.js';
import type { Fault } from '../../faults/Fault.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { faultText } from '../faultTexts.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

/** Nothing where nothing was shrunk. */
export function beforeAndAfter({ original, run }: RunReport): Markup | null {
  if (original === null) return null;
  const { scenario } = run;
  const rows: [string, (of: Scenario) => string | number][] = [
    ['brokers', ({ cluster }) => cluster.brokers],
    ['partitions', ({ topics }) => topics.reduce((sum, { partitions }) => sum + partitions, 0)],
    ['producers', ({ workload }) => workload.producers.length],
    ['sends', ({ workload }) => grouped(workload.producers.reduce((sum, { count }) => sum + count, 0))],
    ['consumers', ({ workload }) => workload.consumers.length],
    ['length', ({ durationUs }) => formatDuration(durationUs)],
    ['buggify sites', ({ buggify }) => Object.keys(buggify ?? {}).length],
    ['delayed messages', ({ delays }) => delays?.length ?? 0],
  ];
  const shown = rows.filter(([, of]) => of(original) !== 0 || of(scenario) !== 0);
  return html`<section aria-labelledby="shrunk">
    <h2 id="shrunk">As found and as shrunk</h2>
    <p class="lead">
      Everything was taken away without which the same guarantee is still broken in the same way. What is left is what it takes.
    </p>
    <div class="wide">
      <table class="side-by-side">
        <thead>
          <tr>
            <td></td>
            <th scope="col">as found</th>
            <th scope="col">as shrunk</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">faults</th>
            <td>${faultList(original.faults, scenario.faults)}</td>
            <td>${faultList(scenario.faults, scenario.faults)}</td>
          </tr>
          ${shown.map(
            ([name, of]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${of(original)}</td>
                <td>${of(original) === of(scenario) ? html`<span class="faint">the same</span>` : of(scenario)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section> `;
}

/** Those that were not needed are struck out. */
function faultList(faults: readonly Fault[], left: readonly Fault[]): Markup {
  if (faults.length === 0) return html`<span class="faint">none</span>`;
  const kept = new Set(left.map(({ id }) => id));
  const dropped = faults.filter(({ id }) => !kept.has(id)).length;
  return html`<ul class="plain">
      ${faults.map((fault) => html`<li>${kept.has(fault.id) ? faultText(fault) : html`<del>${faultText(fault)}</del>`}</li>`)}
    </ul>
    ${dropped === 0 ? null : html`<small class="faint">${counted(dropped, 'fault')} not needed</small>`}`;
}
