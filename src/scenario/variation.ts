/** The same scenario under another release, other features, properties or applications: what `--kafka`, `--set` and a lesson's expectations ask for. */
import { scopeOf } from './crossChecks.js';
import type { ConsumerSection, Expectation, Properties, Scenario } from './Scenario.js';

export type Change = Pick<Expectation, 'release' | 'features' | 'properties' | 'application'>;

/** A change of release brings that release's behaviour: the scenario's own differences from its preset are dropped. */
export function varied(scenario: Scenario, change: Change): Scenario {
  const properties = { broker: {}, topic: {}, producer: {}, consumer: {} } as Record<
    'broker' | 'topic' | 'producer' | 'consumer',
    Properties
  >;
  for (const [key, value] of Object.entries(change.properties ?? {})) {
    const { kind, name } = scopeOf(key);
    properties[kind][name] = value;
  }
  const { workload } = scenario;
  return {
    ...scenario,
    release: change.release ?? scenario.release,
    features: { ...(change.release === undefined ? scenario.features : {}), ...change.features },
    cluster: { ...scenario.cluster, properties: { ...scenario.cluster.properties, ...properties.broker } },
    topics: scenario.topics.map((topic) => ({ ...topic, properties: { ...topic.properties, ...properties.topic } })),
    workload: {
      producers: workload.producers.map((client) => ({ ...client, properties: { ...client.properties, ...properties.producer } })),
      consumers: workload.consumers.map((client) => withApplication(client, change.application ?? {}, properties.consumer)),
    },
  };
}

/** How a member commits decides about enable.auto.commit and the transactional.id of its output, unless somebody says otherwise. */
function withApplication(client: ConsumerSection, changes: NonNullable<Change['application']>, properties: Properties): ConsumerSection {
  const changed = { ...client, properties: { ...client.properties, ...properties } };
  const { commit } = changes;
  if (client.application === null) return changed;
  changed.application = { ...client.application, ...changes };
  if (commit === undefined) return changed;
  changed.properties = { ...client.properties, 'enable.auto.commit': commit === 'auto', ...properties };
  const { 'transactional.id': transactionalId = client.id, ...outputProperties } = client.application.outputProperties;
  changed.application.outputProperties =
    commit === 'transaction' ? { ...outputProperties, 'transactional.id': transactionalId } : outputProperties;
  return changed;
}

/** `Kafka 0.10.2`, `acks=1`, `as written`. */
export function changeText({ release, features, properties, application }: Change): string {
  const parts = [
    ...(release === undefined ? [] : [`Kafka ${release}`]),
    ...Object.entries(features ?? {}).map(([name, value]) => `${name}=${String(value)}`),
    ...Object.entries(properties ?? {}).map(([name, value]) => `${name}=${String(value)}`),
    ...Object.entries(application ?? {}).map(([name, value]) => `application.${name}=${String(value)}`),
  ];
  return parts.length === 0 ? 'as written' : parts.join(', ');
}
