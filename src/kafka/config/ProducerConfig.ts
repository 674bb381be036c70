/**
 * A producer's properties as the simulator takes them: microseconds, bytes. `NEVER` is "no limit" and "never".
 */
import { compareReleases } from '../protocol/release.js';
import type { KafkaRelease } from '../protocol/release.js';
import { INT_MAX } from './definition.js';
import type { ConfigValue } from './definition.js';
import { resolveConnection } from './ConnectionConfig.js';
import type { ConnectionConfig } from './ConnectionConfig.js';
import { microsecondsOf, NEVER, Settings } from './Settings.js';

/**
 * How a record finds its partition. `classic`: by key, without one in turn (the default before 2.4). `sticky`: by key, without one to
 * a partition kept for a batch (KIP-480, the default of 2.4 to 3.2). `builtIn`: by key, without one to a partition kept for
 * `batch.size` bytes (KIP-794, the default since 3.3). `roundRobin` and `uniformSticky` do not look at keys.
 */
export type PartitionerName = 'classic' | 'sticky' | 'uniformSticky' | 'roundRobin' | 'builtIn';

export interface ProducerConfig extends ConnectionConfig {
  /** -1 is all; above 1 only before 0.9. `all` by default, 1 before 3.0 (KIP-679). */
  readonly acks: number;
  readonly batchSizeBytes: number;
  readonly lingerUs: number;
  readonly bufferMemoryBytes: number;
  readonly maxRequestSizeBytes: number;
  /** 2147483647; 0 before 2.1 (KIP-91). */
  readonly retries: number;
  /**
   * Counted from the creation of the batch; at least linger + request timeout. `NEVER` before 2.1 (KIP-91), where only retries and the
   * request timeout end the waiting.
   */
  readonly deliveryTimeoutUs: number;
  readonly maxInFlightRequestsPerConnection: number;
  readonly maxBlockUs: number;
  readonly partitioner: PartitionerName;
  /** Since 3.3, and for the built-in partitioner only (KIP-794). */
  readonly partitionerIgnoreKeys: boolean;
  /**
   * As it counts: on by default since 3.0 (KIP-679), but switched off in silence when acks, retries or max.in.flight.requests.per.connection were set
   * to what it does not allow; in every release on with a transactional.id. On, it raises acks and retries that nobody set.
   */
  readonly enableIdempotence: boolean;
  readonly transactionalId: string | null;
  readonly transactionTimeoutUs: number;
}

/** @param values as `parseProperties('producer', …)` gives them. */
export function resolveProducerConfig(release: KafkaRelease, values: ReadonlyMap<string, ConfigValue>): ProducerConfig {
  const settings = new Settings('producer', release, values);
  const connection = resolveConnection(settings);
  const lingerUs = settings.microseconds('linger.ms');
  const enableIdempotence = idempotenceOf(settings);
  return {
    ...connection,
    // What nobody set becomes what idempotence needs (KIP-98, KIP-185).
    acks: enableIdempotence ? -1 : acksOf(settings.text('acks')),
    batchSizeBytes: settings.number('batch.size'),
    lingerUs,
    bufferMemoryBytes: settings.number('buffer.memory'),
    maxRequestSizeBytes: settings.number('max.request.size'),
    retries: enableIdempotence && !settings.isSet('retries') ? INT_MAX : settings.number('retries'),
    deliveryTimeoutUs: deliveryTimeoutUs(settings, lingerUs + connection.requestTimeoutUs),
    maxInFlightRequestsPerConnection: maxInFlightOf(settings, enableIdempotence),
    maxBlockUs: settings.microseconds('max.block.ms'),
    partitioner: partitionerOf(settings),
    partitionerIgnoreKeys: settings.isSet('partitioner.ignore.keys') && settings.boolean('partitioner.ignore.keys'),
    enableIdempotence,
    transactionalId: settings.isSet('transactional.id') ? settings.text('transactional.id') : null,
    transactionTimeoutUs: settings.has('transaction.timeout.ms') ? settings.microseconds('transaction.timeout.ms') : 60_000_000,
  };
}

/** KIP-679; a setting that idempotence does not allow beside an explicit `enable.idempotence=true` was refused before this. */
function idempotenceOf(settings: Settings): boolean {
  if (!settings.has('enable.idempotence')) return false;
  if (settings.isSet('transactional.id')) return true;
  if (settings.isSet('enable.idempotence') || !settings.boolean('enable.idempotence')) return settings.boolean('enable.idempotence');
  if (settings.isSet('acks') && acksOf(settings.text('acks')) !== -1) return false;
  if (settings.isSet('retries') && settings.number('retries') === 0) return false;
  return settings.number('max.in.flight.requests.per.connection') <= 5;
}

/** The idempotent producer of 0.11 had one request in flight, unless told otherwise, which was refused (KAFKA-5494 made it five). */
function maxInFlightOf(settings: Settings, enableIdempotence: boolean): number {
  const name = 'max.in.flight.requests.per.connection';
  const one = enableIdempotence && !settings.isSet(name) && compareReleases(settings.release, '1.0') < 0;
  return one ? 1 : settings.number(name);
}

function acksOf(text: string): number {
  return text === 'all' ? -1 : Number(text);
}

/** A default that is too short is raised; one that was set is kept, having passed the rule (KIP-91). */
function deliveryTimeoutUs(settings: Settings, leastUs: number): number {
  if (!settings.has('delivery.timeout.ms')) return NEVER;
  const timeoutUs = settings.microseconds('delivery.timeout.ms');
  return settings.isSet('delivery.timeout.ms') ? timeoutUs : Math.max(timeoutUs, Math.min(leastUs, microsecondsOf(2_147_483_647, 1000)));
}

function partitionerOf(settings: Settings): PartitionerName {
  const sticky = compareReleases(settings.release, '2.4') >= 0;
  const name = settings.isSet('partitioner.class') ? settings.text('partitioner.class') : '';
  // The round robin and uniform sticky classes came with 2.4 (KIP-369, KIP-480).
  if (sticky && name.endsWith('.RoundRobinPartitioner')) return 'roundRobin';
  if (sticky && name.endsWith('.UniformStickyPartitioner')) return 'uniformSticky';
  if (sticky && name.endsWith('.DefaultPartitioner')) return 'sticky';
  if (compareReleases(settings.release, '3.3') >= 0) return 'builtIn';
  return sticky ? 'sticky' : 'classic';
}
