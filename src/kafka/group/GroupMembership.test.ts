import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import { errorOf, GroupRig, SECOND } from './testing.js';

const range = (topics: string[]) => [{ name: 'range', subscription: { topics, ownedPartitions: [], generationId: -1, rackId: null } }];

describe('joining a group', () => {
  it('tells a new member its id first (KIP-394), and takes it on the spot before', () => {
    const rig = new GroupRig();
    const first = rig.join();
    expect(first.response?.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(rig.events('member-joined')).toHaveLength(0);
    const memberId = first.response?.memberId as string;
    expect(memberId).toMatch(/^client-[0-9a-f]{12}$/);
    rig.join({ memberId });
    expect(rig.events('member-joined')).toEqual([expect.objectContaining({ member: memberId, generation: 0 })]);

    const old = new GroupRig({ features: { memberIdRequired: false } });
    expect(old.join().response).toBe(null);
    expect(old.events('member-joined')).toHaveLength(1);
  });

  it('takes an id back that is not used within the session timeout', () => {
    const rig = new GroupRig();
    const memberId = rig.join().response?.memberId as string;
    rig.run(11 * SECOND);
    expect(rig.join({ memberId }).response?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('refuses unknown members, session timeouts out of bounds, foreign protocols and one member too many', () => {
    const rig = new GroupRig({ groups: { groupMaxSize: 1 } });
    expect(rig.join({ memberId: 'nobody' }).response?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(rig.join({ sessionTimeoutUs: 5 * SECOND }).response?.errorCode).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect(rig.join({ sessionTimeoutUs: 6 * SECOND }).response?.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(rig.join({ protocols: [] }).response?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(rig.join({ groupId: '' }).response?.errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    rig.stableGroup(1);
    expect(rig.join().response?.errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    rig.resign();
    expect(rig.join().response?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('delays the first rebalance while members come, and takes them all into one generation (KIP-134)', () => {
    const rig = new GroupRig({ groups: { groupInitialRebalanceDelayUs: 3 * SECOND } });
    const early = rig.enter();
    rig.run(2 * SECOND);
    const late = rig.enter();
    rig.run(2 * SECOND);
    expect(early.response).toBe(null);
    rig.run(2 * SECOND);
    expect(early.response?.generationId).toBe(1);
    expect(late.response?.generationId).toBe(1);
    expect(early.response?.members).toHaveLength(2);
    expect(late.response?.members).toHaveLength(0);
    expect(late.response?.leader).toBe(early.memberId);
  });

  it('does not delay the first rebalance beyond the rebalance timeout, however many come', () => {
    const rig = new GroupRig({ groups: { groupInitialRebalanceDelayUs: 3 * SECOND } });
    const first = rig.enter({ rebalanceTimeoutUs: 7 * SECOND });
    for (let i = 0; i < 6; i++) {
      rig.run(SECOND);
      rig.enter({ rebalanceTimeoutUs: 7 * SECOND });
    }
    rig.run(SECOND + 1000);
    expect(first.response?.generationId).toBe(1);
  });

  it('ends a rebalance as soon as everybody has joined again', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    expect(rig.state()).toBe('Stable');
    const c = rig.enter();
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = rig.join({ memberId: a });
    rig.run(SECOND);
    expect(again.response).toBe(null);
    rig.join({ memberId: b });
    expect(again.response?.generationId).toBe(2);
    expect(again.response?.members.map(({ memberId }) => memberId)).toEqual([a, b, c.memberId]);
    expect(c.count).toBe(1);
  });

  it('removes whoever has not joined again within the rebalance timeout', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    const joined = rig.join({ memberId: a });
    for (let i = 0; i < 6; i++) {
      rig.run(5 * SECOND);
      rig.heartbeat(b, 1);
    }
    rig.run(SECOND);
    expect(joined.response?.members.map(({ memberId }) => memberId)).toEqual([a]);
    expect(rig.events('member-removed')).toEqual([expect.objectContaining({ member: b, reason: 'did not rejoin' })]);
    expect(rig.heartbeat(b, 2)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('waits for nobody when the condition rebalanceAwaitsMembers is off', () => {
    const rig = new GroupRig({ features: { rebalanceAwaitsMembers: false } });
    const [a] = rig.stableGroup(2) as [string, string];
    expect(rig.join({ memberId: a }).response?.generationId).toBe(2);
  });

  it('gives a follower that has nothing new the present generation, and rebalances for the leader or a new subscription', () => {
    const rig = new GroupRig();
    const [leader, follower] = rig.stableGroup(2) as [string, string];
    expect(rig.join({ memberId: follower }).response?.generationId).toBe(1);
    expect(rig.state()).toBe('Stable');
    expect(rig.join({ memberId: follower, protocols: range(['orders', 'returns']) }).response).toBe(null);
    expect(rig.state()).toBe('PreparingRebalance');

    const other = new GroupRig();
    const [first] = other.stableGroup(2) as [string, string];
    expect(other.join({ memberId: first }).response).toBe(null);
    expect(leader).not.toBe(follower);
  });

  it('repeats a lost answer while the generation awaits its assignment', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    rig.run(4 * SECOND);
    expect(a.response?.generationId).toBe(1);
    expect(rig.join({ memberId: a.memberId }).response?.generationId).toBe(1);
    expect(rig.join({ memberId: a.memberId, protocols: range(['returns']) }).response?.generationId).toBe(2);
  });
});

describe('syncing', () => {
  it('gives each member its share once the assignment is replicated, and again to who asks again', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    const b = rig.enter();
    rig.run(4 * SECOND);
    const shareOfB = rig.sync(b.memberId, 1);
    const shares = [a, b].map(({ memberId }, i) => ({ memberId, partitions: [rig.data(i)] }));
    const shareOfA = rig.sync(a.memberId, 1, shares);
    expect(shareOfA.response).toBe(null);
    expect(rig.events('partition-assigned')).toHaveLength(0);
    rig.run(10_000);
    expect(shareOfA.response?.assignment).toEqual([rig.data(0)]);
    expect(shareOfB.response?.assignment).toEqual([rig.data(1)]);
    expect(rig.state()).toBe('Stable');
    expect(rig.events('partition-assigned')).toEqual([
      { broker: 1, group: 'group', generation: 1, member: a.memberId, partition: 'orders-0', client: 'client' },
      { broker: 1, group: 'group', generation: 1, member: b.memberId, partition: 'orders-1', client: 'client' },
    ]);
    expect(rig.sync(b.memberId, 1).response?.assignment).toEqual([rig.data(1)]);
  });

  it('refuses strangers and other generations', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    rig.run(4 * SECOND);
    expect(rig.sync('nobody', 1).response?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(rig.sync(a.memberId, 0).response?.errorCode).toBe(ErrorCode.ILLEGAL_GENERATION);
  });

  it('sends who waits for the assignment back to join when somebody else comes', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    const b = rig.enter();
    rig.run(4 * SECOND);
    const parked = rig.sync(b.memberId, 1);
    rig.enter();
    expect(parked.response?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(rig.sync(a.memberId, 1).response?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  it('has the members start over when the assignment cannot be stored', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    rig.run(4 * SECOND);
    rig.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
    const share = rig.sync(a.memberId, 1, [{ memberId: a.memberId, partitions: [rig.data(0)] }]);
    expect(share.response?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(rig.state()).toBe('PreparingRebalance');
    expect(rig.events('partition-assigned')).toHaveLength(0);
  });

  it('forgets an assignment that comes true in a generation that is over', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    rig.run(4 * SECOND);
    rig.replicationUs = SECOND;
    rig.sync(a.memberId, 1, [{ memberId: a.memberId, partitions: [rig.data(0)] }]);
    rig.join({ memberId: a.memberId, protocols: range(['returns']) });
    rig.run(2 * SECOND);
    expect(rig.state()).toBe('CompletingRebalance');
    expect(rig.events('partition-assigned')).toHaveLength(0);
  });

  it('keeps a generation over a failover only because it is in the log before members hear of it', () => {
    const rig = new GroupRig();
    const [a] = rig.stableGroup(1) as [string];
    rig.failOver();
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.NONE);
    expect(rig.events('partition-assigned').at(-1)).toMatchObject({ broker: 2, generation: 1, member: a });

    const careless = new GroupRig({ features: { assignmentPersisted: false } });
    const [lost] = careless.stableGroup(1) as [string];
    expect(careless.heartbeat(lost, 1)).toBe(ErrorCode.NONE);
    careless.failOver();
    expect(careless.heartbeat(lost, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('removes members that joined and never sync (KAFKA-12890), where it did not before', () => {
    for (const pendingSyncExpiry of [true, false]) {
      const rig = new GroupRig({ features: { pendingSyncExpiry } });
      const a = rig.enter();
      rig.run(4 * SECOND);
      // The leader lives, and sits still.
      for (let i = 0; i < 8; i++) {
        rig.run(5 * SECOND);
        rig.heartbeat(a.memberId, 1);
      }
      const removed = rig.events('member-removed').filter(({ member }) => member === a.memberId);
      expect(removed.map(({ reason }) => reason)).toEqual(pendingSyncExpiry ? ['did not sync'] : []);
    }
  });
});

describe('heartbeats and sessions', () => {
  it('removes a member that is silent for its session timeout, and rebalances', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    for (let i = 0; i < 4; i++) {
      rig.run(3 * SECOND);
      rig.heartbeat(a, 1);
    }
    expect(rig.events('member-removed')).toEqual([expect.objectContaining({ member: b, reason: 'session expired', generation: 1 })]);
    expect(rig.state()).toBe('PreparingRebalance');
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(rig.heartbeat(b, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('removes nobody when the condition sessionExpiry is off', () => {
    const rig = new GroupRig({ features: { sessionExpiry: false } });
    const [a] = rig.stableGroup(1) as [string];
    rig.run(100 * SECOND);
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.NONE);
  });

  it('takes an offset commit for a heartbeat', () => {
    const rig = new GroupRig();
    const [a] = rig.stableGroup(1) as [string];
    for (let i = 0; i < 4; i++) {
      rig.run(8 * SECOND);
      expect(rig.commit(a, 1, i).response).toBe(null);
    }
    rig.run(10_000);
    expect(rig.events('member-removed')).toHaveLength(0);
  });

  it('keeps members alive that wait for the coordinator', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    rig.join({ memberId: a });
    for (let i = 0; i < 5; i++) {
      rig.run(5 * SECOND);
      rig.heartbeat(b, 1);
    }
    expect(rig.events('member-removed')).toHaveLength(0);
  });

  it('answers by the state of the group', () => {
    const rig = new GroupRig();
    const a = rig.enter();
    expect(rig.heartbeat('nobody', 0)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    rig.run(4 * SECOND);
    expect(rig.heartbeat(a.memberId, 0)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(rig.heartbeat(a.memberId, 1)).toBe(ErrorCode.NONE);
    const old = new GroupRig({ features: { heartbeatsWhileCompleting: false } });
    const b = old.enter();
    old.run(4 * SECOND);
    expect(old.heartbeat(b.memberId, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });
});

describe('leaving', () => {
  it('rebalances among the rest; the last one leaves an empty generation', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    expect(rig.leave('nobody')).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(rig.leave(b)).toBe(ErrorCode.NONE);
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(rig.join({ memberId: a }).response?.generationId).toBe(2);
    expect(rig.leave(a)).toBe(ErrorCode.NONE);
    expect(rig.state()).toBe('Empty');
    expect(rig.enter().count).toBe(0);
    rig.run(4 * SECOND);
    expect(rig.events('generation-started').at(-1)).toMatchObject({ generation: 4, members: 1 });
  });
});

describe('static members (KIP-345)', () => {
  const instance = { groupInstanceId: 'i-0' };

  it('come back without a rebalance, and whoever held the id before is fenced', () => {
    const rig = new GroupRig();
    const [old] = rig.stableGroup(2, (i) => (i === 0 ? instance : {})) as [string, string];
    const back = rig.join(instance);
    expect(back.response).toBe(null);
    rig.run(10_000);
    const memberId = back.response?.memberId as string;
    expect(back.response).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true, leader: memberId });
    expect(rig.state()).toBe('Stable');
    expect(rig.sync(memberId, 1, [], 'i-0').response?.assignment).toEqual([rig.data(0)]);
    expect(rig.heartbeat(old, 1, 'i-0')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(errorOf(rig.commit(old, 1, 5, rig.data(0), 'i-0'))).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(rig.heartbeat(memberId, 1, 'i-0')).toBe(ErrorCode.NONE);
    expect(rig.events('member-removed')).toEqual([expect.objectContaining({ member: old, reason: 'replaced' })]);
    expect(rig.events('partition-assigned').at(-1)).toMatchObject({ member: memberId, partition: 'orders-0', generation: 1 });
  });

  it('are not fenced when the condition staticMemberFencing is off', () => {
    const rig = new GroupRig({ features: { staticMemberFencing: false } });
    const [old] = rig.stableGroup(1, () => instance) as [string];
    rig.join(instance);
    rig.run(10_000);
    expect(rig.heartbeat(old, 1, 'i-0')).toBe(ErrorCode.NONE);
    const commit = rig.commit(old, 1, 5, rig.data(0), 'i-0');
    rig.run(10_000);
    expect(errorOf(commit)).toBe(ErrorCode.NONE);
  });

  it('are replaced in the log before they hear of it (KAFKA-10284); before, a failover brought the fenced one back', () => {
    for (const staticMemberPersisted of [true, false]) {
      const rig = new GroupRig({ features: { staticMemberPersisted } });
      const [old] = rig.stableGroup(1, () => instance) as [string];
      const back = rig.join(instance);
      expect(back.count).toBe(staticMemberPersisted ? 0 : 1);
      rig.run(10_000);
      const memberId = back.response?.memberId as string;
      rig.failOver();
      expect(rig.heartbeat(memberId, 1, 'i-0')).toBe(staticMemberPersisted ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID);
      expect(rig.heartbeat(old, 1, 'i-0')).toBe(staticMemberPersisted ? ErrorCode.FENCED_INSTANCE_ID : ErrorCode.NONE);
    }
  });

  it('keep their former id when the new one cannot be stored', () => {
    const rig = new GroupRig();
    const [old] = rig.stableGroup(1, () => instance) as [string];
    rig.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
    const back = rig.join(instance);
    expect(back).toMatchObject({ count: 1, response: { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE } });
    expect(rig.heartbeat(old, 1, 'i-0')).toBe(ErrorCode.NONE);
  });

  it('rebalance when they come back in the middle of a rebalance, and their former request is fenced', () => {
    const rig = new GroupRig();
    const a = rig.join(instance);
    const again = rig.join(instance);
    expect(a.response?.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    rig.run(4 * SECOND);
    expect(again.response?.generationId).toBe(1);
    const third = rig.join(instance);
    expect(third.response).toMatchObject({ errorCode: 0, generationId: 2 });
  });

  it('stay in the group through a rebalance that they miss, until their session ends', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2, (i) => (i === 1 ? instance : {})) as [string, string];
    const joined = rig.join({ memberId: a, rebalanceTimeoutUs: 6 * SECOND });
    for (let i = 0; i < 7; i++) {
      rig.run(5 * SECOND);
      rig.heartbeat(b, 1, 'i-0');
    }
    expect(joined.response?.members.map(({ memberId }) => memberId)).toEqual([a, b]);
    expect(rig.leave('', 'i-0')).toBe(ErrorCode.NONE);
    expect(rig.heartbeat(b, 2, 'i-0')).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('a coordinator that moves', () => {
  it('sends parked members to the new one and remembers generation and members there', () => {
    const rig = new GroupRig();
    const [a, b] = rig.stableGroup(2) as [string, string];
    const parked = rig.enter();
    rig.resign();
    expect(parked.response?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.NOT_COORDINATOR);
    rig.beginElection();
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.NONE);
    expect(rig.join().response?.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(rig.sync(a, 1).response?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(errorOf(rig.commit(a, 1, 3))).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    rig.run(10_000);
    expect(rig.events('group-state-changed').at(-1)).toMatchObject({ from: 'Stable', to: 'Stable', reason: 'loaded', generation: 1 });
    expect(rig.sync(b, 1).response?.assignment).toEqual([rig.data(1)]);
    expect(rig.heartbeat(parked.memberId, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    rig.run(11 * SECOND);
    expect(rig.events('member-removed').map(({ reason }) => reason)).toEqual(['session expired', 'session expired']);
  });

  it('knows nothing when the condition coordinatorLoadsState is off', () => {
    const rig = new GroupRig({ features: { coordinatorLoadsState: false } });
    const [a] = rig.stableGroup(1) as [string];
    rig.failOver();
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});
