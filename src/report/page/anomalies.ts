/** The history as Jepsen's analysis judges it: each kind of anomaly that occurred, and its first witnesses with the operations that prove it. */
import type { Anomaly } from '../../check/jepsen/Anomaly.js';
import { anomalyStatements } from '../../check/jepsen/AnomalyType.js';
import type { AnomalyReport } from '../../check/jepsen/analyze.js';
import { isClientOp, type JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped } from '../numbers.js';
import type { RunReport } from '../RunReport.js';
import { historyText } from '../jepsen/writeHistory.js';
import { capitalised } from '../sentences.js';

const MOST_WITNESSES = 3;
/** Longer operations are cut: a poll of thousands of records proves nothing better than its beginning. */
const MOST_CHARACTERS = 400;

export function anomalies({ analysis, ops }: RunReport): Markup {
  const found = analysis.anomalies.filter(({ violations, allowed, excused }) => violations + allowed + excused > 0);
  const { operations, recordsSent, recordsPolled, verdict } = analysis;
  const verdicts = { valid: 'valid', invalid: 'invalid', unknown: 'unknown: nothing was both sent and read' } as const;
  return html`<section aria-labelledby="history">
    <h2 id="history">What the clients saw</h2>
    <p class="lead">
      ${counted(operations, 'operation')}, ${counted(recordsSent, 'record')} sent and ${grouped(recordsPolled)} read, judged by Jepsen's
      analysis of Kafka from the clients' history alone: ${verdicts[verdict]}. It knows nothing of the brokers, so it misses a loss that no
      client could notice.
    </p>
    ${found.length === 0 ? html`<p>No anomaly of any kind.</p>` : found.map((anomaly) => anomalySection(anomaly, ops))}
  </section> `;
}

function anomalySection({ type, violations, allowed, excused, examples }: AnomalyReport, ops: readonly JepsenOp[]): Markup {
  const counts = [
    ...(violations > 0 ? [counted(violations, 'violation')] : []),
    ...(allowed > 0 ? [`${grouped(allowed)} allowed`] : []),
    ...(excused > 0 ? [`${grouped(excused)} excused`] : []),
  ];
  return html`<h3>${type} <small>${counts.join(', ')}</small></h3>
    <p>${capitalised(anomalyStatements[type])}. For example:</p>
    <ul class="witnesses">
      ${examples.slice(0, 1).map((example) => witness(example, ops))}
    </ul>
    ${others(examples.slice(1, MOST_WITNESSES), ops)}`;
}

function others(examples: readonly Anomaly[], ops: readonly JepsenOp[]): Markup | null {
  if (examples.length === 0) return null;
  return html`<details>
    <summary>${counted(examples.length, 'more example')}</summary>
    <ul class="witnesses">
      ${examples.map((example) => witness(example, ops))}
    </ul>
  </details>`;
}

function witness({ kind, type, standing, because, message, ops: indexes }: Anomaly, ops: readonly JepsenOp[]): Markup {
  const shown = indexes.flatMap((index) => operations(index, ops));
  return html`<li>
    <p>
      <span class="${standing === 'violation' ? 'violated' : 'faint'}">${standing}</span>${kind === type ? '' : ` (${kind})`}:
      ${message}${standing === 'violation' ? null : html` <span class="faint">Why ${standing}: ${because}.</span>`}
    </p>
    ${shown.length === 0 ? null : html`<pre tabindex="0">${shown.map((op) => opText(op)).join('\n')}</pre>`}
  </li>`;
}

/** The operation at an index of the history and its invocation, since a completion alone does not say what was asked. */
function operations(index: number, ops: readonly JepsenOp[]): JepsenOp[] {
  const at = ops.findIndex((op) => op.index === index);
  const op = ops[at];
  if (op === undefined || !isClientOp(op) || op.type === 'invoke') return op === undefined ? [] : [op];
  for (let i = at - 1; i >= 0; i--) {
    const earlier = ops[i] as JepsenOp;
    if (earlier.process === op.process) return [earlier, op];
  }
  return [op];
}

function opText(op: JepsenOp): string {
  const text = historyText([op], 'edn').trimEnd();
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)} …`;
}
