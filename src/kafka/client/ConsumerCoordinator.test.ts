import { describe, expect, it } from 'vitest';
import { FakeGroup } from './groupTesting.js';

const BOTH = 'orders-0 orders-1';

describe('a member joins', () => {
  it('with every assignor that it offers, and what it owns only where that counts', () => {
    const group = new FakeGroup(2, { partitionAssignmentStrategy: ['range', 'cooperative-sticky'] });
    group.start();
    group.runTo(1_000);
    group.rebalancing = true;
    group.runTo(6_000);
    const offers = group
      .requests('JoinGroup')
      .map(({ protocols }) => protocols.map(({ name, subscription }) => [name, subscription.ownedPartitions.length]));
    // Range is eager, so that the group is: everything was given up before.
    expect(offers).toEqual([
      [
        ['range', 0],
        ['cooperative-sticky', 0],
      ],
      [
        ['range', 0],
        ['cooperative-sticky', 0],
      ],
    ]);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, `revoked ${BOTH}`, `assigned ${BOTH} in 2`]);
  });

  it('cooperatively with what it holds, and since when', () => {
    const group = new FakeGroup(2, { partitionAssignmentStrategy: ['cooperative-sticky'] });
    group.start();
    group.runTo(1_000);
    group.rebalancing = true;
    group.runTo(6_000);
    const [first, second] = group.requests('JoinGroup').map(({ protocols }) => protocols[0]?.subscription);
    expect(first).toMatchObject({ ownedPartitions: [], generationId: -1 });
    expect(second).toMatchObject({ ownedPartitions: group.brokers.partitions.map(({ id }) => id), generationId: 1 });
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, 'assigned nothing in 2']);
  });

  it('again at once with the id that the coordinator gave it, and after a pause when the coordinator is loading', () => {
    const group = new FakeGroup();
    group.refuse('JoinGroup', 'MEMBER_ID_REQUIRED', 'COORDINATOR_LOAD_IN_PROGRESS');
    group.start();
    group.runTo(1_000);
    const [first, second, third] = group.brokers.requests.filter(({ api }) => api === 'JoinGroup');
    expect([first, second, third].map((each) => (each?.body as { memberId: string }).memberId)).toEqual(['', 'm1', 'm1']);
    expect(second!.atUs - first!.atUs).toBeLessThan(20_000);
    expect(third!.atUs - second!.atUs).toBeGreaterThan(70_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`]);
  });

  it('at another coordinator when this one is not it, or is gone', () => {
    const group = new FakeGroup();
    group.refuse('JoinGroup', 'NOT_COORDINATOR');
    group.brokers.coordinator = 3;
    group.start();
    group.runTo(1_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`]);
    group.brokers.simulation.kill(group.brokers.processes.get(3)!);
    group.brokers.coordinator = 2;
    group.runTo(8_000);
    const beats = group.brokers.requests.filter(({ api, atUs }) => api === 'Heartbeat' && atUs > 2_000_000);
    expect(beats.length).toBeGreaterThan(0);
    expect(new Set(beats.map(({ broker }) => broker))).toEqual(new Set([2]));
    expect(group.requests('JoinGroup')).toHaveLength(2);
  });

  it('never again once another one has its group.instance.id', () => {
    const group = new FakeGroup(2, { groupInstanceId: 'i1' });
    group.start();
    group.runTo(1_000);
    group.refuse('Heartbeat', 'FENCED_INSTANCE_ID');
    group.runTo(20_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, `lost ${BOTH}`, 'FENCED_INSTANCE_ID']);
    expect(group.requests('JoinGroup')).toHaveLength(1);
  });
});

describe('a rebalance', () => {
  it('waits until the application polls', () => {
    const group = new FakeGroup();
    group.brokers.append(0, [1]);
    group.consumer.onRecords = (): void => void group.consumer.poll();
    group.start();
    group.runTo(1_000);
    group.rebalancing = true;
    group.runTo(30_000);
    expect(group.requests('JoinGroup')).toHaveLength(1);
    expect(group.requests('Heartbeat').length).toBeGreaterThan(8);
    group.poll();
    group.runTo(31_000);
    expect(group.requests('JoinGroup')).toHaveLength(2);
  });

  it('waits for the commit that the application makes while it gives its partitions up', () => {
    const group = new FakeGroup();
    group.brokers.append(0, [1]);
    group.start();
    group.runTo(1_000);
    group.consumer.onRevoked = (): void => group.consumer.commitSync(null, (error) => group.told.push(`committed ${error}`));
    group.rebalancing = true;
    group.hold('OffsetCommit');
    group.runTo(10_000);
    expect(group.requests('JoinGroup')).toHaveLength(1);
    group.release('OffsetCommit');
    group.runTo(11_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, 'committed ', `assigned ${BOTH} in 2`]);
    expect(group.requests('OffsetCommit')[0]).toMatchObject({ generationId: 1 });
  });

  it('gives up only what went elsewhere under the cooperative protocol, and joins again for it', () => {
    const group = new FakeGroup(2, { partitionAssignmentStrategy: ['cooperative-sticky'] });
    group.start();
    group.runTo(1_000);
    group.assignment = [group.brokers.partition(0).id];
    group.rebalancing = true;
    group.runTo(6_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, 'revoked orders-1', 'assigned nothing in 2', 'assigned nothing in 3']);
  });

  it.each([true, false])(
    'ends what the member reads of a partition that it gave up (condition revokedPartitionsDropped: %s)',
    (revokedPartitionsDropped) => {
      const group = new FakeGroup(2, { partitionAssignmentStrategy: ['cooperative-sticky'] }, { revokedPartitionsDropped });
      group.start();
      group.runTo(1_000);
      group.assignment = [group.brokers.partition(0).id];
      group.rebalancing = true;
      group.runTo(6_000);
      group.brokers.append(0, [1]);
      group.brokers.append(1, [2]);
      group.runTo(8_000);
      expect(group.read.sort((a, b) => a - b)).toEqual(revokedPartitionsDropped ? [1] : [1, 2]);
    },
  );

  it('is called for by the leader when a topic grows', () => {
    const group = new FakeGroup(1, { metadataMaxAgeUs: 1_000_000 });
    group.start();
    group.runTo(1_000);
    group.brokers.addPartition(1);
    group.runTo(4_000);
    expect(group.told).toEqual(['assigned orders-0 in 1', 'revoked orders-0', `assigned ${BOTH} in 2`]);
  });
});

describe('a member that is thrown out', () => {
  it('has lost everything, and joins as a new one', () => {
    const group = new FakeGroup();
    group.start();
    group.runTo(1_000);
    group.refuse('Heartbeat', 'UNKNOWN_MEMBER_ID');
    group.runTo(6_000);
    expect(group.told).toEqual([`assigned ${BOTH} in 1`, `lost ${BOTH}`, `assigned ${BOTH} in 2`]);
    expect(group.requests('JoinGroup').map(({ memberId }) => memberId)).toEqual(['', '']);
    expect(group.brokers.events('member-fenced')).toMatchObject([{ group: 'g', generation: 1, error: 'UNKNOWN_MEMBER_ID' }]);
  });

  // KAFKA-9823: the answer comes from a coordinator that is one no longer, after the member joined elsewhere.
  it.each([true, false])('by an answer to its former generation only before 2.6 (checked: %s)', (responsesCheckedByGeneration) => {
    const group = new FakeGroup(2, {}, { responsesCheckedByGeneration });
    group.start();
    group.runTo(1_000);
    const commit = (): void => group.consumer.commitAsync([{ partition: group.brokers.partition(0).id, offset: 0 }], () => {});
    group.refuse('Heartbeat', 'UNKNOWN_MEMBER_ID');
    group.refuse('OffsetCommit', 'NOT_COORDINATOR', 'REBALANCE_IN_PROGRESS');
    group.hold('Heartbeat');
    group.hold('OffsetCommit');
    commit();
    group.runTo(3_500);
    // The heartbeat is queued behind the commit, whose answer sends the member to another coordinator; there it joins again.
    group.brokers.coordinator = 3;
    group.release('OffsetCommit');
    group.runTo(3_600);
    commit();
    group.runTo(4_500);
    expect(group.generation).toBe(2);
    group.release('Heartbeat');
    group.runTo(5_500);
    expect(group.generation).toBe(responsesCheckedByGeneration ? 2 : 3);
  });
});

describe('a commit', () => {
  function started(config = {}, features = {}): FakeGroup {
    const group = new FakeGroup(1, config, features);
    group.brokers.append(0, [1, 2, 3]);
    group.start();
    group.runTo(1_000);
    return group;
  }

  it('of nothing in particular is of what was handed out', () => {
    const group = started();
    const errors: string[] = [];
    group.consumer.commitSync(null, (error) => errors.push(error));
    group.runTo(1_100);
    expect(errors).toEqual(['']);
    expect(group.commits()).toEqual(['orders-0@3']);
    expect(group.brokers.events('commit-completed')).toMatchObject([{ offset: 3, generation: 1, kind: 'sync', error: 'NONE' }]);
  });

  it('is tried again until it is there, if it is synchronous', () => {
    const group = started();
    const errors: string[] = [];
    group.refuse('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'REQUEST_TIMED_OUT');
    group.consumer.commitSync(null, (error) => errors.push(error));
    group.runTo(3_000);
    expect(errors).toEqual(['']);
    expect(group.commits()).toHaveLength(4);
  });

  it('is given up after default.api.timeout.ms', () => {
    const group = started({ defaultApiTimeoutUs: 2_000_000 });
    const errors: string[] = [];
    group.brokers.simulation.kill(group.brokers.processes.get(2)!);
    group.refuse('FindCoordinator', ...Array.from({ length: 100 }, () => 'COORDINATOR_NOT_AVAILABLE' as const));
    group.runTo(1_100);
    group.consumer.commitSync(null, (error) => errors.push(error));
    group.runTo(3_000);
    expect(errors).toEqual([]);
    group.runTo(3_300);
    expect(errors).toEqual(['TIMEOUT']);
  });

  it('has one attempt, if it is asynchronous', () => {
    const group = started();
    const errors: string[] = [];
    group.refuse('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS');
    group.consumer.commitAsync(null, (error) => errors.push(error));
    group.runTo(3_000);
    expect(errors).toEqual(['COORDINATOR_LOAD_IN_PROGRESS']);
    expect(group.commits()).toHaveLength(1);
  });

  it('is refused for good to a member of a former generation, which joins again', () => {
    const group = started();
    const errors: string[] = [];
    group.refuse('OffsetCommit', 'ILLEGAL_GENERATION');
    group.consumer.commitSync(null, (error) => errors.push(error));
    group.runTo(2_000);
    expect(errors).toEqual(['ILLEGAL_GENERATION']);
    expect(group.told).toEqual(['assigned orders-0 in 1', 'lost orders-0', 'assigned orders-0 in 2']);
    // Its id is still good (since 3.0).
    expect(group.requests('JoinGroup')[1]?.memberId).toBe('m1');
  });

  it('is nothing that a member can do while it joins', () => {
    const group = started();
    const errors: string[] = [];
    group.hold('JoinGroup');
    group.rebalancing = true;
    group.runTo(6_000);
    group.consumer.commitSync([{ partition: group.brokers.partition(0).id, offset: 1 }], (error) => errors.push(error));
    expect(errors).toEqual(['REBALANCE_IN_PROGRESS']);
    expect(group.commits()).toEqual([]);
  });

  it('is read back by whoever asks', () => {
    const group = started();
    const { id } = group.brokers.partition(0);
    const answers: (readonly [number, number][] | null)[] = [];
    group.committed.set(id, 2);
    group.refuse('OffsetFetch', 'UNSTABLE_OFFSET_COMMIT');
    group.consumer.committed([id], (offsets) => answers.push(offsets === null ? null : [...offsets]));
    group.runTo(2_000);
    expect(answers).toEqual([[[id, 2]]]);
  });
});

describe('enable.auto.commit', () => {
  const auto = { enableAutoCommit: true, autoCommitIntervalUs: 1_000_000 };

  it('commits at a poll what the poll before had returned, whether anybody dealt with it or not', () => {
    const group = new FakeGroup(1, { ...auto, maxPollRecords: 2 });
    group.brokers.append(0, [1, 2, 3, 4]);
    group.consumer.onRecords = (): void => {};
    group.start();
    group.runTo(800);
    expect(group.consumer.poll()).toHaveLength(1);
    group.runTo(5_000);
    expect(group.commits()).toEqual([]);
    group.consumer.poll();
    group.runTo(5_100);
    expect(group.commits()).toEqual(['orders-0@2']);
  });

  // KAFKA-2942
  it('would commit what nobody was given, were it not for the condition commitsFollowPositions', () => {
    const group = new FakeGroup(1, { ...auto, maxPollRecords: 2 }, { commitsFollowPositions: false });
    group.brokers.append(0, [1, 2, 3, 4]);
    group.consumer.onRecords = (): void => {};
    group.start();
    group.runTo(800);
    group.consumer.poll();
    group.runTo(5_000);
    group.consumer.poll();
    group.runTo(5_100);
    expect(group.commits()).toEqual(['orders-0@4']);
  });

  it('commits while the application waits for records, before a rebalance, and on close', () => {
    const group = new FakeGroup(1, { ...auto, autoCommitIntervalUs: 4_000_000 });
    group.brokers.append(0, [1]);
    group.start();
    group.runTo(4_100);
    expect(group.commits()).toEqual(['orders-0@1']);
    group.brokers.append(0, [2]);
    group.rebalancing = true;
    group.runTo(7_000);
    expect(group.commits()).toEqual(['orders-0@1', 'orders-0@2']);
    expect(group.brokers.requests.map(({ api }) => api).filter((api) => api === 'OffsetCommit' || api === 'JoinGroup')).toEqual([
      'JoinGroup',
      'OffsetCommit',
      'OffsetCommit',
      'JoinGroup',
    ]);
    group.brokers.append(0, [3]);
    group.runTo(7_600);
    group.consumer.close(() => group.told.push('closed'));
    group.runTo(7_900);
    expect(group.commits().at(-1)).toBe('orders-0@3');
    expect(group.requests('LeaveGroup')).toHaveLength(1);
    expect(group.told.slice(-2)).toEqual(['revoked orders-0', 'closed']);
  });

  it('tells the application what it commits, and how that ends', () => {
    const group = new FakeGroup(1, auto);
    group.brokers.append(0, [1]);
    group.consumer.onAutoCommit = (offsets): ((error: string) => void) => {
      group.told.push(`commits ${offsets.map(({ offset }) => offset).join()}`);
      return (error) => group.told.push(`committed ${error}`);
    };
    group.start();
    group.runTo(1_500);
    expect(group.told).toEqual(['assigned orders-0 in 1', 'commits 1', 'committed ']);
  });
});

describe('a consumer of a group begins', () => {
  it('at the committed offset, and at auto.offset.reset where there is none', () => {
    const group = new FakeGroup(2);
    group.brokers.append(0, [1, 2, 3]);
    group.brokers.append(1, [4, 5]);
    group.committed.set(group.brokers.partition(0).id, 2);
    const positions: [string, number][] = [];
    group.consumer.onPosition = (partition, offset): void =>
      void positions.push([group.brokers.simulation.bus.names.text(partition), offset]);
    group.start();
    group.runTo(2_000);
    expect(group.read.sort((a, b) => a - b)).toEqual([3, 4, 5]);
    expect(positions).toEqual([
      ['orders-0', 2],
      ['orders-1', 0],
    ]);
  });

  it('nowhere without a committed offset and without a policy', () => {
    const group = new FakeGroup(1, { autoOffsetReset: 'none' });
    const errors: string[] = [];
    group.consumer.onError = (error): void => void errors.push(error);
    group.start();
    group.runTo(2_000);
    expect(errors).toEqual(['NO_OFFSET_FOR_PARTITION']);
  });

  it('once no transaction has offsets pending (KIP-447)', () => {
    const group = new FakeGroup(1);
    group.brokers.append(0, [1, 2]);
    group.committed.set(group.brokers.partition(0).id, 1);
    group.refuse('OffsetFetch', 'UNSTABLE_OFFSET_COMMIT', 'UNSTABLE_OFFSET_COMMIT', 'COORDINATOR_LOAD_IN_PROGRESS');
    group.start();
    group.runTo(3_000);
    expect(group.read).toEqual([2]);
    expect(group.requests('OffsetFetch').map(({ requireStable }) => requireStable)).toEqual([true, true, true, true]);
    const old = new FakeGroup(1, {}, { requireStableOffsets: false });
    old.start();
    old.runTo(1_000);
    expect(old.requests('OffsetFetch')[0]?.requireStable).toBe(false);
  });

  it('with its own offsets too when it assigns partitions to itself, outside of the group protocol', () => {
    const group = new FakeGroup(1, { enableAutoCommit: true, autoCommitIntervalUs: 500_000 });
    group.brokers.append(0, [1, 2]);
    group.committed.set(group.brokers.partition(0).id, 1);
    group.consumer.assign([{ topic: 'orders', index: 0 }]);
    group.poll();
    group.runTo(2_000);
    expect(group.read).toEqual([2]);
    expect(group.requests('JoinGroup')).toEqual([]);
    expect(group.requests('OffsetCommit')[0]).toMatchObject({ generationId: -1, memberId: '' });
  });
});

describe('on close', () => {
  it('a static member does not leave', () => {
    const group = new FakeGroup(1, { groupInstanceId: 'i1' });
    group.start();
    group.runTo(1_000);
    group.consumer.close(() => group.told.push('closed'));
    group.runTo(2_000);
    expect(group.told).toEqual(['assigned orders-0 in 1', 'revoked orders-0', 'closed']);
    expect(group.requests('LeaveGroup')).toEqual([]);
  });

  it('a coordinator that does not answer holds it up for 30 s at most', () => {
    const group = new FakeGroup(1);
    group.start();
    group.runTo(1_000);
    group.hold('LeaveGroup');
    group.consumer.close(() => group.told.push('closed'));
    group.runTo(30_000);
    expect(group.told.at(-1)).toBe('revoked orders-0');
    group.runTo(31_100);
    expect(group.told.at(-1)).toBe('closed');
  });
});
