/**
 * The page of one failing run: a single HTML file that needs no network and no script to be read. What was promised and broken comes first, then the
 * story, then the evidence, then everything that is needed to run it again.
 */
import type { RecordedEvent } from '../engine/events.js';
import type { Properties, Scenario } from '../scenario/Scenario.js';
import { formatDuration } from '../scenario/durations.js';
import { causalSlice, type SliceSubject } from './causalSlice.js';
import { html, Markup } from './markup.js';
import { counted, secondsText } from './numbers.js';
import { PAGE_SCRIPT } from './pageScript.js';
import { PAGE_STYLE } from './pageStyle.js';
import { spaceTimeChart } from './spaceTimeChart.js';
import { timelineOf, type RunTimeline } from './timeline.js';
import { brokerChart, brokerLegend, faultChart, leaderChart, partitionChart, type Moment } from './timelineChart.js';

/** Names of the properties that somebody set, by what they are properties of; what a scenario has besides was drawn by its seed. */
export type GivenProperties = Readonly<Record<'broker' | 'topic' | 'producer' | 'consumer', ReadonlySet<string>>>;

/** One sentence of a biography. */
export interface PageSentence {
  readonly text: string;
  /** -1 where it has no single time. */
  readonly timeUs: number;
  /** Events that it tells of, by index. */
  readonly events: readonly number[];
}

export interface PageVerdict {
  readonly name: string;
  readonly verdict: 'held' | 'violated' | 'unknown';
  readonly detail: string;
  /** What the configuration promises, in words; empty where nothing is to be said. */
  readonly promise: string;
}

export interface PageInput {
  readonly scenario: Scenario;
  /** The same as a file. */
  readonly yaml: string;
  /** Guarantee or invariant that failed. */
  readonly guarantee: string;
  readonly headline: string;
  readonly story: readonly PageSentence[];
  /** Why the configuration allows it, and what would prevent it; empty where it promises otherwise. */
  readonly because: string;
  readonly remedy: string;
  /** What the space-time diagram is about; null when the finding concerns no partition. */
  readonly subject: SliceSubject | null;
  /** When it went wrong. */
  readonly moments: readonly Moment[];
  readonly events: readonly RecordedEvent[];
  readonly verdicts: readonly PageVerdict[];
  readonly notModelled: readonly { readonly name: string; readonly reason: string }[];
  /** Properties that somebody set; null: everything in the scenario. */
  readonly given: GivenProperties | null;
  readonly endUs: number;
  readonly hash: string;
  readonly replayCommand: string;
  /** `seed 4711, the 312th of 1,000; shrunk from 9 faults to 1`. */
  readonly origin: string;
  readonly version: string;
}

export function failurePage(input: PageInput): string {
  const timeline = timelineOf(input.events, input.endUs);
  const body = [
    header(input),
    story(input),
    evidence(input, timeline),
    configuration(input),
    verdicts(input),
    replay(input),
    footer(input),
  ];
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

function header({ guarantee, headline, scenario, origin, hash }: PageInput): Markup {
  const facts: [string, string][] = [
    ['Kafka', scenario.release],
    ['brokers', String(scenario.cluster.brokers)],
    ['faults', kindsText(scenario)],
    ...(scenario.buggify === undefined ? [] : [['buggify sites', Object.keys(scenario.buggify).join(', ')] as [string, string]]),
    ['seed', scenario.seed],
    ['hash', hash],
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

function story({ story: sentences, because, remedy }: PageInput): Markup {
  const items = sentences.map(
    ({ text, timeUs, events }, i) =>
      html`<li id="sentence-${i + 1}">
        <a href="${events[0] === undefined ? '#what-happened' : `#mark-${events[0]}`}" class="number">${i + 1}</a
        ><span class="when">${timeUs < 0 ? '' : secondsText(timeUs, 6)}</span><span>${text}</span>
      </li>`,
  );
  const why = because === '' ? null : html`<p><strong>Why it can happen:</strong> ${because}.</p>`;
  const prevention = remedy === '' ? null : html`<p><strong>What prevents it:</strong> ${remedy}.</p>`;
  const advice = why === null && prevention === null ? null : html`<div class="remedy">${[why, prevention]}</div>`;
  return html`<section aria-labelledby="what-happened">
    <h2 id="what-happened">What happened</h2>
    <ol class="story">
      ${items}
    </ol>
    ${advice}
  </section> `;
}

function evidence(input: PageInput, timeline: RunTimeline): Markup {
  const { subject, moments } = input;
  const partition = subject === null ? undefined : timeline.partitions.get(subject.partition);
  return html`${spaceTime(input)}
    <section aria-labelledby="timeline">
      <h2 id="timeline">The whole run</h2>
      <p class="lead">
        ${secondsText(timeline.endUs, 1)} of simulated time. The dashed line marks when it went wrong; in the shaded time every fault was
        healed.
      </p>
      ${brokerLegend(timeline.brokers)}
      <h3>Faults</h3>
      <div class="chart">${faultChart(timeline, moments)}</div>
      ${faultTable(timeline)}
      <h3>Brokers <small>thin bar: controller; dark: down; grey: paused</small></h3>
      <div class="chart">${brokerChart(timeline, moments)}</div>
      ${
        partition === undefined
          ? null
          : html`<h3>${partition.name} <small>leader and epoch, in-sync replicas, log ends and high watermark by offset</small></h3>
              <div class="chart">${partitionChart(timeline, partition, moments)}</div>`
      }
      <h3>Leaders of every partition <small>broker · epoch</small></h3>
      <div class="chart">${leaderChart(timeline, moments)}</div>
    </section> `;
}

function spaceTime({ subject, events, story: sentences }: PageInput): Markup | null {
  if (subject === null) return null;
  const marks = causalSlice(events, subject);
  if (marks.length === 0) return null;
  const sentenceOf = new Map<number, number>();
  sentences.forEach(({ events: told }, i) => told.forEach((index) => sentenceOf.has(index) || sentenceOf.set(index, i + 1)));
  const of = subject.offset < 0 ? subject.partition : `${subject.partition}, offset ${subject.offset}`;
  return html`<section aria-labelledby="space-time">
    <h2 id="space-time">What led to it</h2>
    <p class="lead">Only the events that bear on ${of}: one lane per node, time downwards. Numbers are those of the sentences above.</p>
    <div class="chart">${spaceTimeChart(marks, sentenceOf)}</div>
  </section> `;
}

function faultTable({ faults }: RunTimeline): Markup | null {
  if (faults.length === 0) return null;
  return html`<details>
    <summary>The faults as a table</summary>
    <table>
      <thead>
        <tr>
          <th>fault</th>
          <th>kind</th>
          <th>struck</th>
          <th>from</th>
          <th>to</th>
        </tr>
      </thead>
      <tbody>
        ${faults.map(
          ({ id, kind, targets, fromUs, toUs }) =>
            html`<tr>
              <td>${id}</td>
              <td>${kind}</td>
              <td>${targets.join(', ')}</td>
              <td>${secondsText(fromUs)}</td>
              <td>${secondsText(toUs)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

function configuration({ scenario, notModelled, given }: PageInput): Markup {
  const { cluster, topics, workload } = scenario;
  const groups: PropertyGroup[] = [
    ['broker', `brokers (${cluster.brokers}, ids 1 to ${cluster.brokers})`, cluster.properties],
    ...Object.entries(cluster.perBroker).map(([id, properties]): PropertyGroup => ['broker', `broker ${id}`, properties]),
    ...topics.map(({ name, partitions, replicationFactor, properties }): PropertyGroup => [
      'topic',
      `topic ${name} (${counted(partitions, 'partition')}, replication factor ${replicationFactor})`,
      properties,
    ]),
    ...workload.producers.map(({ id, properties, count, everyUs, mode }): PropertyGroup => [
      'producer',
      `producer ${id} (up to ${counted(count, 'record')}, one every ${formatDuration(everyUs)}, ${mode})`,
      properties,
    ]),
    ...workload.consumers.map(({ id, properties }): PropertyGroup => ['consumer', `consumer ${id}`, properties]),
  ];
  const rows = groups.map(([kind, title, properties]) => {
    const entries = Object.entries(properties);
    const own = entries.filter(([name]) => given === null || given[kind].has(name));
    const drawn = entries.filter((entry) => !own.includes(entry));
    return html`<tr>
      <th scope="row">${title}</th>
      <td>${own.length === 0 ? html`<span class="faint">Kafka's defaults</span>` : propertyList(own)}</td>
      ${given === null ? null : html`<td class="faint">${propertyList(drawn)}</td>`}
    </tr>`;
  });
  const columns =
    given === null
      ? null
      : html`<thead>
          <tr>
            <th></th>
            <th>on trial</th>
            <th>drawn by this seed</th>
          </tr>
        </thead>`;
  const ignored =
    notModelled.length === 0
      ? null
      : html`<p>
          Set, but without effect on the simulation: ${notModelled.map(({ name, reason }) => html`<code title="${reason}">${name}</code> `)}
        </p>`;
  return html`<section aria-labelledby="configuration">
    <h2 id="configuration">Configuration</h2>
    <p class="lead">
      Kafka ${scenario.release} in ZooKeeper
      mode${
        Object.keys(scenario.features).length === 0
          ? ''
          : `, with ${Object.entries(scenario.features)
              .map(([name, value]) => `${name}=${String(value)}`)
              .join(', ')}`
      }.
      What is not listed has Kafka's default.
      ${
        given === null
          ? ''
          : 'Besides, each seed draws timeouts, intervals and sizes on which no guarantee depends, so that a minute of trouble fits into seconds.'
      }
    </p>
    <table class="configuration">
      ${columns}
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${ignored}
  </section> `;
}

type PropertyGroup = readonly [kind: keyof GivenProperties, title: string, properties: Properties];

function propertyList(entries: readonly (readonly [string, unknown])[]): Markup[] {
  return entries.map(([name, value]) => html`<code>${name}=${String(value)}</code> `);
}

function verdicts({ verdicts: all }: PageInput): Markup {
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

function replay({ replayCommand, yaml, hash }: PageInput): Markup {
  return html`<section aria-labelledby="replay">
    <h2 id="replay">Run it again</h2>
    <p class="lead">The same scenario gives the same run, event by event; the hash over all events will be <code>${hash}</code>.</p>
    <div class="command">
      <pre id="command">${replayCommand}</pre>
      <button type="button" data-copy="command" hidden>Copy</button>
    </div>
    <details open>
      <summary>The scenario</summary>
      <div class="command">
        <pre id="scenario">${yaml}</pre>
        <button type="button" data-copy="scenario" hidden>Copy</button>
      </div>
    </details>
  </section> `;
}

function footer({ version }: PageInput): Markup {
  return html`<footer>
    <p>
      Trialrun ${version}, a deterministic simulation of Apache Kafka. A run that fails shows that a loss is possible; runs that hold do not
      show that none is.
    </p>
  </footer> `;
}
