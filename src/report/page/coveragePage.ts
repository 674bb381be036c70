/** The page of what a campaign reached: a single HTML file that needs no network and no script. What was never reached comes first, then everything with its counts. */
import type { AreaCoverage, Coverage, ErrorCoverage, MachineCoverage, ProbeCoverage } from '../../explore/coverage.js';
import { coverageTotals } from '../coverageText.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped, listed } from '../numbers.js';
import { pageFrame } from './frame.js';

export interface CoveragePageInput {
  readonly coverage: Coverage;
  /** What was on trial: subject and description. */
  readonly configuration: readonly (readonly [subject: string, description: string])[];
  readonly version: string;
}

/** What this page has besides the style of every page. */
const STYLE = `
.bar{display:inline-block;width:8rem;height:.7rem;border-radius:.35rem;background:var(--line);overflow:hidden;vertical-align:middle}
.bar span{display:block;height:100%;background:var(--good)}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.never{color:var(--bad);font-weight:600}
td.mean{color:var(--soft-ink)}
tr.off td,tr.off th{opacity:.55}
table{width:100%}
`;

export function coveragePage({ coverage, configuration, version }: CoveragePageInput): string {
  const body = [header(coverage, configuration), missed(coverage), areas(coverage), machines(coverage), errors(coverage), footer(version)];
  return pageFrame({ title: `Coverage of ${counted(coverage.seeds, 'seed')}`, version, style: STYLE, body });
}

function header(coverage: Coverage, configuration: CoveragePageInput['configuration']): Markup {
  const rows = coverageTotals(coverage).map(
    ({ name, reached, expected, others }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>
          <span class="bar" aria-hidden="true"
            ><span style="width:${expected === 0 ? 0 : Math.floor((100 * reached) / expected)}%"></span
          ></span>
        </td>
        <td class="number">${reached} of ${expected}</td>
        <td class="mean">${others === 0 ? '' : `${others} more not expected here`}</td>
      </tr>`,
  );
  return html`<header>
      <p class="kicker">Trialrun · what a check reached</p>
      <h1>Coverage of ${counted(coverage.seeds, 'seed')}</h1>
      <p class="origin">${configuration.map(([subject, description]) => `${subject}: ${description}`).join(' · ')}</p>
    </header>
    <section aria-labelledby="summary">
      <h2 id="summary">Summary</h2>
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </section> `;
}

function missed({ areas: all }: Coverage): Markup {
  const never = all.flatMap(({ area, probes }) => probes.filter(({ status }) => status === 'never').map((probe) => ({ area, ...probe })));
  const rows = never.map(
    ({ area, name, meaning }) =>
      html`<tr>
        <th scope="row">${area}</th>
        <td class="never">${name}</td>
        <td>${meaning}</td>
      </tr>`,
  );
  const none = html`<p>Every probe that this configuration lets one expect was hit.</p>`;
  return html`<section aria-labelledby="never">
    <h2 id="never">Never hit</h2>
    <p class="lead">What rests on these branches was not put to the test by these seeds, whatever the verdict says.</p>
    ${
      rows.length === 0
        ? none
        : html`<table>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section> `;
}

function areas({ areas: all }: Coverage): Markup {
  return html`<section aria-labelledby="probes">
    <h2 id="probes">Probes</h2>
    ${all.map(area)}
  </section> `;
}

function area({ area: name, reached, expected, probes }: AreaCoverage): Markup {
  return html`<h3>${name} <small>${reached} of ${expected}</small></h3>
    <table>
      <thead>
        <tr>
          <th>probe</th>
          <th class="number">hits</th>
          <th class="number">seeds</th>
          <th class="number">first</th>
          <th>what it means</th>
        </tr>
      </thead>
      <tbody>
        ${probes.map(probe)}
      </tbody>
    </table>`;
}

function probe({ name, meaning, needs, status, hits, seeds, firstSeed }: ProbeCoverage): Markup {
  const counts =
    status === 'reached'
      ? html`<td class="number">${grouped(hits)}</td>
          <td class="number">${grouped(seeds)}</td>
          <td class="number">${firstSeed}</td>`
      : html`<td class="${status === 'never' ? 'number never' : 'number'}" colspan="3">
          ${status === 'never' ? 'never' : 'not expected here'}
        </td>`;
  return html`<tr class="${status === 'not expected' ? 'off' : ''}">
    <th scope="row">${name}</th>
    ${counts}
    <td class="mean">${meaning}${status === 'not expected' ? html` <em>Expected with ${listed(needs)}.</em>` : null}</td>
  </tr>`;
}

function machines({ machines: all }: Coverage): Markup {
  return html`<section aria-labelledby="transitions">
    <h2 id="transitions">Transitions</h2>
    <p class="lead">Rows are where a machine came from, columns where it went; a number is how often, an empty cell is no transition.</p>
    ${all.map(machine)}
  </section> `;
}

function machine({ name, transitions }: MachineCoverage): Markup {
  const states = [...new Set(transitions.flatMap(({ from, to }) => [from, to]))];
  const cell = (from: string, to: string): Markup => {
    const found = transitions.find((each) => each.from === from && each.to === to);
    if (found === undefined) return html`<td></td>`;
    if (!found.legal) return html`<td class="number never">${grouped(found.hits)} (not allowed)</td>`;
    return found.hits === 0 ? html`<td class="number mean">never</td>` : html`<td class="number">${grouped(found.hits)}</td>`;
  };
  return html`<h3>${name}</h3>
    <div class="chart">
      <table>
        <thead>
          <tr>
            <th></th>
            ${states.map((state) => html`<th class="number">${state}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${states.map(
            (from) =>
              html`<tr>
                <th scope="row">${from}</th>
                ${states.map((to) => cell(from, to))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function errors({ errors: all }: Coverage): Markup {
  return html`<section aria-labelledby="errors">
    <h2 id="errors">Error codes</h2>
    <p class="lead">What brokers answered, by API. “coordinator append” is what became of a coordinator's own writes.</p>
    <table>
      <tbody>
        ${all.map(error)}
      </tbody>
    </table>
  </section> `;
}

function error({ name, code, hits, apis, reason }: ErrorCoverage): Markup {
  const by = listed(apis.map(([api, count]) => `${api} ${grouped(count)}`));
  return html`<tr class="${reason === '' || hits > 0 ? '' : 'off'}">
    <th scope="row">${name} <small>${code}</small></th>
    <td class="number">${hits === 0 ? 'never' : grouped(hits)}</td>
    <td class="mean">${hits === 0 && reason !== '' ? `No simulated broker answers it: ${reason}.` : by}</td>
  </tr>`;
}

function footer(version: string): Markup {
  return html`<footer>
    <p>Trialrun ${version}. A probe says that a path was taken, not that it was taken rightly: that is for the checks to say.</p>
  </footer> `;
}
