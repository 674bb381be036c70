/** The recommended configuration under a plain load: what `check` puts on trial when nobody says otherwise. */
import { normalize } from './normalize.js';
import type { Scenario } from './Scenario.js';
import { blankClients, scenarioSchema } from './schema.js';

/**
 * Three brokers, topic `orders` with 6 partitions, replication factor 3 and min.insync.replicas 2, four producers with acks=all sending 250
 * records each, two consumers, 30 seconds, no faults. A new object each time.
 */
export function recommendedScenario(): Scenario {
  const file = {
    name: 'recommended',
    title: 'The recommended configuration',
    teaches: 'Replication factor 3, min.insync.replicas 2 and acks=all keep every acknowledged record.',
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, properties: { 'min.insync.replicas': 2 } }],
  };
  const scenario = normalize(scenarioSchema.parse(file), blankClients());
  for (const producer of scenario.workload.producers) {
    producer.keys = 20;
    producer.properties = { acks: 'all' };
  }
  return scenario;
}
