/**
 * The page of a whole check: what was on trial, which guarantee held under which faults, what the verdict rests on, and each failure with its story and a link to
 * its own page. One HTML file without script; links lead only to what lies in folders beside it.
 */
import type { CampaignCell, CampaignRow } from '../../explore/campaign.js';
import type { CheckReport, CheckVerdict, FailureReport, LostSeedReport } from '../checkReport.js';
import { exercisedFacts, explanation, FATES, WORDS } from '../checkText.js';
import { meaningOf } from '../guaranteeWords.js';
import { html, type Markup } from '../markup.js';
import { counted, grouped, listed, secondsText } from '../numbers.js';
import { capitalised } from '../sentences.js';
import { remediesText, type RemediesReport } from '../remediesText.js';
import { plainPaint } from '../textTable.js';
import { pageFrame } from './frame.js';

export interface CampaignPageInput {
  readonly report: CheckReport;
  /** What would keep a violated guarantee; null where nobody asked. */
  readonly remedies: RemediesReport | null;
  /** The address of another page, seen from this one; empty where it does not lie beside it. */
  readonly linkTo: (page: string) => string;
}

/** How the badge is coloured. */
const TONES: Readonly<Record<CheckVerdict, 'held' | 'violated' | 'unknown'>> = {
  ...{ held: 'held', collected: 'held', violated: 'violated', failed: 'violated', nondeterministic: 'violated' },
  ...{ inconclusive: 'unknown', interrupted: 'unknown', incomplete: 'unknown' },
};

const STYLE = `
.verdicts td { white-space: nowrap; } .verdicts td.off { color: var(--soft-ink); } .verdicts small { color: var(--soft-ink); }
.verdicts thead th { white-space: nowrap; } .verdicts th[scope=row] { white-space: normal; min-width: 13em; } .verdicts small { font-weight: 400; } .bars td.number { text-align: right; font-variant-numeric: tabular-nums; width: 6em; }
.bars svg { display: block; } .bars rect { fill: var(--accent); opacity: .75; }
.failure { margin-top: 22px; padding: 14px 18px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.failure h3 { margin: 0 0 6px; font-size: 17px; }
`;

export function campaignPage(input: CampaignPageInput): string {
  const { report } = input;
  const { failures, version } = report;
  return pageFrame({
    title: `${WORDS[report.verdict]}: ${counted(report.tried, 'seed')} of a Kafka configuration on trial`,
    version,
    style: STYLE,
    body: [
      header(report),
      verdicts(report),
      failureList(
        'What broke',
        failures.filter(({ required }) => required),
        input,
      ),
      failureList(
        'What broke and is not promised',
        failures.filter(({ required }) => !required),
        input,
      ),
      remedies(input.remedies),
      troubles(report),
      exercised(report),
      onTrial(report),
      footer(report),
    ],
  });
}

/** Where no guarantee was broken that has words of its own. */
const HEADLINES: Readonly<Record<CheckReport['verdict'], string>> = {
  held: 'Every required guarantee held',
  violated: 'What is required did not hold',
  inconclusive: 'Nothing was violated, and not everything was put to the test',
  nondeterministic: 'One seed gave two different runs',
  failed: 'Some seeds brought no result',
  collected: 'One shard of a campaign',
  incomplete: 'A campaign with seeds missing',
  interrupted: 'Stopped before the end',
};

function header(report: CheckReport): Markup {
  const { verdict, tried, firstSeed, rows, digest } = report;
  const broken = rows.find((row) => row.cells.some(({ status, required }) => status === 'violated' && required));
  const headline = broken === undefined ? HEADLINES[verdict] : capitalised(meaningOf(broken.guarantee).broken);
  const facts: [string, string][] = [
    ['seeds', `${grouped(tried)} from ${firstSeed} on`],
    ['events', grouped(report.events)],
    ['digest of all hashes', digest],
  ];
  return html`<header>
    <p class="kicker">Trialrun · a Kafka configuration on trial</p>
    <p><span class="badge ${TONES[verdict]}">${WORDS[verdict].toLowerCase()}</span></p>
    <h1>${headline}</h1>
    <p class="lead">${explanation(report)}</p>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header> `;
}

function verdicts({ rows, requiredGuarantees, requiredClasses }: CheckReport): Markup {
  // Without faults there is nothing to survive: that column is shown only if something failed there.
  const shown = ({ cells }: CampaignRow): readonly CampaignCell[] =>
    cells.filter(({ faultClass }, i) => faultClass !== 'none' || rows.some((row) => row.required && row.cells[i]?.status === 'violated'));
  const classes = rows[0] === undefined ? [] : shown(rows[0]).map(({ faultClass }) => faultClass);
  return html`<section aria-labelledby="verdicts">
    <h2 id="verdicts">Guarantees by class of fault</h2>
    <p class="lead">
      ${listed(requiredGuarantees)} decide under ${listed(requiredClasses)}. A number is in how many seeds it was put to the test, or
      broken; – is not promised by this configuration.
    </p>
    <div class="wide" tabindex="0">
      <table class="verdicts">
        <thead>
          <tr>
            <th scope="col">guarantee</th>
            ${classes.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.guarantee}<br /><small>${meaningOf(row.guarantee).says}</small></th>
                ${shown(row).map(cellOf)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section> `;
}

function cellOf({ status, required, exercised: tried, violated, seeds, promise }: CampaignCell): Markup {
  switch (status) {
    case 'held':
      return html`<td class="${required ? 'held' : 'off'}">held<br /><small>${grouped(tried)} of ${grouped(seeds)}</small></td>`;
    case 'violated':
      return html`<td class="${required || promise.promised ? 'violated' : 'unknown'}">
        ${required || promise.promised ? 'violated' : 'broken'}<br /><small>${grouped(violated)} of ${grouped(seeds)}</small>
      </td>`;
    case 'unknown':
      return html`<td class="${required ? 'unknown' : 'off'}">unknown<br /><small>0 of ${grouped(seeds)}</small></td>`;
    case 'not promised':
      return html`<td class="off" title="not promised: ${promise.because}">–<span class="unseen">not promised</span></td>`;
  }
}

function failureList(title: string, failures: readonly FailureReport[], { linkTo }: CampaignPageInput): Markup | null {
  if (failures.length === 0) return null;
  return html`<section>
    <h2>${title}</h2>
    ${failures.map((failure) => failureCard(failure, linkTo))}
  </section> `;
}

function failureCard(failure: FailureReport, linkTo: (page: string) => string): Markup {
  const { guarantee, classes, headline, faults, story, because, source, remedy, page, replayCommand, seed, hash } = failure;
  const under = classes.length === 0 ? 'without any fault' : `under ${listed(classes)}`;
  const link = page === '' ? '' : linkTo(page);
  return html`<article class="failure">
    <h3>${guarantee} <small>${under}, seed ${seed}</small></h3>
    <p>
      <strong>${headline}.</strong>
      ${faults.length === 0 ? 'It takes no fault.' : `It takes ${counted(faults.length, 'fault')}: ${faults.join('; ')}.`}
    </p>
    ${because === '' ? null : html`<p>Why: ${because} (${source}).</p>`} ${remedy === '' ? null : html`<p>What prevents it: ${remedy}.</p>`}
    <details>
      <summary>The story, ${counted(story.length, 'sentence')}</summary>
      <ol>
        ${story.map(({ timeUs, text }) => html`<li><span class="faint">${timeUs < 0 ? '' : secondsText(timeUs, 6)}</span> ${text}</li>`)}
      </ol>
    </details>
    ${link === '' ? null : html`<p><a href="${link}">Its page, with the diagram of what led to it</a></p>`}
    ${replayCommand === '' ? null : html`<pre tabindex="0">${replayCommand}</pre>`}
    <p class="faint">hash ${hash}</p>
  </article> `;
}

function remedies(found: RemediesReport | null): Markup | null {
  if (found === null) return null;
  return html`<section aria-labelledby="remedies">
    <h2 id="remedies">What would keep it</h2>
    <pre tabindex="0">${remediesText(found, plainPaint, 120).join('\n')}</pre>
  </section> `;
}

function troubles({ lost, nondeterminism, missing }: CheckReport): Markup | null {
  const items = [
    ...lost.map(({ seed, fate, detail }: LostSeedReport) => `Seed ${seed} ${FATES[fate]}: ${detail}`),
    ...(nondeterminism === null ? [] : [`Seed ${nondeterminism.seed} gave two different runs: ${nondeterminism.hashes.join(' and ')}`]),
    ...(missing === null ? [] : [`${counted(missing.count, 'seed')} that nobody tried: ${missing.ranges.join(', ')}`]),
  ];
  if (items.length === 0) return null;
  return html`<section aria-labelledby="troubles">
    <h2 id="troubles">What cannot be relied on</h2>
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </section> `;
}

function exercised(report: CheckReport): Markup {
  const most = Math.max(1, ...report.faults.map(([, count]) => count));
  return html`<section aria-labelledby="exercised">
    <h2 id="exercised">What was exercised</h2>
    <ul>
      ${exercisedFacts(report).map((fact) => html`<li>${fact}</li>`)}
    </ul>
    ${
      report.faults.length === 0
        ? null
        : html`<table class="bars">
            <thead>
              <tr>
                <th scope="col">fault</th>
                <th scope="col" class="number">began</th>
                <td></td>
              </tr>
            </thead>
            <tbody>
              ${report.faults.map(
                ([kind, count]) =>
                  html`<tr>
                    <th scope="row">${kind}</th>
                    <td class="number">${grouped(count)}</td>
                    <td>
                      <svg width="300" height="10" aria-hidden="true">
                        <rect width="${Math.round((300 * count) / most)}" height="10" rx="2" />
                      </svg>
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${report.coverage === null ? null : html`<p><a href="coverage.html">Which rare paths, transitions and errors the seeds reached</a></p>`}
  </section> `;
}

function onTrial({ configuration, remarks, notModelled }: CheckReport): Markup {
  return html`<section aria-labelledby="on-trial">
    <h2 id="on-trial">What was on trial</h2>
    <div class="wide">
      <table>
        <tbody>
          ${configuration.map(
            ([subject, text]) =>
              html`<tr>
                <th scope="row">${subject}</th>
                <td>${text}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${remarks.map((remark) => html`<p>${remark}</p>`)}
    ${
      notModelled.length === 0
        ? null
        : html`<p>Set, but without effect on the simulation:</p>
            <ul>
              ${notModelled.map(({ name, reason }) => html`<li><code>${name}</code> <span class="faint">${reason}</span></li>`)}
            </ul>`
    }
  </section> `;
}

function footer({ version, build }: CheckReport): Markup {
  return html`<footer>
    <p>
      Trialrun ${version} (build ${build}), a deterministic simulation of Apache Kafka. A seed that fails shows that a loss is possible;
      seeds that hold do not show that none is.
    </p>
  </footer> `;
}
