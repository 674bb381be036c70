/** Sentences about groups and their consumers on which no promise hangs: each is true in Kafka 3.9 and was not before. */
import { runTrial } from '../src/explore/trial.js';
import { createAssignor } from '../src/kafka/client/assignors/index.js';
import { FakeGroup } from '../src/kafka/client/groupTesting.js';
import { GroupRig, SECOND } from '../src/kafka/group/testing.js';
import { ErrorCode } from '../src/kafka/protocol/errors.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import { producerBatch, TestReplica } from '../src/kafka/replication/testing.js';
import { parseScenario } from '../src/scenario/parse.js';

/** KIP-394: a client that never heard the answer asks again, still without an id. */
export function joinsOnce(features: KafkaFeatures): boolean {
  const rig = new GroupRig({ features });
  rig.join();
  rig.enter();
  return rig.events('member-joined').length < 2;
}

/** KAFKA-10284. */
export function fencedAfterFailover(features: KafkaFeatures): boolean {
  const instance = { groupInstanceId: 'i-0' };
  const rig = new GroupRig({ features });
  const [former] = rig.stableGroup(1, () => instance) as [string];
  rig.join(instance);
  rig.run(SECOND);
  rig.failOver();
  return rig.heartbeat(former, 1, 'i-0') === ErrorCode.FENCED_INSTANCE_ID;
}

/** KAFKA-9823: the heartbeat is queued behind the commit, whose answer sends the member to another coordinator; there it joins again. */
export function ignoresFormerGeneration(features: KafkaFeatures): boolean {
  const group = new FakeGroup(2, {}, features);
  const commit = (): void => group.consumer.commitAsync([{ partition: group.brokers.partition(0).id, offset: 0 }], () => {});
  group.start();
  group.runTo(1_000);
  group.refuse('Heartbeat', 'UNKNOWN_MEMBER_ID');
  group.refuse('OffsetCommit', 'NOT_COORDINATOR', 'REBALANCE_IN_PROGRESS');
  group.hold('Heartbeat');
  group.hold('OffsetCommit');
  commit();
  group.runTo(3_500);
  group.brokers.coordinator = 3;
  group.release('OffsetCommit');
  group.runTo(3_600);
  commit();
  group.runTo(4_500);
  const { generation } = group;
  group.release('Heartbeat');
  group.runTo(5_500);
  return group.generation === generation;
}

export function heartbeatsBeforeAssignment(features: KafkaFeatures): boolean {
  const rig = new GroupRig({ features });
  const { memberId } = rig.enter();
  rig.run(4 * SECOND);
  return rig.heartbeat(memberId, 1) === ErrorCode.NONE;
}

/** KAFKA-14639: `late` has not heard of generation 2, and nobody else has what it claims. */
export function keepsUncontestedClaims(features: KafkaFeatures): boolean {
  const member = (memberId: string, generationId: number, ownedPartitions: number[]) => ({
    memberId,
    groupInstanceId: null,
    subscription: { topics: ['orders'], ownedPartitions, generationId, rackId: null },
  });
  const members = [member('late', 1, [0, 1, 2]), member('new', -1, []), member('other', 2, [3, 4, 5])];
  const assignment = createAssignor('cooperative-sticky', features).assign(new Map([['orders', [0, 1, 2, 3, 4, 5]]]), members);
  return (assignment.get('new') ?? []).every((partition) => partition > 2);
}

/** KIP-392. */
export function readsNextDoor(features: KafkaFeatures): boolean {
  const rackOf = (brokerId: number): string => (brokerId === 3 ? 'b' : 'a');
  const broker = { replicaSelectorClass: 'org.apache.kafka.common.replica.RackAwareReplicaSelector' };
  const leader = new TestReplica({ replicas: [1, 2, 3], rackOf, broker, features });
  leader.metadata.update({ controllerId: 1, controllerEpoch: 1, brokerEpoch: -1, partitions: [], liveBrokers: [1, 2, 3] });
  leader.send(producerBatch(-1, -1));
  for (const follower of [2, 3]) leader.followerAt(follower, 1);
  return leader.fetch(0, { rackId: 'b' })?.preferredReadReplica === 3;
}

const ONE_MEMBER = `
topics: [{ name: orders, partitions: 1 }]
workload:
  producers: []
  consumers: [{ id: c1, application: {}, properties: { group.id: g1, group.protocol: consumer } }]
features: { consumerGroupProtocol: true }
duration: 10s
`;

/** KIP-848. A consumer whose broker does not know that protocol joins by the classic one. */
export function speaksInMemberEpochs(features: KafkaFeatures): boolean {
  const parsed = parseScenario(ONE_MEMBER, 'one-member');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const events = runTrial({ ...parsed.scenario, features }, { record: true }).recorder?.slice() ?? [];
  if (!events.some(({ type }) => type === 'partition-assigned')) throw new Error('the group has no owner');
  return events.some(({ type }) => type === 'member-epoch-changed');
}
