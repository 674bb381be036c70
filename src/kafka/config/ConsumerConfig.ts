/**
 * A consumer's properties as the simulator takes them: microseconds, bytes, records. `NEVER` is "no limit".
 */
import type { KafkaRelease } from '../protocol/release.js';
import type { ConfigValue } from './definition.js';
import { resolveConnection } from './ConnectionConfig.js';
import type { ConnectionConfig } from './ConnectionConfig.js';
import { NEVER, Settings } from './Settings.js';

export type AutoOffsetReset = 'latest' | 'earliest' | 'none';

export type IsolationLevel = 'read_uncommitted' | 'read_committed';

export interface ConsumerConfig extends ConnectionConfig {
  readonly autoOffsetReset: AutoOffsetReset;
  readonly fetchMinBytes: number;
  readonly fetchMaxWaitUs: number;
  /** `NEVER` before 0.10.1 (KIP-74). */
  readonly fetchMaxBytes: number;
  readonly maxPartitionFetchBytes: number;
  /** 500; no limit (2147483647) before 0.10.1 (KIP-41). */
  readonly maxPollRecords: number;
  /** Carried in fetches; without effect as long as there are no transactions. */
  readonly isolationLevel: IsolationLevel;
}

/** @param values as `parseProperties('consumer', …)` gives them. */
export function resolveConsumerConfig(release: KafkaRelease, values: ReadonlyMap<string, ConfigValue>): ConsumerConfig {
  const settings = new Settings('consumer', release, values);
  return {
    ...resolveConnection(settings),
    autoOffsetReset: settings.text('auto.offset.reset') as AutoOffsetReset,
    fetchMinBytes: settings.number('fetch.min.bytes'),
    fetchMaxWaitUs: settings.microseconds('fetch.max.wait.ms'),
    fetchMaxBytes: settings.has('fetch.max.bytes') ? settings.number('fetch.max.bytes') : NEVER,
    maxPartitionFetchBytes: settings.number('max.partition.fetch.bytes'),
    maxPollRecords: settings.number('max.poll.records'),
    isolationLevel: settings.text('isolation.level') as IsolationLevel,
  };
}
