/** Everything that was set, by whom, what Kafka's default would be, and what of it has no effect. */
import { kafkaDefault, type ConfigKind } from '../../kafka/config/index.js';
import { formatDuration } from '../../scenario/durations.js';
import type { Properties, Scenario } from '../../scenario/Scenario.js';
import { html, type Markup } from '../markup.js';
import { counted } from '../numbers.js';
import type { RunReport } from '../RunReport.js';

interface PropertyGroup {
  readonly kind: ConfigKind;
  readonly title: string;
  readonly properties: Properties;
}

export function configuration(report: RunReport): Markup {
  const { run, given } = report;
  const { scenario } = run;
  const groups = merged(propertyGroups(scenario));
  const drawn =
    given === null ? '' : ' Where a value was drawn by the seed it says so: on such timeouts, intervals and sizes no guarantee depends.';
  return html`<section aria-labelledby="configuration">
    <h2 id="configuration">Configuration</h2>
    <p class="lead">
      Kafka ${scenario.release} in ZooKeeper mode${featuresText(scenario)}. What is not listed has Kafka's default.${drawn}
    </p>
    <div class="wide">
      <table class="configuration">
        <thead>
          <tr>
            <th scope="col">property</th>
            <th scope="col">here</th>
            <th scope="col">Kafka's default</th>
          </tr>
        </thead>
        ${groups.map((group) => propertyRows(group, report))}
      </table>
    </div>
    ${withoutEffect(report)}
  </section> `;
}

function featuresText({ features }: Scenario): string {
  const changed = Object.entries(features).map(([name, value]) => `${name}=${String(value)}`);
  return changed.length === 0 ? '' : `, with ${changed.join(', ')}`;
}

function propertyGroups({ cluster, topics, workload }: Scenario): PropertyGroup[] {
  return [
    { kind: 'broker', title: `brokers (${cluster.brokers}, ids 1 to ${cluster.brokers})`, properties: cluster.properties },
    ...Object.entries(cluster.perBroker).map(([id, properties]): PropertyGroup => ({ kind: 'broker', title: `broker ${id}`, properties })),
    ...topics.map(({ name, partitions, replicationFactor, properties }): PropertyGroup => ({
      kind: 'topic',
      title: `topic ${name} (${counted(partitions, 'partition')}, replication factor ${replicationFactor})`,
      properties,
    })),
    ...workload.producers.map(({ id, properties, count, everyUs, mode }): PropertyGroup => ({
      kind: 'producer',
      title: `producer ${id} (up to ${counted(count, 'record')}, one every ${formatDuration(everyUs)}, ${mode})`,
      properties,
    })),
    ...workload.consumers.flatMap(({ id, properties, application }): PropertyGroup[] => [
      { kind: 'consumer', title: `consumer ${id}`, properties },
      ...(application === null || Object.keys(application.outputProperties).length === 0
        ? []
        : [{ kind: 'producer' as const, title: `producer of consumer ${id}`, properties: application.outputProperties }]),
    ]),
  ];
}

/** A thousand topics with the same properties are one row. */
function merged(groups: readonly PropertyGroup[]): PropertyGroup[] {
  const byContent = new Map<string, PropertyGroup[]>();
  for (const group of groups) {
    const key = `${group.kind} ${JSON.stringify(Object.entries(group.properties).filter(([name]) => !IDENTITY.has(name)))}`;
    byContent.set(key, [...(byContent.get(key) ?? []), group]);
  }
  return [...byContent.values()].map((same) => {
    const [first] = same as [PropertyGroup, ...PropertyGroup[]];
    const titles = same.slice(0, MOST_TITLES).map(({ title }) => title);
    const more = same.length - titles.length;
    return { ...first, title: `${titles.join('; ')}${more > 0 ? `; and ${more} more` : ''}` };
  });
}

const MOST_TITLES = 4;
/** Properties that tell one client from another and nothing else. */
const IDENTITY: ReadonlySet<string> = new Set(['client.id', 'group.instance.id', 'transactional.id']);

function propertyRows({ kind, title, properties }: PropertyGroup, { given, run }: RunReport): Markup {
  const { release } = run.scenario;
  const entries = Object.entries(properties);
  const head = html`<tr class="of">
    <th colspan="3" scope="colgroup">${title}${entries.length === 0 ? html` <span class="faint">Kafka's defaults</span>` : null}</th>
  </tr>`;
  const rows = entries.map(([name, value]) => {
    const usual = kafkaDefault(kind, name, release);
    const drawn = given !== null && !given[kind].has(name);
    const same = usual !== undefined && usual !== null && String(usual) === String(value);
    return html`<tr>
      <td><code>${name}</code></td>
      <td>
        <code class="${same ? 'faint' : 'differs'}">${String(value)}</code
        >${drawn ? html` <small class="faint">drawn by the seed</small>` : null}
      </td>
      <td class="faint">
        ${same ? 'the same' : usual === undefined || usual === null || usual === '' ? 'none' : html`<code>${String(usual)}</code>`}
      </td>
    </tr>`;
  });
  return html`<tbody>
    ${head}${rows}
  </tbody>`;
}

function withoutEffect({ notModelled }: RunReport): Markup | null {
  if (notModelled.length === 0) return null;
  return html`<p>Set, but without effect on the simulation:</p>
    <ul>
      ${notModelled.map(({ name, reason }) => html`<li><code>${name}</code> <span class="faint">${reason}</span></li>`)}
    </ul>`;
}
