/** Kafka's own properties: what is known of them, reading what a user wrote, and the typed configurations that the simulator takes. */
export { resolveBrokerConfig } from './BrokerConfig.js';
export type { BrokerConfig } from './BrokerConfig.js';
export type { ConnectionConfig } from './ConnectionConfig.js';
export { resolveConsumerConfig } from './ConsumerConfig.js';
export type { AutoOffsetReset, ConsumerConfig, IsolationLevel } from './ConsumerConfig.js';
export type { ConfigDefinition, ConfigKind, ConfigType, ConfigValue } from './definition.js';
export { configKinds, kafkaDefault, lookup, nearestName } from './lookup.js';
export { parseProperties } from './parseProperties.js';
export type { ConfigProblem, NotModelledProperty, ParsedProperties, PropertyEntry } from './parseProperties.js';
export { resolveProducerConfig } from './ProducerConfig.js';
export type { PartitionerName, ProducerConfig } from './ProducerConfig.js';
export { NEVER } from './Settings.js';
export { resolveTopicConfig } from './TopicConfig.js';
export type { TopicConfig } from './TopicConfig.js';
