/** The JoinGroup request of a consumer (ConsumerCoordinator.metadata): one subscription for each assignor that it offers. */
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { JoinGroupProtocol, JoinGroupRequest } from '../protocol/messages.js';
import type { Assignor } from './assignors/Assignor.js';

/** What the member has, or had, and wants. */
export interface JoiningMember {
  readonly groupId: string;
  readonly clientId: string;
  readonly memberId: string;
  readonly topics: readonly string[];
  /** Owned now; interned. */
  readonly owned: readonly number[];
  /** Of the last completed rebalance, whether owned still or given up; interned. */
  readonly lastAssignment: readonly number[];
  /** Generation of that rebalance; -1 none. */
  readonly assignedGeneration: number;
}

export function joinRequest(member: JoiningMember, config: ConsumerConfig, assignors: readonly Assignor[]): JoinGroupRequest {
  return {
    groupId: member.groupId,
    sessionTimeoutUs: config.sessionTimeoutUs,
    rebalanceTimeoutUs: config.maxPollIntervalUs,
    memberId: member.memberId,
    groupInstanceId: config.groupInstanceId,
    clientId: member.clientId,
    protocolType: 'consumer',
    protocols: assignors.map((assignor) => offer(assignor, member, config)),
  };
}

/**
 * Cooperative members name what they own. An eager sticky one names what it had, and others nothing. The generation goes along with every release: before KIP-792
 * put it into the subscription, the sticky assignors carried it as user data (the cooperative one from 3.2 on).
 */
function offer(assignor: Assignor, member: JoiningMember, config: ConsumerConfig): JoinGroupProtocol {
  const { name, supports } = assignor;
  const ownedPartitions = supports.includes('COOPERATIVE') ? member.owned : name === 'sticky' ? member.lastAssignment : [];
  const rackId = config.clientRack === '' ? null : config.clientRack;
  return { name, subscription: { topics: member.topics, ownedPartitions, generationId: member.assignedGeneration, rackId } };
}
