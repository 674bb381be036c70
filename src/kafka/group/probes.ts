/** Rare paths of coordinators in general, and of the group coordinator under both protocols. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';
import { VALID_PREVIOUS_STATES } from './GroupMetadata.js';

export const groupProbes = kafkaProbes('groups', {
  'coordinator-loaded': { meaning: 'A broker became coordinator and read its partition.', needs: ['groups'] },
  'coordinator-unloaded': { meaning: 'A broker ceased to be coordinator.', needs: ['groups'] },
  'coordinator-load-abandoned': {
    meaning: 'A broker ceased to be coordinator before it had read its partition.',
    needs: ['groups', 'a scenario of its own'],
  },
  'coordinator-led-on': { meaning: 'A coordinator read its partition anew because its leader epoch was raised.', needs: ['groups'] },
  'group-loaded-with-members': { meaning: 'A new coordinator found a group with members in the log.', needs: ['classic groups'] },

  // ------------------------------------------------------------ classic protocol
  'group-session-expired': { meaning: 'A member was not heard of for its session timeout.', needs: ['classic groups'] },
  'group-member-missed-rebalance': {
    meaning: 'A member did not join again within the rebalance timeout.',
    needs: ['classic groups', 'a scenario of its own'],
  },
  'group-nobody-rejoined': {
    meaning: 'Nobody joined again within the rebalance timeout; static members were waited for.',
    needs: ['static members', 'a scenario of its own'],
  },
  'group-first-rebalance-delayed-again': { meaning: 'Members kept coming to a new group (KIP-134).', needs: ['classic groups'] },
  'group-pending-member-expired': {
    meaning: 'A new member was told its id and never came back with it (KIP-394).',
    needs: ['classic groups', 'feature memberIdRequired', 'a scenario of its own'],
  },
  'group-pending-sync-expired': {
    meaning: 'A member joined and never synced (KAFKA-12890).',
    needs: ['classic groups', 'feature pendingSyncExpiry', 'a scenario of its own'],
  },
  'group-join-answered-again': {
    meaning: 'A member joined again and was told the generation that it knows.',
    needs: ['classic groups', 'a scenario of its own'],
  },
  'group-emptied': { meaning: 'The last member of a group went.', needs: ['classic groups'] },
  'assignment-not-stored': {
    meaning: "The log did not take the leader's assignment: the group rebalances again.",
    needs: ['classic groups'],
  },
  'assignment-came-late': { meaning: "The leader's assignment was stored when the group had moved on.", needs: ['classic groups'] },
  'static-member-replaced': {
    meaning: 'An instance came back and took the place of its former self (KIP-345).',
    needs: ['static members'],
  },
  'static-replacement-not-stored': {
    meaning: 'The log did not take the replacement of a static member, which was undone (KAFKA-10284).',
    needs: ['static members', 'feature staticMemberPersisted', 'a scenario of its own'],
  },
  'static-leader-skips-assignment': {
    meaning: 'A static leader came back to a stable group and was told not to assign (KIP-814).',
    needs: ['static members'],
  },

  // ------------------------------------------------------------ consumer protocol
  'consumer-group-session-expired': {
    meaning: 'A member of the consumer protocol was not heard of for the session timeout.',
    needs: ['consumer protocol'],
  },
  'consumer-group-member-did-not-revoke': {
    meaning: 'A member kept partitions beyond its rebalance timeout.',
    needs: ['consumer protocol', 'a scenario of its own'],
  },
  'consumer-group-answer-was-lost': {
    meaning: 'A member came with its former epoch: the answer that told the new one was lost.',
    needs: ['consumer protocol'],
  },
  'consumer-group-partition-awaited': {
    meaning: 'A member has to wait for a partition that another has yet to give up.',
    needs: ['consumer protocol'],
  },
  'consumer-group-static-member-away': {
    meaning: 'A static member left for a while, and keeps its part.',
    needs: ['consumer protocol', 'static members', 'a scenario of its own'],
  },
  'consumer-group-static-member-back': {
    meaning: 'A static member came back and took its part again.',
    needs: ['consumer protocol', 'static members', 'a scenario of its own'],
  },
  'consumer-group-write-repeated': {
    meaning: 'An answer waited for a record that was written again, to learn how far replication is.',
    needs: ['consumer protocol'],
  },

  // ------------------------------------------------------------ offsets
  'offsets-expired': { meaning: 'Committed offsets expired.', needs: ['groups', 'a scenario of its own'] },
  'txn-offsets-committed': { meaning: 'The offsets of a committed transaction took effect.', needs: ['groups', 'transactions'] },
  'txn-offsets-aborted': { meaning: 'The offsets of an aborted transaction were dropped.', needs: ['groups', 'transactions'] },
  'unstable-offset-commit': {
    meaning: 'A member had to wait for the offsets of an open transaction (KIP-447).',
    needs: ['groups', 'transactions', 'feature requireStableOffsets'],
  },
});

export const groupStates = stateMachine('classic group', VALID_PREVIOUS_STATES);

/** As the coordinator sees it; Away is a static member that left for a while. */
export const consumerMemberStates = stateMachine('member of a consumer group', {
  Absent: ['STABLE', 'UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS', 'Away'],
  STABLE: ['Absent', 'STABLE', 'UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS', 'Away'],
  UNREVOKED_PARTITIONS: ['STABLE', 'UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS'],
  UNRELEASED_PARTITIONS: ['Absent', 'STABLE', 'UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS', 'Away'],
  Away: ['STABLE', 'UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS'],
});
