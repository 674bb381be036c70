import { describe, expect, it } from 'vitest';
import { lastStableOffsetAdvanced } from '../log/events.js';
import { placeBatch } from '../protocol/records.js';
import { markerBatch, offsetsIn, producerBatch, TestReplica } from './testing.js';

const UNCOMMITTED = { isolationLevel: 'read_uncommitted' } as const;

/** Plain 0, open transaction of producer 7 at 1, plain 2. */
function withOpenTransaction(replica: TestReplica): void {
  replica.produce(producerBatch(-1, -1));
  replica.produce(producerBatch(7, 0, { txn: true }));
  replica.produce(producerBatch(-1, -1));
}

describe('A read_committed fetch', () => {
  it('ends at the last stable offset, and names what was aborted once that moved on', () => {
    const replica = new TestReplica();
    const moved = replica.record(lastStableOffsetAdvanced);
    withOpenTransaction(replica);
    const before = replica.fetch(0);
    expect(offsetsIn(before)).toEqual([0]);
    expect(before).toMatchObject({ highWatermark: 3, lastStableOffset: 1, abortedTransactions: [] });
    expect(offsetsIn(replica.fetch(0, UNCOMMITTED))).toEqual([0, 1, 2]);
    expect(replica.fetch(0, UNCOMMITTED)?.abortedTransactions).toBeNull();
    replica.produce(markerBatch(7, false), {}, 'coordinator');
    const after = replica.fetch(0);
    expect(offsetsIn(after)).toEqual([0, 1, 2]);
    expect(after).toMatchObject({ lastStableOffset: 4, abortedTransactions: [{ producerId: 7, firstOffset: 1 }] });
    expect(moved.map(([, , from, to]) => [from, to])).toEqual([[1, 4]]);
  });

  it('reads beyond it, and learns of no abort, once the conditions are off', () => {
    const unbound = new TestReplica({ features: { lastStableOffsetBound: false } });
    withOpenTransaction(unbound);
    expect(offsetsIn(unbound.fetch(0))).toEqual([0, 1, 2]);
    const silent = new TestReplica({ features: { abortedTransactionsListed: false } });
    withOpenTransaction(silent);
    silent.produce(markerBatch(7, false), {}, 'coordinator');
    expect(silent.fetch(0)?.abortedTransactions).toEqual([]);
  });

  it('waits for the last stable offset, not for the high watermark', () => {
    const replica = new TestReplica();
    replica.produce(producerBatch(7, 0, { txn: true }));
    const waiting = replica.startFetch(0, { maxWaitUs: 500_000 });
    replica.produce(producerBatch(7, 1, { txn: true }));
    expect(waiting).toEqual([]);
    replica.produce(markerBatch(7, true), {}, 'coordinator');
    expect(offsetsIn(waiting[0])).toEqual([0, 1]);
  });

  it('waits for the marker to be replicated', () => {
    const replica = new TestReplica({ replicas: [1, 2] });
    replica.send(producerBatch(7, 0, { txn: true }));
    replica.followerAt(2, 1);
    replica.send(markerBatch(7, true), {}, 'coordinator');
    expect(replica.partition.log.lastStableOffset).toBe(0);
    replica.followerAt(2, 2);
    expect(replica.partition.log.lastStableOffset).toBe(2);
  });

  it('looked twice before KAFKA-9807, and read an open transaction that became replicated in between (B-53)', () => {
    for (const stableOffsetReadOnce of [false, true]) {
      const replica = new TestReplica({ replicas: [1, 2], features: { stableOffsetReadOnce } });
      replica.send(producerBatch(-1, -1));
      replica.followerAt(2, 1);
      replica.send(producerBatch(7, 0, { txn: true }));
      const answers = replica.startFetch(0);
      replica.followerAt(2, 2);
      replica.run(1000);
      expect(offsetsIn(answers[0])).toEqual(stableOffsetReadOnce ? [0] : [0, 1]);
    }
  });
});

describe('ListOffsets', () => {
  it('gives the last stable offset to read_committed and the high watermark to others', () => {
    const replica = new TestReplica();
    withOpenTransaction(replica);
    const latest = (isolationLevel: 'read_committed' | 'read_uncommitted'): number | undefined => {
      const partitions = [{ partition: replica.partitionId, currentLeaderEpoch: -1, timestamp: -1 }];
      return replica.replicas.reader.listOffsets({ replicaId: -1, isolationLevel, partitions }).partitions[0]?.offset;
    };
    expect([latest('read_committed'), latest('read_uncommitted')]).toEqual([1, 3]);
  });
});

describe('Fetching from the closest replica (KIP-392)', () => {
  const racks = ['', 'a', 'b', 'b'];
  const rackOf = (brokerId: number): string => racks[brokerId] ?? '';
  const broker = { replicaSelectorClass: 'org.apache.kafka.common.replica.RackAwareReplicaSelector' };

  function leader(features = {}): TestReplica {
    const replica = new TestReplica({ replicas: [1, 2, 3], rackOf, broker, features });
    replica.metadata.update({ controllerId: 1, controllerEpoch: 1, brokerEpoch: -1, partitions: [], liveBrokers: [1, 2, 3] });
    replica.send(producerBatch(-1, -1, { count: 1 }));
    replica.send(producerBatch(-1, -1, { count: 1 }));
    replica.followerAt(2, 1);
    replica.followerAt(3, 2);
    return replica;
  }

  it('sends a consumer to the most caught-up replica of its rack', () => {
    const answer = leader().fetch(0, { rackId: 'b' });
    expect(answer).toMatchObject({ preferredReadReplica: 3, batches: [] });
  });

  it('keeps a consumer that is in the leader’s rack, in none, or ahead of its replicas', () => {
    const replica = leader();
    for (const rackId of ['a', '', 'c']) expect(replica.fetch(0, { rackId })?.preferredReadReplica).toBe(-1);
    replica.send(producerBatch(-1, -1));
    expect(replica.fetch(3, { rackId: 'b' })?.preferredReadReplica).toBe(-1);
  });

  it('chooses among dead replicas never, and among replicas out of sync only before KAFKA-14372', () => {
    for (const preferredReplicaInSync of [true, false]) {
      const replica = leader({ preferredReplicaInSync });
      replica.partition.commitIsr([1, 2], 5);
      expect(replica.fetch(0, { rackId: 'b' })?.preferredReadReplica).toBe(preferredReplicaInSync ? 2 : 3);
      replica.metadata.update({ controllerId: 1, controllerEpoch: 1, brokerEpoch: -1, partitions: [], liveBrokers: [1] });
      expect(replica.fetch(0, { rackId: 'b' })?.preferredReadReplica).toBe(-1);
    }
  });

  it('has followers serve up to their own high watermark, and answers what lies between that and the log end with nothing', () => {
    const replica = new TestReplica({ replicas: [1, 2] });
    replica.follow(2);
    const { log } = replica.partition;
    for (let offset = 0; offset < 3; offset++) log.appendAsFollower(placeBatch(producerBatch(-1, -1), offset, 1), 0);
    log.updateHighWatermark(1);
    expect(offsetsIn(replica.fetch(0, UNCOMMITTED))).toEqual([0]);
    expect(replica.fetch(2, UNCOMMITTED)).toMatchObject({ errorCode: 0, batches: [] });
    expect(replica.fetch(4, UNCOMMITTED)?.errorCode).toBe(1);
    const old = new TestReplica({ replicas: [1, 2], features: { followerFetching: false } });
    old.follow(2);
    expect(old.fetch(0, UNCOMMITTED)?.errorCode).toBe(6);
  });
});
