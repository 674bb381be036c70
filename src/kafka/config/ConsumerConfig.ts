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
  readonly isolationLevel: IsolationLevel;
  /** null: no group; partitions are assigned by hand. */
  readonly groupId: string | null;
  /** KIP-345; null: a dynamic member. */
  readonly groupInstanceId: string | null;
  /** KIP-848 is `consumer`. */
  readonly groupProtocol: 'classic' | 'consumer';
  /** KIP-848: assignor on the broker; null: the broker's default. */
  readonly groupRemoteAssignor: string | null;
  /** By name, most wanted first: `range`, `roundrobin`, `sticky`, `cooperative-sticky`. */
  readonly partitionAssignmentStrategy: readonly AssignorName[];
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalUs: number;
  /** 45 s; 10 s before 3.0 (KIP-735). */
  readonly sessionTimeoutUs: number;
  readonly heartbeatIntervalUs: number;
  /** KIP-62; before 0.10.1 the session timeout bounded the time between polls. */
  readonly maxPollIntervalUs: number;
  readonly defaultApiTimeoutUs: number;
  /** KIP-392; empty: none. */
  readonly clientRack: string;
}

/** Kafka's assignors by their protocol names. */
export const assignorNames = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const;
export type AssignorName = (typeof assignorNames)[number];

const assignorClasses: ReadonlyMap<string, AssignorName> = new Map([
  ['RangeAssignor', 'range'],
  ['RoundRobinAssignor', 'roundrobin'],
  ['StickyAssignor', 'sticky'],
  ['CooperativeStickyAssignor', 'cooperative-sticky'],
]);

/** The assignor of a class name as `partition.assignment.strategy` lists it; undefined for one that is not Kafka's own. */
export function assignorOfClass(className: string): AssignorName | undefined {
  const name = className.trim();
  return assignorClasses.get(name.slice(name.lastIndexOf('.') + 1)) ?? assignorNames.find((known) => known === name);
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
    ...resolveMembership(settings),
  };
}

type MembershipPart =
  | 'groupId'
  | 'groupInstanceId'
  | 'groupProtocol'
  | 'groupRemoteAssignor'
  | 'partitionAssignmentStrategy'
  | 'enableAutoCommit'
  | 'autoCommitIntervalUs'
  | 'sessionTimeoutUs'
  | 'heartbeatIntervalUs'
  | 'maxPollIntervalUs'
  | 'defaultApiTimeoutUs'
  | 'clientRack';

function resolveMembership(settings: Settings): Pick<ConsumerConfig, MembershipPart> {
  const set = (name: string): string | null => (settings.isSet(name) ? settings.text(name) : null);
  const us = (name: string, otherwiseUs: number): number => (settings.has(name) ? settings.microseconds(name) : otherwiseUs);
  const sessionTimeoutUs = us('session.timeout.ms', 30_000_000);
  const groupId = set('group.id');
  const strategies = settings.has('partition.assignment.strategy') ? settings.text('partition.assignment.strategy') : '';
  const assignors = strategies.split(',').flatMap((name) => assignorOfClass(name) ?? []);
  return {
    groupId: groupId === '' ? null : groupId,
    groupInstanceId: set('group.instance.id'),
    groupProtocol: set('group.protocol') === 'consumer' ? 'consumer' : 'classic',
    groupRemoteAssignor: set('group.remote.assignor'),
    partitionAssignmentStrategy: assignors.length === 0 ? ['range'] : assignors,
    enableAutoCommit: settings.boolean('enable.auto.commit'),
    autoCommitIntervalUs: settings.microseconds('auto.commit.interval.ms'),
    sessionTimeoutUs,
    heartbeatIntervalUs: us('heartbeat.interval.ms', 3_000_000),
    maxPollIntervalUs: us('max.poll.interval.ms', sessionTimeoutUs),
    defaultApiTimeoutUs: us('default.api.timeout.ms', 60_000_000),
    clientRack: set('client.rack') ?? '',
  };
}
