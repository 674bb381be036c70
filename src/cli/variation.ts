/** The same scenario under another release, other features or other properties: what `--kafka`, `--set` and a lesson's expectations ask for. */
import { scopeOf } from '../scenario/crossChecks.js';
import type { Expectation, Properties, Scenario } from '../scenario/Scenario.js';

export type Change = Pick<Expectation, 'release' | 'features' | 'properties'>;

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
      consumers: workload.consumers.map((client) => ({ ...client, properties: { ...client.properties, ...properties.consumer } })),
    },
  };
}

/** `Kafka 0.10.2`, `acks=1`, `as written`. */
export function changeText({ release, features, properties }: Change): string {
  const parts = [
    ...(release === undefined ? [] : [`Kafka ${release}`]),
    ...Object.entries(features ?? {}).map(([name, value]) => `${name}=${String(value)}`),
    ...Object.entries(properties ?? {}).map(([name, value]) => `${name}=${String(value)}`),
  ];
  return parts.length === 0 ? 'as written' : parts.join(', ');
}
