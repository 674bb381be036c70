import { describe, expect, test } from 'vitest';
import { ErrorCode, errorName } from '../../protocol/errors.js';
import { groupStateChanged } from '../events.js';
import { awaiting, SECOND } from '../testing.js';
import { ConsumerGroupRig, GROUP, TestMember } from './testing.js';

function settled(rig: ConsumerGroupRig, ids: readonly string[]): TestMember[] {
  const members = ids.map((id) => new TestMember(rig, id));
  for (let round = 0; round < 4; round++) for (const member of members) member.heartbeat();
  return members;
}

function owned(rig: ConsumerGroupRig, members: readonly TestMember[]): (number[] | null)[] {
  return members.map((member) => rig.orders(member.owned));
}

describe('joining and rebalancing (KIP-848)', () => {
  test('the first member gets everything, a second waits for its share until the first has given it up', () => {
    const rig = new ConsumerGroupRig();
    const [a, b] = [new TestMember(rig, 'a'), new TestMember(rig, 'b')];
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberId: 'a', memberEpoch: 1 });
    expect(rig.orders(a.owned)).toEqual([0, 1, 2]);
    expect(b.heartbeat()).toMatchObject({ memberEpoch: 2, assignment: [] });
    expect(rig.group.members.get('b')?.state).toBe('UNRELEASED_PARTITIONS');
    a.heartbeat();
    expect(rig.group.members.get('a')).toMatchObject({ state: 'UNREVOKED_PARTITIONS', memberEpoch: 1 });
    expect(b.heartbeat()).toMatchObject({ memberEpoch: 2 });
    expect(rig.orders(b.owned)).toEqual([]);
    a.heartbeat();
    expect(rig.group.members.get('a')).toMatchObject({ state: 'STABLE', memberEpoch: 2 });
    b.heartbeat();
    expect(owned(rig, [a, b])).toEqual([[0, 1], [2]]);
    expect(rig.rig.events('partition-released')).toHaveLength(1);
  });

  test('without the partition epochs the second member gets what the first still has', () => {
    const rig = new ConsumerGroupRig({ features: { partitionEpochExclusion: false } });
    const [a, b] = [new TestMember(rig, 'a'), new TestMember(rig, 'b')];
    a.heartbeat();
    b.heartbeat();
    expect(owned(rig, [a, b])).toEqual([[0, 1, 2], [2]]);
  });

  test('an answer repeats the assignment only when it changed or everything was asked for', () => {
    const rig = new ConsumerGroupRig();
    const a = new TestMember(rig, 'a');
    a.heartbeat();
    const bare = rig.send({ memberId: 'a', memberEpoch: 1, clientId: 'client-a' });
    expect(bare.response).toMatchObject({ errorCode: 0, memberEpoch: 1, assignment: null, heartbeatIntervalUs: 5 * SECOND });
    expect(a.heartbeat()?.assignment).toHaveLength(3);
  });

  test('a new subscription, or partitions that a topic has got, begin a new epoch', () => {
    const rig = new ConsumerGroupRig();
    rig.topics.set('payments', 2);
    const a = new TestMember(rig, 'a');
    a.heartbeat();
    a.subscribedTopics = ['orders', 'payments'];
    expect(a.heartbeat()).toMatchObject({ memberEpoch: 2 });
    expect(a.owned).toHaveLength(5);
    rig.topics.set('orders', 5);
    expect(a.heartbeat()).toMatchObject({ memberEpoch: 3 });
    expect(a.owned).toHaveLength(7);
    expect(rig.rig.events('group-epoch-bumped').map(({ reason }) => reason)).toEqual([
      'member joined',
      'subscription changed',
      'topic metadata changed',
    ]);
  });

  test('a member that leaves makes room at once', () => {
    const rig = new ConsumerGroupRig();
    const [a, b] = settled(rig, ['a', 'b']) as [TestMember, TestMember];
    expect(a.leave()).toMatchObject({ errorCode: 0, memberEpoch: -1 });
    b.heartbeat();
    expect(rig.orders(b.owned)).toEqual([0, 1, 2]);
    expect(rig.rig.events('member-removed')).toMatchObject([{ member: 'a', reason: 'left' }]);
  });

  test('refuses what makes no sense', () => {
    const rig = new ConsumerGroupRig();
    const errors = [
      { memberEpoch: 0, subscribedTopics: null, rebalanceTimeoutUs: 1 },
      { memberEpoch: 3 },
      { memberEpoch: -2, memberId: 'a' },
      { memberEpoch: 0, subscribedTopics: ['orders'], rebalanceTimeoutUs: 1, serverAssignor: 'sticky' },
      { memberEpoch: 4, memberId: 'stranger' },
    ].map((request) => errorName(rig.send(request).response?.errorCode ?? -1));
    expect(errors).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST', 'INVALID_REQUEST', 'UNSUPPORTED_ASSIGNOR', 'UNKNOWN_MEMBER_ID']);
    const old = new ConsumerGroupRig({ features: { consumerGroupProtocol: false } });
    expect(new TestMember(old, 'a').heartbeat()?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });

  test('the assignor that most members ask for decides', () => {
    const rig = new ConsumerGroupRig();
    rig.topics.set('payments', 3);
    for (const memberId of ['a', 'b']) {
      rig.send({ memberId, subscribedTopics: ['orders', 'payments'], rebalanceTimeoutUs: 1, serverAssignor: 'range' });
      rig.rig.run(10_000);
    }
    expect([...rig.group.target.values()].map((partitions) => partitions.length)).toEqual([4, 2]);
  });
});

describe('fencing', () => {
  test('a member one epoch behind is heard, as long as it claims nothing beyond its assignment', () => {
    const rig = new ConsumerGroupRig();
    const a = new TestMember(rig, 'a');
    a.heartbeat(false);
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch: 1 });
    expect(a.owned).toHaveLength(3);
    const bare = rig.send({ ...a.request(), memberEpoch: 0, ownedPartitions: null });
    expect(bare.response?.errorCode).toBe(0);
    a.subscribedTopics = ['orders', 'payments'];
    a.heartbeat(false);
    const stale = rig.send({ ...a.request(), ownedPartitions: null });
    expect(errorName(stale.response?.errorCode ?? -1)).toBe('FENCED_MEMBER_EPOCH');
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch: 2 });
  });

  test('any other epoch is refused, and heard where the condition is off', () => {
    for (const [memberEpochFencing, error] of [
      [true, ErrorCode.FENCED_MEMBER_EPOCH],
      [false, ErrorCode.NONE],
    ] as const) {
      const rig = new ConsumerGroupRig({ features: { memberEpochFencing } });
      const [a] = settled(rig, ['a', 'b', 'c']) as [TestMember];
      rig.topics.set('orders', 4);
      a.heartbeat();
      expect(rig.send({ ...a.request(), memberEpoch: 7 }).response?.errorCode).toBe(error);
      expect(rig.send({ ...a.request(), memberEpoch: 1 }).response?.errorCode).toBe(error);
    }
  });

  test('a member that was fenced comes back to what it has (KAFKA-19233)', () => {
    const rig = new ConsumerGroupRig();
    const [a] = settled(rig, ['a', 'b']) as [TestMember];
    const { memberEpoch } = a;
    a.memberEpoch = 7;
    a.heartbeat();
    expect(a.errors).toEqual(['FENCED_MEMBER_EPOCH']);
    expect(a.owned).toEqual([]);
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch });
    expect(rig.orders(a.owned)).toEqual([0, 1]);
  });

  test('commits and offset fetches must carry the member epoch of the moment (B-69)', () => {
    const rig = new ConsumerGroupRig();
    const [a] = settled(rig, ['a', 'b']) as [TestMember];
    const { service } = rig;
    expect(service.commitError(GROUP, 'a', a.memberEpoch)).toBe(ErrorCode.NONE);
    expect(service.commitError(GROUP, 'a', a.memberEpoch - 1)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(service.fetchError(GROUP, 'a', a.memberEpoch + 1)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(service.commitError(GROUP, 'stranger', 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(service.commitError(GROUP, '', -1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    const open = new ConsumerGroupRig({ features: { memberEpochFencing: false } });
    settled(open, ['a']);
    expect(open.service.commitError(GROUP, 'a', 0)).toBe(ErrorCode.NONE);
  });

  test('a member that is silent for its session is removed, unless the condition is off', () => {
    for (const sessionExpiry of [true, false]) {
      const rig = new ConsumerGroupRig({ features: { sessionExpiry } });
      const [a, b] = settled(rig, ['a', 'b']) as [TestMember, TestMember];
      for (let i = 0; i < 6; i++) {
        rig.rig.run(10 * SECOND);
        b.heartbeat();
      }
      expect(rig.orders(b.owned)).toEqual(sessionExpiry ? [0, 1, 2] : [2]);
      a.heartbeat();
      expect(a.errors).toEqual(sessionExpiry ? ['UNKNOWN_MEMBER_ID'] : []);
    }
  });

  test('a member that does not revoke in time is removed', () => {
    const rig = new ConsumerGroupRig();
    const a = new TestMember(rig, 'a', null, ['orders'], 20 * SECOND);
    const b = new TestMember(rig, 'b');
    a.heartbeat();
    b.heartbeat();
    for (let i = 0; i < 3; i++) {
      a.heartbeat(false);
      rig.rig.run(8 * SECOND);
      b.heartbeat();
    }
    expect(rig.rig.events('member-removed')).toMatchObject([{ member: 'a', reason: 'did not revoke' }]);
    expect(rig.orders(b.owned)).toEqual([0, 1, 2]);
  });
});

describe('static members (KIP-345)', () => {
  test('one that leaves for a while comes back to what it had, under another member id', () => {
    const rig = new ConsumerGroupRig();
    const [a, b] = [new TestMember(rig, 'a', 'i1'), new TestMember(rig, 'b', 'i2')];
    for (let round = 0; round < 3; round++) for (const member of [a, b]) member.heartbeat();
    const epoch = rig.group.groupEpoch;
    expect(a.leave(-2)).toMatchObject({ errorCode: 0, memberEpoch: -2 });
    b.heartbeat();
    expect(rig.orders(b.owned)).toEqual([2]);
    const again = new TestMember(rig, 'a2', 'i1');
    expect(again.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch: epoch });
    expect(rig.orders(again.owned)).toEqual([0, 1]);
    expect(rig.group.groupEpoch).toBe(epoch);
    a.heartbeat();
    expect(a.errors).toEqual(['FENCED_INSTANCE_ID']);
  });

  test('an instance id that is in use is refused until its session is over', () => {
    const rig = new ConsumerGroupRig();
    const [a, zombie] = [new TestMember(rig, 'a2', 'i1'), new TestMember(rig, 'a', 'i1')];
    zombie.heartbeat();
    a.heartbeat();
    expect(a.errors).toEqual(['UNRELEASED_INSTANCE_ID']);
    rig.rig.run(46 * SECOND);
    expect(a.heartbeat()?.errorCode).toBe(0);
  });

  test('without fencing two processes share one membership', () => {
    const rig = new ConsumerGroupRig({ features: { staticMemberFencing: false } });
    const [zombie, a] = [new TestMember(rig, 'a', 'i1'), new TestMember(rig, 'a2', 'i1')];
    zombie.heartbeat();
    a.heartbeat();
    zombie.heartbeat();
    expect([a.errors, zombie.errors]).toEqual([[], []]);
    expect(owned(rig, [a, zombie])).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

describe('the log', () => {
  test('a new coordinator goes on where the old one was', () => {
    const rig = new ConsumerGroupRig();
    const [a, b, c] = settled(rig, ['a', 'b', 'c']) as [TestMember, TestMember, TestMember];
    c.leave();
    a.heartbeat();
    const { groupEpoch, targetEpoch } = rig.group;
    const members = [...rig.group.members.values()];
    rig.rig.failOver();
    expect([rig.group.groupEpoch, rig.group.targetEpoch]).toEqual([groupEpoch, targetEpoch]);
    expect([...rig.group.members.values()].sort((x, y) => (x.memberId < y.memberId ? -1 : 1))).toEqual(members);
    for (let round = 0; round < 3; round++) for (const member of [a, b]) member.heartbeat();
    expect([a.errors, b.errors]).toEqual([[], []]);
    expect(new Set(owned(rig, [a, b]).flat())).toEqual(new Set([0, 1, 2]));
    expect(rig.group.groupEpoch).toBe(groupEpoch);
  });

  test('sessions and rebalances are timed anew by the new coordinator', () => {
    const rig = new ConsumerGroupRig();
    settled(rig, ['a']);
    rig.rig.failOver();
    expect(rig.rig.coordinator.clientsOf(GROUP)).toEqual(['client-a']);
    rig.rig.run(46 * SECOND);
    expect(rig.service.hasMembers(GROUP)).toBe(false);
    expect(rig.rig.coordinator.clientsOf(GROUP)).toEqual([]);
  });

  test('nobody hears of an assignment before it is replicated, nor by repeating the request', () => {
    const rig = new ConsumerGroupRig();
    rig.rig.replicationUs = 2 * SECOND;
    const a = new TestMember(rig, 'a');
    const answers = [rig.send(a.request()), rig.send(a.request())];
    rig.rig.run(SECOND);
    expect(answers.map(({ count }) => count)).toEqual([0, 0]);
    rig.rig.run(2 * SECOND);
    expect(answers.map(({ count, response }) => [count, response?.memberEpoch])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const hasty = new ConsumerGroupRig({ features: { assignmentPersisted: false } });
    hasty.rig.replicationUs = 2 * SECOND;
    expect(hasty.send(new TestMember(hasty, 'a').request()).count).toBe(1);
  });

  test('what was appended and not replicated in time is told once it is known to be replicated', () => {
    const rig = new ConsumerGroupRig();
    const a = new TestMember(rig, 'a');
    rig.rig.replicationError = ErrorCode.REQUEST_TIMED_OUT;
    const errors = [a.heartbeat(), a.heartbeat(), a.heartbeat()].map((response) => errorName(response?.errorCode ?? -1));
    expect(errors).toEqual(['COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_NOT_AVAILABLE']);
    expect(rig.rig.events('partition-assigned')).toHaveLength(0);
    rig.rig.replicationError = ErrorCode.NONE;
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch: 1 });
    expect(rig.rig.events('partition-assigned')).toHaveLength(3);
    expect(rig.rig.log).toHaveLength(4);
    a.heartbeat();
    expect(rig.rig.log).toHaveLength(4);
  });

  test('a coordinator that moves sends those who wait to the new one', () => {
    const rig = new ConsumerGroupRig();
    rig.rig.replicationUs = 2 * SECOND;
    const answer = rig.send(new TestMember(rig, 'a').request());
    rig.rig.resign();
    expect(errorName(answer.response?.errorCode ?? -1)).toBe('NOT_COORDINATOR');
    rig.rig.run(3 * SECOND);
    expect(answer.count).toBe(1);
  });

  test('what the log refuses has not happened', () => {
    const rig = new ConsumerGroupRig();
    rig.rig.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
    const a = new TestMember(rig, 'a');
    expect(errorName(a.heartbeat()?.errorCode ?? -1)).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(rig.service.owns(GROUP)).toBe(false);
    rig.rig.appendError = ErrorCode.NONE;
    expect(a.heartbeat()).toMatchObject({ errorCode: 0, memberEpoch: 1 });
  });

  test('a slow disk keeps changes of a group in order', () => {
    const rig = new ConsumerGroupRig();
    const slow = { slowdown: 100 };
    Object.assign(rig.service['host'].process.host.disk, slow);
    const answers = ['a', 'b'].map((id) => rig.send(new TestMember(rig, id).request()));
    expect(rig.rig.log).toHaveLength(1);
    rig.rig.run(SECOND);
    expect(answers.map(({ response }) => response?.memberEpoch)).toEqual([1, 2]);
    expect(rig.rig.log).toHaveLength(2);
  });

  test('an empty group ends with tombstones, and its end is told', () => {
    const rig = new ConsumerGroupRig();
    const { bus } = rig.rig.simulation;
    let ends = 0;
    bus.subscribe(
      (_type, _timeUs, _broker, _group, _epoch, _from, to) => void (ends += bus.names.text(to) === 'Dead' ? 1 : 0),
      [groupStateChanged],
    );
    const [a] = settled(rig, ['a']) as [TestMember];
    rig.service.remove(GROUP);
    expect(rig.service.owns(GROUP)).toBe(true);
    a.leave();
    expect(rig.service.commitError(GROUP, '', -1)).toBe(ErrorCode.NONE);
    rig.service.remove(GROUP);
    expect(rig.service.owns(GROUP)).toBe(false);
    rig.rig.run(SECOND);
    expect(ends).toBe(1);
    rig.rig.failOver();
    expect(rig.service.owns(GROUP)).toBe(false);
  });

  test('a classic group with members keeps its id', () => {
    const rig = new ConsumerGroupRig();
    rig.rig.stableGroup(1);
    expect(errorName(new TestMember(rig, 'a').heartbeat()?.errorCode ?? -1)).toBe('INCONSISTENT_GROUP_PROTOCOL');
    const { answer, respond } = awaiting<{ errorCode: number }>();
    rig.rig.coordinator.heartbeat({ groupId: GROUP, generationId: 1, memberId: 'x', groupInstanceId: null }, respond);
    expect(errorName(answer.response?.errorCode ?? -1)).toBe('UNKNOWN_MEMBER_ID');
  });
});
