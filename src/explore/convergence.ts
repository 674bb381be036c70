/** What stands in the way of a healed run: the cluster, the consumers that watch, and the groups, as the judge wants to see them. */
import { groupObstacles, type GroupObstacle, type GroupView } from '../check/guarantees/groupConverges.js';
import { copyingTimesOut, fetchesTimeOut } from '../check/guarantees/alibis.js';
import { obstacles, type Obstacle } from '../check/guarantees/eventuallyConverges.js';
import type { ConvergenceView } from '../check/guarantees/eventuallyConverges.js';
import type { History } from '../check/history.js';
import type { Setbacks } from '../check/Setbacks.js';
import type { KafkaCluster } from '../kafka/cluster/KafkaCluster.js';
import { NEVER, type BrokerConfig } from '../kafka/config/index.js';
import { brokerPath } from '../kafka/controller/znodes.js';
import { javaHash } from '../kafka/coordinator/CoordinatorTopic.js';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC, type GroupMetadataValue } from '../kafka/protocol/coordinatorRecords.js';
import { partitionIndexOf, topicPartition } from '../kafka/protocol/topicPartition.js';
import { verifiesTransactions } from '../kafka/replication/TransactionVerification.js';
import { rightfulLeader } from '../check/whiteBox.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { GroupMember } from '../workload/GroupMember.js';
import type { Workload } from '../workload/Workload.js';
import type { ClientConfigs } from './trialConfigs.js';

export interface ConvergenceInput {
  readonly scenario: Scenario;
  readonly cluster: KafkaCluster;
  readonly workload: Workload;
  readonly history: History;
  readonly setbacks: Setbacks;
  readonly configs: ClientConfigs;
  readonly broker: BrokerConfig;
  readonly minIsr: (partition: number) => number;
  /** Brokers that stay broken for good although they may run. */
  readonly outside: ReadonlySet<number>;
  /** Ends of the leaders' logs at the last look; kept up to date by {@link whatIsLeft}. */
  readonly earlierEnds: Map<number, number>;
}

export interface Left {
  readonly cluster: readonly Obstacle[];
  readonly groups: readonly GroupObstacle[];
}

/** What keeps the run from having converged at this moment. */
export function whatIsLeft(input: ConvergenceInput): Left {
  const { names } = input.cluster.simulation.bus;
  const view = convergenceView(input);
  const left = { cluster: obstacles(view, names), groups: groupObstacles(view, groupViews(input), names) };
  noteEnds(input);
  return left;
}

function noteEnds({ cluster, earlierEnds }: ConvergenceInput): void {
  for (const partition of cluster.partitions()) {
    const end = cluster.replica(cluster.state(partition)?.leader ?? -1, partition)?.log.logEndOffset;
    if (end !== undefined) earlierEnds.set(partition, end);
  }
}

/** Stands for where every reader is: another number, and somebody has read on, or gone back. */
export function placesOf({ cluster, workload }: ConvergenceInput): number {
  const { names } = cluster.simulation.bus;
  let places = 0;
  for (const partition of cluster.partitions()) {
    const [topic, index] = [cluster.topicOf(partition), partitionIndexOf(names, partition)];
    for (const watcher of workload.watchers) places = (Math.imul(places, 31) + watcher.position(topic, index)) | 0;
    for (const member of workload.members) if (member.running) places = (Math.imul(places, 31) + member.position(partition)) | 0;
  }
  return places;
}

/** Members still deal with what they were given: whatever they have not finished yet must not count as lost. */
export function isWorkLeft({ workload, configs }: ConvergenceInput): boolean {
  return workload.members.some((member) => member.running && !member.settled && !isTooSlow(member, configs));
}

function convergenceView({
  cluster,
  scenario,
  workload,
  history,
  setbacks,
  configs,
  broker,
  minIsr,
  outside,
  earlierEnds,
}: ConvergenceInput): ConvergenceView {
  const { names } = cluster.simulation.bus;
  const runs = (id: number): boolean => cluster.node(id).process.running && !outside.has(id);
  const positions = workload.watchers.flatMap((consumer) => {
    const client = consumer.section.id;
    const stranded = !consumer.knownBrokers().some(runs);
    const readCommitted = configs.consumers.get(client)?.config.isolationLevel === 'read_committed';
    return cluster.partitions().flatMap((partition) => {
      const topic = cluster.topicOf(partition);
      if (!consumer.running || !consumer.section.topics.includes(topic) || consumer.errors.has(partition)) return [];
      return [{ client, partition, position: consumer.position(topic, partitionIndexOf(names, partition)), stranded, readCommitted }];
    });
  });
  const times = { ...broker, roundTripUs: 2 * scenario.network.maxUs };
  return {
    cluster,
    isHealed: runs,
    minIsr,
    earlierEnd: (partition) => earlierEnds.get(partition),
    allowsUncleanElection: (partition) => cluster.topicConfig(cluster.topicOf(partition)).uncleanLeaderElectionEnable,
    pendingSends: history.pendingSends,
    openTransactions: workload.openTransactions,
    transactionsForgotten: () =>
      cluster
        .partitions()
        .some((id) => cluster.topicOf(id) === TRANSACTION_STATE_TOPIC && setbacks.forgotTail(id, 0, cluster.simulation.scheduler.nowUs)),
    positions,
    believesDead: (broker, other) => cluster.node(broker).broker?.metadata.isAlive(other) === false,
    believedEpoch: (broker, partition) => cluster.node(broker).broker?.metadata.state(partition)?.leaderEpoch,
    verification: verifiesTransactions(cluster.features, broker.transactions),
    damagedDisks: scenario.faults.some((fault) => fault.kind === 'bit-rot'),
    isOutside: (id) => outside.has(id),
    hasSession: (id) => cluster.ensemble.store.has(brokerPath(id)),
    fetchesTimeOut: fetchesTimeOut(times),
    copyingTimesOut: copyingTimesOut(times),
    creation: {
      aliveBrokers: cluster.nodes().filter(({ id }) => runs(id)).length,
      replicationFactors: new Map([
        [CONSUMER_OFFSETS_TOPIC, broker.groups.offsetsTopicReplicationFactor],
        [TRANSACTION_STATE_TOPIC, broker.transactions.stateLogReplicationFactor],
      ]),
    },
  };
}

function groupViews(input: ConvergenceInput): GroupView[] {
  const groups = new Map<string, GroupMember[]>();
  for (const member of input.workload.members) groups.set(member.group, [...(groups.get(member.group) ?? []), member]);
  return [...groups].map(([id, members]) => groupView(input, id, members));
}

const TOO_SLOW: ReadonlyMap<number, string> = new Map([[-1, 'MAX_POLL_INTERVAL']]);

/**
 * What one poll may return takes longer than max.poll.interval.ms, or than the transaction that it is made into may last: such a member is thrown out, or its transaction
 * aborted, again and again, and need never get through.
 */
function isTooSlow({ id, section, config }: GroupMember, configs: ClientConfigs): boolean {
  const { workers, processUs, commit } = section.application;
  const timeoutUs = commit === 'transaction' ? configs.consumers.get(id)?.outputConfig?.transactionTimeoutUs : undefined;
  return workers === 0 && processUs * config.maxPollRecords > Math.min(config.maxPollIntervalUs, timeoutUs ?? NEVER);
}

function groupView({ scenario, cluster, configs, outside }: ConvergenceInput, id: string, members: readonly GroupMember[]): GroupView {
  const { names } = cluster.simulation.bus;
  const runs = (broker: number): boolean => cluster.node(broker).process.running && !outside.has(broker);
  const offsetsPartitions = cluster.partitionCount(CONSUMER_OFFSETS_TOPIC);
  const coordinatorPartition =
    offsetsPartitions === 0 ? -1 : topicPartition(names, CONSUMER_OFFSETS_TOPIC, (javaHash(id) & 0x7fffffff) % offsetsPartitions);
  const leader = cluster.state(coordinatorPartition)?.leader ?? -1;
  const coordinator = leader >= 0 && runs(leader) ? cluster.node(leader).broker?.coordinators.groups : undefined;
  const counted = new Set(coordinator?.clientsOf(id));
  const topics = new Set(members.flatMap(({ section }) => section.topics));
  const outputs = new Set(members.flatMap(({ section }) => section.application.output ?? []));
  const named = (client: string): GroupMember | undefined => members.find((member) => member.id === client);
  return {
    id,
    members: members.map((member) => ({
      client: member.id,
      running: member.running,
      left: member.retired,
      counted: counted.has(member.id),
      stranded: member.running && member.knownBrokers().length > 0 && !member.knownBrokers().some(runs),
      errors: isTooSlow(member, configs) ? TOO_SLOW : member.errors,
    })),
    partitions: cluster.partitions().filter((partition) => topics.has(cluster.topicOf(partition))),
    outputPartitions: cluster.partitions().filter((partition) => outputs.has(cluster.topicOf(partition))),
    coordinatorPartition,
    state: coordinator?.stateOf(id) ?? null,
    readCommitted: configs.consumers.get(members[0]?.id ?? '')?.config.isolationLevel === 'read_committed',
    transactional: members.some(({ section }) => section.application.commit === 'transaction'),
    overlooked: (partition) => {
      if (isLeftOver(cluster, coordinatorPartition, id, partition)) return 'static-revoker';
      const created = scenario.topics.find(({ name }) => name === cluster.topicOf(partition))?.partitions ?? 0;
      if (partitionIndexOf(names, partition) < created) return null;
      if (members.some(({ section }) => section.properties['group.instance.id'] !== undefined)) return 'static-leader';
      return isAssignedTwice(cluster, coordinatorPartition, id) ? 'assigned-twice' : null;
    },
    owned: (client) => [...(named(client)?.owned ?? [])],
    position: (client, partition) => named(client)?.position(partition) ?? -1,
  };
}

/** Does the group's present generation give the partition to nobody, which was to be given up first, and has a static member been replaced in it? */
function isLeftOver(cluster: KafkaCluster, coordinatorPartition: number, group: string, partition: number): boolean {
  const generation = presentGeneration(cluster, coordinatorPartition, group);
  const present = generation.at(-1);
  if (present?.protocol !== 'cooperative-sticky' || present.members.some(({ assignment }) => assignment.includes(partition))) return false;
  const statics = generation.flatMap(({ members }) => members.filter(({ groupInstanceId }) => groupInstanceId !== null));
  return new Set(statics.map(({ memberId }) => memberId)).size > new Set(statics.map(({ groupInstanceId }) => groupInstanceId)).size;
}

/** Does the group's log hold several assignments of its present generation? */
function isAssignedTwice(cluster: KafkaCluster, coordinatorPartition: number, group: string): boolean {
  const assignments = presentGeneration(cluster, coordinatorPartition, group).map(({ members }) =>
    JSON.stringify(members.map(({ clientId, assignment }) => [clientId, assignment])),
  );
  return new Set(assignments).size > 1;
}

/** What the group's coordinators have written of its present generation, in the order of the log. */
function presentGeneration(cluster: KafkaCluster, coordinatorPartition: number, group: string): GroupMetadataValue[] {
  const written: GroupMetadataValue[] = [];
  rightfulLeader(cluster, coordinatorPartition)?.log.forEachBatch(({ records }) => {
    for (const { payload } of records) if (payload?.kind === 'group-metadata' && payload.group === group) written.push(payload);
  });
  const present = written.at(-1)?.generation;
  return written.filter(({ generation }) => generation === present);
}
