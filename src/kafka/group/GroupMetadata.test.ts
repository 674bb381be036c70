import { describe, expect, it } from 'vitest';
import { GroupMember } from './GroupMember.js';
import { GroupMetadata, type GroupState, VALID_PREVIOUS_STATES } from './GroupMetadata.js';

const states: readonly GroupState[] = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead'];
const subscription = { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null };

function memberOf(id: string, ...protocols: string[]): GroupMember {
  const offered = protocols.map((name) => ({ name, subscription }));
  return new GroupMember(id, null, 'client', 10, 30, offered);
}

describe('the state machine of a group', () => {
  it('takes the five states in Kafka’s order and refuses every other step', () => {
    const legal = ['Empty>PreparingRebalance', 'PreparingRebalance>CompletingRebalance', 'CompletingRebalance>Stable'];
    legal.push('Stable>PreparingRebalance', 'CompletingRebalance>PreparingRebalance', 'PreparingRebalance>Empty');
    for (const state of states) legal.push(`${state}>Dead`);
    for (const from of states) {
      for (const to of states) {
        const group = new GroupMetadata('group', 1);
        group.state = from;
        const step = (): void => group.transitionTo(to, 0);
        if (legal.includes(`${from}>${to}`)) expect(step, `${from}>${to}`).not.toThrow();
        else expect(step, `${from}>${to}`).toThrow(`went from ${from} to ${to}`);
      }
    }
    expect(Object.keys(VALID_PREVIOUS_STATES)).toHaveLength(5);
  });
});

describe('the protocol of a generation', () => {
  it('is the one most members put first among those that all support', () => {
    const group = new GroupMetadata('group', 1);
    group.add(memberOf('a', 'sticky', 'range', 'roundrobin'), null);
    group.add(memberOf('b', 'range', 'roundrobin'), null);
    group.add(memberOf('c', 'roundrobin', 'range'), null);
    expect(group.selectProtocol()).toBe('range');
  });

  it('must be shared by a newcomer, unless the group has no members', () => {
    const group = new GroupMetadata('group', 1);
    const range = [{ name: 'range', subscription }];
    const sticky = [{ name: 'sticky', subscription }];
    expect(group.supportsProtocols('consumer', sticky)).toBe(true);
    expect(group.supportsProtocols('consumer', [])).toBe(false);
    group.protocolType = 'consumer';
    const member = memberOf('a', 'range');
    group.add(member, null);
    expect(group.supportsProtocols('consumer', range)).toBe(true);
    expect(group.supportsProtocols('consumer', sticky)).toBe(false);
    expect(group.supportsProtocols('connect', range)).toBe(false);
    group.remove(member);
    expect(group.supportsProtocols('consumer', sticky)).toBe(true);
  });
});

describe('the leader of a group', () => {
  it('is the first member, passes on when it goes, and to somebody who has joined when it has not', () => {
    const group = new GroupMetadata('group', 1);
    const [a, b, c] = [memberOf('a', 'range'), memberOf('b', 'range'), memberOf('c', 'range')];
    for (const member of [a, b, c]) group.add(member, null);
    expect(group.leader).toBe('a');
    group.remove(a);
    expect(group.leader).toBe('b');
    expect(group.electJoinedLeader()).toBe(false);
    group.parkJoin(c, () => {});
    expect(group.electJoinedLeader()).toBe(true);
    expect(group.leader).toBe('c');
  });
});

describe('what a group writes into the log', () => {
  it('gives the same group back, stable and with its assignment', () => {
    const group = new GroupMetadata('group', 1);
    group.protocolType = 'consumer';
    group.add(memberOf('a', 'range'), null);
    group.state = 'PreparingRebalance';
    group.nextGeneration(5);
    const value = group.toValue(new Map([['a', [7, 8]]]));
    const loaded = GroupMetadata.fromValue(value, 1);
    expect(loaded.state).toBe('Stable');
    expect(loaded.toValue(new Map([['a', [7, 8]]]))).toEqual(value);
    expect(loaded.members.get('a')?.assignment).toEqual([7, 8]);
    expect([...(loaded.subscribedTopics ?? [])]).toEqual(['orders']);
  });
});
