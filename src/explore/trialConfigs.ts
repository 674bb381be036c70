/** A scenario's properties as the simulation takes them: resolved once for each client, by its id. */
import {
  parseProperties,
  resolveConsumerConfig,
  resolveProducerConfig,
  type ConfigKind,
  type ConfigValue,
  type ConsumerConfig,
  type ProducerConfig,
} from '../kafka/config/index.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import type { ConsumerSection, Properties, Scenario } from '../scenario/Scenario.js';
import type { ConsumerSpec } from '../workload/Workload.js';

/** @throws Error when the scenario names properties that `parseScenario` would have refused. */
export function valuesOf(kind: ConfigKind, properties: Properties, release: KafkaRelease): ReadonlyMap<string, ConfigValue> {
  const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: 'scenario' }));
  const { values, problems } = parseProperties(kind, entries, release);
  const problem = problems[0];
  if (problem !== undefined) throw new Error(`${kind} property ${problem.name}: ${problem.message} ${problem.remedy}`);
  return values;
}

export class ClientConfigs {
  /** Of everybody who produces: producers, and members of groups with an output. */
  readonly producers = new Map<string, ProducerConfig>();
  readonly consumers = new Map<string, ConsumerSpec>();

  constructor(
    private readonly release: KafkaRelease,
    { producers, consumers }: Scenario['workload'],
  ) {
    for (const { id, properties } of producers)
      this.producers.set(id, resolveProducerConfig(release, valuesOf('producer', properties, release)));
    for (const section of consumers) this.addConsumer(section);
  }

  /** @throws when nobody of this id produces. */
  producer(client: string): ProducerConfig {
    const config = this.producers.get(client);
    if (config === undefined) throw new Error(`no producer is called ${client}`);
    return config;
  }

  /** A member that joins a group later, like this one but for what must be its own. */
  readonly memberLike = (section: ConsumerSection, id: string): ConsumerSpec => {
    const { application } = section;
    const properties = { ...section.properties };
    if ('group.instance.id' in properties) properties['group.instance.id'] = id;
    const outputProperties: Properties = { ...application?.outputProperties };
    if ('transactional.id' in outputProperties) outputProperties['transactional.id'] = id;
    return this.addConsumer({
      ...section,
      id,
      properties,
      application: application === null ? null : { ...application, outputProperties },
    });
  };

  private addConsumer(section: ConsumerSection): ConsumerSpec {
    const { release } = this;
    const { id, application, properties } = section;
    const config: ConsumerConfig = resolveConsumerConfig(release, valuesOf('consumer', properties, release));
    const produces = application !== null && application.output !== null;
    const outputConfig = produces ? resolveProducerConfig(release, valuesOf('producer', application.outputProperties, release)) : null;
    if (outputConfig !== null) this.producers.set(id, outputConfig);
    const spec = { section, config, outputConfig };
    this.consumers.set(id, spec);
    return spec;
  }
}
