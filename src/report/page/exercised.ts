/** What the run put to the test: how often each thing happened on which a verdict rests, which faults began, which rare paths were taken, and how it healed. */
import { probeAreas } from '../../explore/coverage.js';
import { livenessText } from '../livenessText.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped } from '../numbers.js';
import type { RunReport } from '../RunReport.js';
import { plainPaint } from '../textTable.js';
import { capitalised } from '../sentences.js';

export function exercised({ run }: RunReport): Markup {
  const { result } = run;
  const facts = Object.entries(result.judgement.premises)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [words(name), grouped(count)] as const);
  return html`<section aria-labelledby="exercised">
    <h2 id="exercised">What was exercised</h2>
    <p class="lead">A guarantee is only said to hold where what could have broken it happened.</p>
    ${
      facts.length === 0
        ? html`<p>Nothing was sent and nothing failed.</p>`
        : html`<dl class="counts">
            ${facts.map(
              ([name, count]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${count}</dd>
                </div>`,
            )}
          </dl>`
    }
    <p>${livenessText(result.liveness, plainPaint, Infinity).map((line) => `${capitalised(line.trim())}. `)}</p>
    ${probes(result.probes)}
  </section> `;
}

/** `acknowledgedBeforeLeaderChange` as `acknowledged before leader change`. */
function words(name: string): string {
  return name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace('isr ', 'ISR ');
}

/** Rare paths, in the order of the areas. */
function probes(hit: readonly (readonly [string, number])[]): Markup | null {
  const hits = new Map(hit);
  const rows = probeAreas.flatMap((area) =>
    Object.values(area).flatMap(({ name, meaning }) => {
      const count = hits.get(name) ?? 0;
      return count === 0 ? [] : [{ name, meaning, count }];
    }),
  );
  const declared = probeAreas.reduce((sum, area) => sum + Object.keys(area).length, 0);
  if (rows.length === 0) return null;
  return html`<details>
    <summary>${counted(rows.length, 'rare path')} of ${declared} taken</summary>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">probe</th>
            <th scope="col" class="number">times</th>
            <th scope="col">what it means that it was hit</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, meaning, count }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="number">${grouped(count)}</td>
                <td>${meaning}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
