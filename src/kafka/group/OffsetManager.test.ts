import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import type { ConsumerGroups } from './ConsumerGroups.js';
import { errorOf, GroupRig, SECOND } from './testing.js';

describe('committing offsets', () => {
  it('takes effect and is answered once it is replicated', () => {
    const rig = new GroupRig();
    const [a] = rig.stableGroup(1) as [string];
    const commit = rig.commit(a, 1, 42);
    expect(commit.response).toBe(null);
    expect(rig.fetch().offset).toBe(-1);
    rig.run(10_000);
    expect(errorOf(commit)).toBe(ErrorCode.NONE);
    expect(rig.fetch()).toEqual({ partition: rig.data(0), offset: 42, leaderEpoch: 0, errorCode: 0 });
    expect(rig.events('offset-committed')).toEqual([
      { broker: 1, group: 'group', partition: 'orders-0', offset: 42, generation: 1, member: a, logOffset: expect.any(Number) as number },
    ]);
    expect(rig.acks.at(-1)).toBe(-1);
  });

  it('asks for fewer copies only where offsets.commit.required.acks says so or offsetCommitReplicated is off', () => {
    const rig = new GroupRig({ groups: { offsetsCommitRequiredAcks: 1 } });
    expect(errorOf(rig.commit('', -1, 1))).toBe(ErrorCode.NONE);
    expect(rig.acks).toEqual([1]);
    const careless = new GroupRig({ features: { offsetCommitReplicated: false } });
    expect(errorOf(careless.commit('', -1, 1))).toBe(ErrorCode.NONE);
    expect(careless.acks).toEqual([1]);
  });

  it('has no effect when the append fails, and says so in terms of coordinators', () => {
    const rig = new GroupRig();
    rig.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(errorOf(rig.commit('', -1, 1))).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    rig.appendError = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(errorOf(rig.commit('', -1, 1))).toBe(ErrorCode.NOT_COORDINATOR);
    rig.appendError = ErrorCode.NONE;
    rig.replicationError = ErrorCode.REQUEST_TIMED_OUT;
    const late = rig.commit('', -1, 1);
    rig.run(10_000);
    expect(errorOf(late)).toBe(ErrorCode.REQUEST_TIMED_OUT);
    expect(rig.fetch().offset).toBe(-1);
    expect(rig.events('offset-committed')).toHaveLength(0);
  });

  it('lets the commit that is later in the log win, whichever is confirmed first', () => {
    const rig = new GroupRig();
    rig.replicationUs = 9000;
    const slow = rig.commit('', -1, 10);
    rig.replicationUs = 1000;
    const quick = rig.commit('', -1, 20);
    rig.run(5000);
    expect(errorOf(quick)).toBe(ErrorCode.NONE);
    rig.run(5000);
    expect(errorOf(slow)).toBe(ErrorCode.NONE);
    expect(rig.fetch().offset).toBe(20);
    expect(rig.events('offset-committed')).toHaveLength(1);
  });

  it('refuses strangers and members of another generation, unless the condition commitGenerationFencing is off', () => {
    const rig = new GroupRig();
    const [a] = rig.stableGroup(1) as [string];
    expect(errorOf(rig.commit('nobody', 1, 1))).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(errorOf(rig.commit(a, 0, 1))).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(rig.events('group-request-refused').at(-1)).toMatchObject({ api: 'OffsetCommit', error: 'ILLEGAL_GENERATION', generation: 0 });
    const careless = new GroupRig({ features: { commitGenerationFencing: false } });
    careless.stableGroup(1);
    const stale = careless.commit('nobody', 0, 7);
    careless.run(10_000);
    expect(errorOf(stale)).toBe(ErrorCode.NONE);
    expect(careless.fetch().offset).toBe(7);
  });

  it('is allowed during a rebalance, until the new generation is known', () => {
    const rig = new GroupRig();
    const [a] = rig.stableGroup(1) as [string];
    const b = rig.enter();
    const during = rig.commit(a, 1, 5);
    rig.run(10_000);
    expect(errorOf(during)).toBe(ErrorCode.NONE);
    rig.join({ memberId: a });
    expect(b.response?.generationId).toBe(2);
    expect(errorOf(rig.commit(a, 2, 6))).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(errorOf(rig.commit(a, 1, 6))).toBe(ErrorCode.ILLEGAL_GENERATION);
  });

  it('is open to consumers without a group only while the group has no members', () => {
    const rig = new GroupRig();
    const simple = rig.commit('', -1, 3);
    rig.run(10_000);
    expect(errorOf(simple)).toBe(ErrorCode.NONE);
    expect(errorOf(rig.commit('', 5, 3))).toBe(ErrorCode.ILLEGAL_GENERATION);
    const [a] = rig.stableGroup(1) as [string];
    expect(errorOf(rig.commit('', -1, 4))).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    rig.leave(a);
    rig.commit('', -1, 4);
    rig.run(10_000);
    expect(rig.fetch().offset).toBe(4);
  });

  it('survives a failover, and so does what was in the log without an answer', () => {
    const rig = new GroupRig();
    rig.commit('', -1, 3);
    rig.run(10_000);
    rig.replicationUs = 100_000;
    rig.commit('', -1, 9);
    rig.failOver();
    expect(rig.fetch().offset).toBe(9);
    expect(rig.events('offset-committed').map(({ broker, offset }) => [broker, offset])).toEqual([
      [1, 3],
      [2, 9],
    ]);
  });
});

describe('offsets in a transaction', () => {
  it('take effect with the commit marker, and never with an abort', () => {
    const rig = new GroupRig();
    const commit = rig.txnCommit(7, 30);
    rig.run(10_000);
    expect(errorOf(commit)).toBe(ErrorCode.NONE);
    expect(rig.fetch().offset).toBe(-1);
    expect(rig.events('txn-offset-pending')).toEqual([expect.objectContaining({ offset: 30, producerId: 7 })]);
    rig.marker(8, true);
    expect(rig.fetch().offset).toBe(-1);
    rig.marker(7, true);
    expect(rig.fetch().offset).toBe(30);
    rig.txnCommit(7, 40);
    rig.run(10_000);
    rig.marker(7, false);
    rig.marker(7, true);
    expect(rig.fetch().offset).toBe(30);
  });

  it('take effect at once when the condition txnOffsetsPend is off', () => {
    const rig = new GroupRig({ features: { txnOffsetsPend: false } });
    rig.txnCommit(7, 30);
    rig.run(10_000);
    expect(rig.fetch().offset).toBe(30);
    rig.marker(7, false);
    expect(rig.fetch().offset).toBe(30);
  });

  it('make who asks for stable offsets wait (KIP-447), where nobody waited before', () => {
    const rig = new GroupRig();
    rig.txnCommit(7, 30);
    rig.run(10_000);
    expect(rig.fetch(true)).toMatchObject({ offset: -1, errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT });
    expect(rig.fetch(true, rig.data(1)).errorCode).toBe(ErrorCode.NONE);
    expect(rig.fetch(false).errorCode).toBe(ErrorCode.NONE);
    rig.marker(7, true);
    expect(rig.fetch(true)).toMatchObject({ offset: 30, errorCode: ErrorCode.NONE });
    const old = new GroupRig({ features: { requireStableOffsets: false } });
    old.txnCommit(7, 30);
    old.run(10_000);
    expect(old.fetch(true)).toMatchObject({ offset: -1, errorCode: ErrorCode.NONE });
  });

  it('are refused from a member of a former generation (KIP-447), and were not before (B-51)', () => {
    for (const txnOffsetGroupFencing of [true, false]) {
      const rig = new GroupRig({ features: { txnOffsetGroupFencing } });
      const [a] = rig.stableGroup(1) as [string];
      const stale = rig.txnCommit(7, 30, a, 0);
      const stranger = rig.txnCommit(7, 30, 'nobody', 1);
      const member = rig.txnCommit(7, 30, a, 1);
      const nameless = rig.txnCommit(7, 30);
      rig.run(10_000);
      expect(errorOf(stale)).toBe(txnOffsetGroupFencing ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.NONE);
      expect(errorOf(stranger)).toBe(txnOffsetGroupFencing ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE);
      expect(errorOf(member)).toBe(ErrorCode.NONE);
      expect(errorOf(nameless)).toBe(ErrorCode.NONE);
    }
  });

  it('still pend after a failover, and markers of the log end them there', () => {
    const rig = new GroupRig();
    rig.txnCommit(7, 30);
    rig.txnCommit(8, 50);
    rig.run(10_000);
    rig.marker(8, true, false);
    rig.failOver();
    expect(rig.fetch().offset).toBe(50);
    expect(rig.fetch(true).errorCode).toBe(ErrorCode.UNSTABLE_OFFSET_COMMIT);
    rig.marker(7, true);
    // The first of them in the log is the older one, though its transaction ended last.
    expect(rig.fetch(true)).toMatchObject({ offset: 50, errorCode: ErrorCode.NONE });
  });

  it('end with the marker that follows them in the log, even when it is replicated first', () => {
    for (const commits of [true, false]) {
      const rig = new GroupRig();
      rig.replicationUs = 5000;
      rig.txnCommit(7, 30);
      rig.marker(7, commits);
      expect(rig.fetch().offset).toBe(-1);
      rig.run(10_000);
      expect(rig.fetch(true)).toMatchObject({ offset: commits ? 30 : -1, errorCode: ErrorCode.NONE });
    }
  });

  it('wait for the next marker when they come into the log behind one', () => {
    const rig = new GroupRig();
    rig.txnCommit(7, 30);
    rig.run(10_000);
    rig.coordinator.onOffsetsMarker(rig.internal, 7, true, -1);
    expect(rig.fetch().offset).toBe(-1);
    rig.marker(7, true);
    expect(rig.fetch().offset).toBe(30);
  });

  it('are appended only when the transaction coordinator knows of them (KIP-890)', () => {
    const rig = new GroupRig();
    rig.verdict = ErrorCode.INVALID_TXN_STATE;
    expect(errorOf(rig.txnCommit(7, 30))).toBe(ErrorCode.INVALID_TXN_STATE);
    rig.verdict = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(errorOf(rig.txnCommit(7, 30))).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(rig.log).toHaveLength(0);
    rig.verdict = ErrorCode.NONE;
    rig.txnCommit(7, 30);
    rig.run(10_000);
    rig.marker(7, true);
    expect(rig.fetch().offset).toBe(30);
  });
});

describe('offset retention', () => {
  const short = { offsetsRetentionUs: 60 * SECOND, offsetsRetentionCheckIntervalUs: 10 * SECOND };
  const live = (rig: GroupRig, memberId: string, seconds: number): void => {
    for (let s = 0; s < seconds; s += 5) {
      rig.run(5 * SECOND);
      rig.heartbeat(memberId, 1);
    }
  };

  it('begins when the group is empty (KIP-211)', () => {
    const rig = new GroupRig({ groups: short });
    const [a] = rig.stableGroup(1) as [string];
    rig.commit(a, 1, 42);
    live(rig, a, 120);
    expect(rig.fetch().offset).toBe(42);
    rig.leave(a);
    rig.run(50 * SECOND);
    expect(rig.fetch().offset).toBe(42);
    rig.run(30 * SECOND);
    expect(rig.fetch().offset).toBe(-1);
    expect(rig.events('offset-expired')).toEqual([{ broker: 1, group: 'group', partition: 'orders-0', offset: 42 }]);
    expect(rig.state()).toBe('Dead');
    rig.failOver();
    expect(rig.fetch().offset).toBe(-1);
    expect(rig.events('group-state-changed').filter(({ reason }) => reason === 'loaded')).toHaveLength(0);
  });

  it('began with each commit before, members or not', () => {
    const rig = new GroupRig({ groups: short, features: { offsetsExpireWithGroup: false } });
    const [a] = rig.stableGroup(1) as [string];
    rig.commit(a, 1, 42);
    live(rig, a, 80);
    expect(rig.heartbeat(a, 1)).toBe(ErrorCode.NONE);
    expect(rig.fetch().offset).toBe(-1);
  });

  it('runs from the commit for topics that a stable group does not read, and for consumers without one', () => {
    const rig = new GroupRig({ groups: short });
    rig.commit('', -1, 1);
    rig.run(80 * SECOND);
    expect(rig.fetch().offset).toBe(-1);
    const other = new GroupRig({ groups: short });
    const [a] = other.stableGroup(1, () => ({ protocols: [{ name: 'range', subscription: subscriptionTo('returns') }] })) as [string];
    other.commit(a, 1, 42);
    live(other, a, 80);
    expect(other.fetch().offset).toBe(-1);
  });
});

describe('groups of the consumer protocol', () => {
  it('decide who may commit and read, over the same offsets', () => {
    const consumerGroups = {
      owns: () => true,
      commitError: (_group: string, _member: string, epoch: number) => (epoch === 4 ? ErrorCode.NONE : ErrorCode.STALE_MEMBER_EPOCH),
      fetchError: () => ErrorCode.UNKNOWN_MEMBER_ID,
      hasMembers: () => true,
      loadBegins: () => {},
      loadEnds: () => {},
    } as unknown as ConsumerGroups;
    const rig = new GroupRig({ deps: { consumerGroups: () => consumerGroups } });
    expect(errorOf(rig.commit('m', 3, 9))).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    rig.commit('m', 4, 9);
    rig.run(10_000);
    expect(rig.fetch().offset).toBe(9);
    expect(rig.events('offset-committed').at(-1)).toMatchObject({ generation: 4, member: 'm' });
    expect(rig.join().response?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(errorOf(rig.txnCommit(7, 30, 'm', 3))).toBe(ErrorCode.STALE_MEMBER_EPOCH);
  });
});

function subscriptionTo(topic: string): { topics: string[]; ownedPartitions: number[]; generationId: number; rackId: null } {
  return { topics: [topic], ownedPartitions: [], generationId: -1, rackId: null };
}
