/** Every guarantee with its verdict in this run, in plain words, and every white-box invariant that broke. */
import { meaningOf } from '../guaranteeWords.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped, listed } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

export function guarantees({ run }: RunReport): Markup {
  const { scenario, result } = run;
  const required: readonly string[] = scenario.require;
  const all = result.judgement.guarantees;
  const idle = all.filter(({ name, verdict }) => verdict === 'unknown' && !required.includes(name));
  const rows = all
    .filter((one) => !idle.includes(one))
    .map(
      ({ name, verdict, detail, promise }) =>
        html`<tr>
          <th scope="row">${name}${required.includes(name) ? html`<br /><small class="faint">required</small>` : null}</th>
          <td class="${verdict}">${verdict}</td>
          <td>
            ${meaningOf(name).says}.<br /><span class="faint">${detail}</span><br /><span class="faint"
              >${promise.promised ? 'Promised by this configuration under these faults.' : `Not promised: ${promise.because}.`}</span
            >
          </td>
        </tr>`,
    );
  return html`<section aria-labelledby="guarantees">
    <h2 id="guarantees">Every guarantee in this run</h2>
    <p class="lead">Unknown means not put to the test: nothing contradicts it, and nothing happened that could have.</p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">guarantee</th>
            <th scope="col">verdict</th>
            <th scope="col">what it says, and what was judged</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${idle.length === 0 ? null : html`<p class="faint">Not put to the test, and not required: ${listed(idle.map(({ name }) => name))}.</p>`}
    ${invariants(result.judgement)}
  </section> `;
}

function invariants({ invariants: all, findings }: RunReport['run']['result']['judgement']): Markup {
  const applied = all.filter(({ applies }) => applies);
  const checks = applied.reduce((sum, one) => sum + one.checks, 0);
  const broken = applied.filter(({ violations }) => violations > 0);
  const first = (id: string): string => findings.find(({ guarantee }) => guarantee === `invariant/${id}`)?.message ?? '';
  const list = broken.map(({ id, name, statement }) => html`<li><strong>${id} ${name}</strong>: ${statement}. ${first(id)}</li>`);
  return html`<p>
      Besides, ${counted(applied.length, 'invariant')} of the brokers' inner state ${applied.length === 1 ? 'was' : 'were'} checked at every
      event that could break ${applied.length === 1 ? 'it' : 'them'}, ${grouped(checks)} times in all:
      ${broken.length === 0 ? 'all of them held.' : `${broken.length} of them broke.`}
    </p>
    ${
      broken.length === 0
        ? null
        : html`<ul>
            ${list}
          </ul>`
    }`;
}
