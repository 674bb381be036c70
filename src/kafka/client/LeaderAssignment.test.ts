import { expect, it } from 'vitest';
import type { JoinGroupResponse } from '../protocol/messages.js';
import type { ClientMetadata } from './ClientMetadata.js';
import { LeaderAssignment } from './LeaderAssignment.js';

const counts = new Map<string, number>();
const metadata = {
  partitionCount: (topic: string) => counts.get(topic) ?? 0,
  addTopic: () => {},
  requestUpdate: () => {},
} as unknown as ClientMetadata;
const joined: JoinGroupResponse = {
  ...{ errorCode: 0, generationId: 3, protocolName: 'range', leader: 'm1', skipAssignment: true, memberId: 'm1' },
  members: [
    { memberId: 'm1', groupInstanceId: 'i1', subscription: { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null } },
  ],
};

it('a static leader that came back calls for a rebalance when a topic grows, though not when it first hears of the topic (KIP-814)', () => {
  counts.clear();
  const leader = new LeaderAssignment(metadata, []);
  leader.resume(joined);
  expect(leader.metadataChanged()).toBe(false);
  counts.set('orders', 6);
  expect(leader.metadataChanged()).toBe(false);
  counts.set('orders', 9);
  expect(leader.metadataChanged()).toBe(true);
});

it('a member that leads no more watches nothing', () => {
  counts.set('orders', 6);
  const leader = new LeaderAssignment(metadata, []);
  leader.resume(joined);
  leader.abandon();
  counts.set('orders', 9);
  expect(leader.metadataChanged()).toBe(false);
});
