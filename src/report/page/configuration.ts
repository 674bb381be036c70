/** Everything that was set, by whom, and what of it has no effect. */
import { formatDuration } from '../../scenario/durations.js';
import type { Properties } from '../../scenario/Scenario.js';
import { html, type Markup } from '../markup.js';
import { counted } from '../numbers.js';
import type { GivenProperties, PageInput } from './PageInput.js';

export function configuration({ run, notModelled, given }: PageInput): Markup {
  const { scenario } = run;
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
