/** Every guarantee with its verdict in this run. */
import { html, type Markup } from '../markup.js';
import type { PageInput } from './PageInput.js';

export function guarantees({ verdicts: all }: PageInput): Markup {
  const rows = all.map(
    ({ name, verdict, detail, promise }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="${verdict}">${verdict}</td>
        <td>${detail}${promise === '' ? null : html`<br /><span class="faint">${promise}</span>`}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="guarantees">
    <h2 id="guarantees">Every guarantee in this run</h2>
    <table>
      <thead>
        <tr>
          <th>guarantee</th>
          <th>verdict</th>
          <th>what was judged</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section> `;
}
