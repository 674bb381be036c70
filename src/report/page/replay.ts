/** How to run it again, and where the same run can be seen otherwise. */
import { html, type Markup } from '../markup.js';
import type { RunReport } from '../RunReport.js';

export function replay({ replayCommand, yaml, run }: RunReport): Markup {
  return html`<section aria-labelledby="replay">
    <h2 id="replay">Run it again</h2>
    <p class="lead">
      The same scenario gives the same run, event by event; the hash over all events will be <code>${run.result.hash}</code>.
    </p>
    <div class="command">
      <pre id="command" tabindex="0">${replayCommand}</pre>
      <button type="button" data-copy="command" hidden>Copy</button>
    </div>
    <details>
      <summary>The scenario</summary>
      <div class="command">
        <pre id="scenario" tabindex="0">${yaml}</pre>
        <button type="button" data-copy="scenario" hidden>Copy</button>
      </div>
    </details>
  </section> `;
}
