/**
 * The page of one failing run: a single HTML file that needs no network and no script to be read. What was promised and broken comes first, then the
 * story, then the evidence, then everything that is needed to run it again.
 */
import type { Scenario } from '../../scenario/Scenario.js';
import { html, Markup } from '../markup.js';
import { PAGE_SCRIPT } from './pageScript.js';
import { PAGE_STYLE } from './pageStyle.js';
import { configuration } from './configuration.js';
import { evidence } from './evidence.js';
import { guarantees } from './guarantees.js';
import type { PageInput } from './PageInput.js';
import { replay } from './replay.js';
import { storySection } from './story.js';

export function failurePage(input: PageInput): string {
  const body = [header(input), storySection(input), evidence(input), configuration(input), guarantees(input), replay(input), footer(input)];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
        <meta name="generator" content="Trialrun ${input.version}" />
        <meta name="color-scheme" content="light dark" />
        <title>${input.guarantee} violated: ${input.headline}</title>
        <style>
          ${new Markup(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
        <script>
          ${new Markup(PAGE_SCRIPT)};
        </script>
      </body>
    </html> `.text;
}

function header({ guarantee, headline, run, origin }: PageInput): Markup {
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
    <p><span class="badge">violated</span> <span class="guarantee">${guarantee}</span></p>
    <h1>${unbroken(headline)}</h1>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p class="origin">${origin}</p>
  </header> `;
}

/** `kill, session-expiry × 3` */
function kindsText({ faults }: Scenario): string {
  const counts = new Map<string, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return faults.length === 0 ? 'none' : [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} × ${count}`)).join(', ');
}

/** Names such as `orders-0` stay on one line. */
function unbroken(text: string): Markup[] {
  return text.split(/(\S+-\S+)/).map((part, i) => (i % 2 === 0 ? html`${part}` : html`<span class="nowrap">${part}</span>`));
}

function footer({ version }: PageInput): Markup {
  return html`<footer>
    <p>
      Trialrun ${version}, a deterministic simulation of Apache Kafka. A run that fails shows that a loss is possible; runs that hold do not
      show that none is.
    </p>
  </footer> `;
}
