/**
 * Offset retention: committed offsets that nobody needs any more are forgotten and get tombstones, and so are groups that have nothing left. Since KIP-211 (2.1) the
 * group decides: offsets go `offsets.retention.minutes` after it became empty; before, every commit had a time of its own to expire, members or not.
 */
import { groupKey, offsetKey } from '../protocol/coordinatorRecords.js';
import { topicOf } from '../protocol/topicPartition.js';
import { offsetExpired } from './events.js';
import type { GroupContext } from './GroupContext.js';
import type { GroupMetadata } from './GroupMetadata.js';
import type { OffsetStore, StoredOffset } from './OffsetStore.js';
import { groupProbes } from './probes.js';

/** What the coordinator does every offsets.retention.check.interval.ms. */
export function expireOffsets(context: GroupContext): void {
  for (const store of [...context.offsets.values()]) expireStore(context, store);
  for (const group of [...context.groups.values()])
    if (group.state === 'Empty' && !context.offsets.has(group.groupId)) forgetGroup(context, group);
}

function expireStore(context: GroupContext, store: OffsetStore): void {
  const { simulation, brokerId } = context.deps;
  const expired = store.expire(expiryRule(context, store.group));
  if (expired.length > 0) {
    simulation.probes.hit(groupProbes['offsets-expired'], expired.length);
    const group = context.nameId(store.group);
    for (const { value } of expired) simulation.bus.emit(offsetExpired, brokerId, group, value.partition, value.offset);
    const tombstones = expired.map(({ value }) => ({ key: offsetKey(store.group, value.partition), payload: null }));
    context.append(store.partition, tombstones, () => {}, { acks: 0 });
  }
  if (!store.isEmpty) return;
  context.offsets.delete(store.group);
  const { consumerGroups } = context;
  if (consumerGroups?.owns(store.group) === true && !consumerGroups.hasMembers(store.group)) consumerGroups.remove(store.group);
}

/** Which offsets of a group have expired by now. */
function expiryRule(context: GroupContext, groupId: string): (stored: StoredOffset) => boolean {
  const { features, config, simulation } = context.deps;
  const { nowMs } = context;
  const retentionMs = Math.floor(config.groups.offsetsRetentionUs / 1000);
  if (!features.offsetsExpireWithGroup) return ({ value }) => value.expireTimestampMs >= 0 && nowMs >= value.expireTimestampMs;
  const sinceCommit = ({ value }: StoredOffset): boolean => nowMs - value.commitTimestampMs >= retentionMs;
  const topicName = ({ value }: StoredOffset): string => topicOf(simulation.bus.names, value.partition);
  const { consumerGroups } = context;
  if (consumerGroups?.owns(groupId) === true) {
    return (stored) => sinceCommit(stored) && !consumerGroups.isSubscribed(groupId, topicName(stored));
  }
  const group = context.groups.get(groupId);
  // Consumers without a group's protection: each offset from its commit on.
  if (group === undefined || group.protocolType === null) return sinceCommit;
  if (group.state === 'Empty') return () => nowMs - group.stateTimestampMs >= retentionMs;
  const topics = group.state === 'Stable' ? group.subscribedTopics : null;
  // While a rebalance goes on nobody knows what is subscribed to (KAFKA-13636).
  if (topics === null) return () => false;
  return (stored) => sinceCommit(stored) && !topics.has(topicName(stored));
}

/** An empty group without offsets is over. */
function forgetGroup(context: GroupContext, group: GroupMetadata): void {
  if (group.pendingMembers.size > 0) return;
  context.transition(group, 'Dead', 'expired');
  context.groups.delete(group.groupId);
  if (group.generation > 0) context.append(group.partition, [{ key: groupKey(group.groupId), payload: null }], () => {}, { acks: 0 });
}
