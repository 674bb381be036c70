/** What happens in group coordinators, as events (ids 300-339). Groups, members and instances are interned names. */
import { defineEvent } from '../../engine/events.js';

/** A broker became coordinator for the groups (or transactional ids) of one partition of an internal topic, and has read it. */
export const coordinatorLoaded = defineEvent(300, 'coordinator-loaded', ['broker', '#partition', 'coordinatorEpoch', 'records']);
export const coordinatorUnloaded = defineEvent(301, 'coordinator-unloaded', ['broker', '#partition', 'coordinatorEpoch']);

// classic protocol
/** States: `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Stable`, `Dead`. Of a KIP-848 group only its removal (`Dead`) is told so. */
export const groupStateChanged = defineEvent(302, 'group-state-changed', ['broker', '#group', 'generation', '#from', '#to', '#reason']);
/** Everybody (left) has joined: a generation begins. */
export const generationStarted = defineEvent(303, 'generation-started', [
  'broker',
  '#group',
  'generation',
  '#assignor',
  'members',
  '#leader',
]);
export const memberJoined = defineEvent(304, 'member-joined', ['broker', '#group', 'generation', '#member', '#instance', '#client']);
/** Reasons: `left`, `session expired`, `did not rejoin`, `did not sync`, `replaced`; KIP-848 also `did not revoke` and, as a new coordinator finds it, `gone at load`. */
export const memberRemoved = defineEvent(305, 'member-removed', ['broker', '#group', 'generation', '#member', '#reason']);
/** The coordinator holds the member for the partition's owner, in this generation (classic) or member epoch (KIP-848). */
export const partitionAssigned = defineEvent(306, 'partition-assigned', [
  'broker',
  '#group',
  'generation',
  '#member',
  '#partition',
  '#client',
]);
/** KIP-848: the member has given the partition up, or is gone. In the classic protocol every generation begins with nobody owning anything. */
export const partitionReleased = defineEvent(307, 'partition-released', [
  'broker',
  '#group',
  'generation',
  '#member',
  '#partition',
  '#reason',
]);

// offsets
/** A commit took effect. `generation` -1: by a consumer outside the group protocol. `logOffset`: where in `__consumer_offsets`. */
export const offsetCommitted = defineEvent(308, 'offset-committed', [
  'broker',
  '#group',
  '#partition',
  'offset',
  'generation',
  '#member',
  'logOffset',
]);
/** An offset that waits for the marker of its transaction. */
export const txnOffsetPending = defineEvent(309, 'txn-offset-pending', [
  'broker',
  '#group',
  '#partition',
  'offset',
  'producerId',
  'producerEpoch',
]);
export const offsetExpired = defineEvent(310, 'offset-expired', ['broker', '#group', '#partition', 'offset']);
/** Any refusal to a member: commits, heartbeats, joins, syncs. */
export const groupRequestRefused = defineEvent(311, 'group-request-refused', [
  'broker',
  '#group',
  'generation',
  '#member',
  '#api',
  '#error',
]);

// consumer protocol (KIP-848)
export const groupEpochBumped = defineEvent(312, 'group-epoch-bumped', ['broker', '#group', 'groupEpoch', '#reason']);
/** States: `STABLE`, `UNREVOKED_PARTITIONS`, `UNRELEASED_PARTITIONS`. */
export const memberEpochChanged = defineEvent(313, 'member-epoch-changed', [
  'broker',
  '#group',
  '#member',
  'memberEpoch',
  'groupEpoch',
  '#state',
]);
