/** The first screen: the verdict, and in a few lines what it means, when and why it happened and what prevents it, for somebody who sees all of this for the first time. */
import type { Scenario } from '../../scenario/Scenario.js';
import { headline, type CaseFile } from '../caseFile.js';
import { faultTexts } from '../faultTexts.js';
import { meaningOf } from '../guaranteeWords.js';
import { html, type Markup } from '../markup.js';
import { counted, listed, secondsText } from '../numbers.js';
import type { RunReport } from '../RunReport.js';
import { capitalised } from '../sentences.js';

const MOST_FAULTS = 4;

export function header(report: RunReport): Markup {
  const { run, failure, origin } = report;
  const { scenario, result } = run;
  const facts: [string, string][] = [
    ['Kafka', scenario.release],
    ['brokers', String(scenario.cluster.brokers)],
    ['faults', kindsText(scenario)],
    ...(scenario.buggify === undefined ? [] : [['buggify sites', Object.keys(scenario.buggify).join(', ')] as [string, string]]),
    ['seed', scenario.seed],
    ['hash', result.hash],
  ];
  return html`<header>
    <p class="kicker">Trialrun · a Kafka configuration on trial</p>
    <p>
      ${badge(report)}
      <span class="guarantee">${failure === null ? listed(scenario.require) : failure.finding.guarantee}</span>
    </p>
    <h1>${unbroken(pageHeadline(report))}</h1>
    ${failure === null ? keptInShort(report) : brokenInShort(failure)}
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd><bdi>${value}</bdi></dd>
          </div>`,
      )}
    </dl>
    <p class="origin">${origin}</p>
  </header> `;
}

/** What broke without being required does not decide: the verdict is another, and must not look like a violation. */
function badge({ run, failure, verdict }: RunReport): Markup {
  if (failure === null || verdict === 'violated') return html`<span class="badge ${verdict}">${verdict}</span>`;
  return html`<span class="badge ${verdict}">${verdict}</span> <span>(${listed(run.scenario.require)}); broken, and not required:</span>`;
}

/** One sentence without its full stop. */
export function pageHeadline({ run, failure, verdict }: RunReport): string {
  if (failure !== null) return headline(failure);
  if (verdict === 'unknown') return 'What is required was not put to the test by this run';
  const { faultLog } = run.result;
  return `Everything that is required held${faultLog.length === 0 ? ', without any fault' : ` under ${counted(faultLog.length, 'fault')}`}`;
}

function brokenInShort(failure: CaseFile): Markup {
  const { finding, because, source, remedy, result } = failure;
  const faults = faultTexts(failure);
  const shown = faults.length > MOST_FAULTS ? [...faults.slice(0, MOST_FAULTS), `${faults.length - MOST_FAULTS} more`] : faults;
  const under = faults.length === 0 ? 'Without any fault' : `Under ${counted(faults.length, 'fault')}: ${shown.join('; ')}`;
  const send = finding.value < 0 ? undefined : result.history.sends[finding.value];
  const told =
    send === undefined || send.outcome !== 'ok'
      ? ''
      : ` The producer ${send.client} was told at ${secondsText(send.completedUs)} that it is written.`;
  return lines([
    ['What it means', `${capitalised(meaningOf(finding.guarantee).broken)}.`],
    ['When', `${under}.${told} It is seen at ${secondsText(finding.timeUs)}.`],
    [
      'Why',
      because === ''
        ? 'This configuration promises otherwise under these faults: a defect of the protocol as it is configured here.'
        : `${capitalised(because)} (${source}).`,
    ],
    ...(remedy === '' ? [] : [['What prevents it', `${remedy}.`] as [string, string]]),
  ]);
}

function keptInShort({ run, verdict }: RunReport): Markup {
  const { scenario, result } = run;
  const { premises, guarantees } = result.judgement;
  const open = guarantees.filter((one) => one.verdict === 'unknown' && scenario.require.includes(one.name));
  const survived = `${counted(premises.acknowledgedSends, 'send')} acknowledged, ${counted(premises.acknowledgedBeforeLeaderChange, 'of them', 'of them')} before their partition's leader changed; ${counted(premises.leaderChanges, 'leader change')}, ${counted(premises.truncations, 'truncation')}`;
  return lines([
    ['What it means', `${scenario.require.map((name) => `${meaningOf(name).says}.`).join(' ')}`],
    ['Put to the test', `${survived}.`],
    ...(verdict === 'unknown'
      ? [['Not decided', `${open.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}.`] as [string, string]]
      : []),
    ['How sure', 'One run that holds shows that this run holds. trialrun check tries many; none of them is a proof.'],
  ]);
}

function lines(rows: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="in-short">
    ${rows.map(
      ([name, text]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

/** `kill, session-expiry × 3` */
export function kindsText({ faults }: Pick<Scenario, 'faults'>): string {
  const counts = new Map<string, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return faults.length === 0 ? 'none' : [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} × ${count}`)).join(', ');
}

/** Names such as `orders-0` stay on one line. */
function unbroken(text: string): Markup[] {
  return text.split(/(\S+-\S+)/).map((part, i) => (i % 2 === 0 ? html`${part}` : html`<span class="nowrap">${part}</span>`));
}
