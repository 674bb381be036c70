/**
 * A client, and now and then a controller, that says what no well-behaved one says: for the branches of a broker that exist to refuse it. Real clusters meet
 * such requests from old libraries, from administrators, and from bytes that were under way for long.
 */
import { Simulation } from '../../src/engine/Simulation.js';
import { KafkaCluster } from '../../src/kafka/cluster/KafkaCluster.js';
import { CONTROLLER_PATH } from '../../src/kafka/controller/znodes.js';
import { parseProperties, type ConfigKind, type ConfigValue } from '../../src/kafka/config/index.js';
import { BrokerConnection } from '../../src/kafka/network/BrokerConnection.js';
import { type KafkaFeatures, PRESETS } from '../../src/kafka/protocol/features.js';
import type {
  ApiName,
  ConsumerGroupHeartbeatRequest,
  InitProducerIdResponse,
  JoinGroupRequest,
  PartitionState,
  RequestOf,
  ResponseOf,
} from '../../src/kafka/protocol/messages.js';
import type { ProducerBatch } from '../../src/kafka/protocol/records.js';
import { topicPartition } from '../../src/kafka/protocol/topicPartition.js';
import { ZooKeeperClient } from '../../src/zookeeper/ZooKeeperClient.js';

const SECOND = 1_000_000;

/** Runs the whole of it; returns what was counted. */
export function impoliteCounts(): [string, number][] {
  const world = new ImpoliteWorld({ consumerGroupProtocol: true, txnVerification: false });
  produceWrongly(world);
  joinWrongly(world);
  neverComeBack(world);
  transactWrongly(world);
  playController(world);
  deposeUnawares(world);
  const second = new ImpoliteWorld({ transactionV2: true });
  abortNothing(second);
  return [...world.simulation.probes.entries(), ...second.simulation.probes.entries()];
}

class ImpoliteWorld {
  readonly simulation = new Simulation('impolite');
  readonly cluster: KafkaCluster;
  private readonly connections = new Map<string, BrokerConnection>();

  constructor(features: Partial<KafkaFeatures>) {
    const broker = { 'group.max.size': '2', 'group.initial.rebalance.delay.ms': '0', 'offsets.topic.num.partitions': '1' };
    const one = { 'transaction.state.log.num.partitions': '1', 'auto.leader.rebalance.enable': 'false' };
    this.cluster = new KafkaCluster(this.simulation, {
      release: '3.9',
      features: { ...PRESETS['3.9'], ...features },
      brokers: 3,
      zookeeperServers: 1,
      brokerProperties: parsed('broker', { ...broker, ...one }),
      brokerOverrides: new Map(),
      topics: [
        { name: 'orders', partitions: 2, replicationFactor: 3, config: parsed('topic', { 'max.message.bytes': '1000' }) },
        { name: 'states', partitions: 1, replicationFactor: 3, config: parsed('topic', { 'cleanup.policy': 'compact' }) },
      ],
    });
    this.cluster.start();
    this.run(2);
    for (const keyType of ['group', 'transaction'] as const) {
      while (this.ask(1, 'FindCoordinator', { key: 'g', keyType }).nodeId < 0) this.run(0.2);
    }
    this.run(1);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  partition(topic: string, index = 0): number {
    return topicPartition(this.simulation.bus.names, topic, index);
  }

  leader(topic: string): number {
    return this.cluster.state(this.partition(topic))?.leader ?? 1;
  }

  /** Sends and does not wait. @param client answers to one client keep their order, so that one that waits holds up the others */
  say<A extends ApiName>(
    broker: number,
    api: A,
    body: RequestOf<A>,
    client = 'impolite',
    heard: (answer: ResponseOf<A> | null) => void = () => undefined,
  ): void {
    const key = `${client}@${broker}`;
    let connection = this.connections.get(key);
    if (connection === undefined) {
      const options = { clientId: client, requestTimeoutUs: 60 * SECOND, connectionSetupTimeoutUs: SECOND };
      const backoff = { reconnectBackoffUs: 50_000, reconnectBackoffMaxUs: 50_000 };
      const process = this.cluster.clientProcess(client);
      connection = new BrokerConnection(this.simulation.network, process, this.cluster.node(broker).host, { ...options, ...backoff });
      this.connections.set(key, connection);
    }
    connection.send(api, body, 100, heard);
  }

  /** @throws when no answer comes within a minute */
  ask<A extends ApiName>(broker: number, api: A, body: RequestOf<A>): ResponseOf<A> {
    let answer: ResponseOf<A> | null = null;
    this.say(broker, api, body, undefined, (heard) => (answer = heard));
    for (let i = 0; i < 6000 && answer === null; i++) this.run(0.01);
    if (answer === null) throw new Error(`${api} was not answered`);
    return answer;
  }
}

function parsed(kind: ConfigKind, given: Record<string, string>): ReadonlyMap<string, ConfigValue> {
  const entries = Object.entries(given).map(([name, value]) => ({ name, value, where: 'test' }));
  return parseProperties(kind, entries, '3.9').values;
}

function batch(sizeBytes: number, producer: { producerId: number; producerEpoch: number } | null = null): ProducerBatch {
  const records = [{ key: null, value: 1, timestampMs: 0, sizeBytes: 100 }];
  const { producerId, producerEpoch } = producer ?? { producerId: -1, producerEpoch: -1 };
  return { producerId, producerEpoch, baseSequence: producer === null ? -1 : 0, sizeBytes, records };
}

function produceWrongly(world: ImpoliteWorld): void {
  const produce = (topic: string, acks: number, sizeBytes: number): void => {
    const partitions = [{ partition: world.partition(topic), batch: batch(sizeBytes) }];
    world.ask(world.leader(topic), 'Produce', { acks, timeoutUs: SECOND, partitions });
  };
  produce('orders', 5, 168);
  produce('orders', -1, 2000);
  // Compaction has no use for a record without a key.
  produce('states', -1, 168);
}

function joinRequest(changes: Partial<JoinGroupRequest>): JoinGroupRequest {
  const subscription = { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null };
  return {
    groupId: 'classic',
    sessionTimeoutUs: 40 * SECOND,
    rebalanceTimeoutUs: 5 * SECOND,
    memberId: '',
    groupInstanceId: null,
    clientId: 'impolite',
    protocolType: 'consumer',
    protocols: [{ name: 'range', subscription }],
    ...changes,
  };
}

function heartbeat(changes: Partial<ConsumerGroupHeartbeatRequest>): ConsumerGroupHeartbeatRequest {
  return {
    groupId: 'modern',
    memberId: 'a',
    memberEpoch: 0,
    instanceId: null,
    clientId: 'impolite',
    rebalanceTimeoutUs: 3 * SECOND,
    subscribedTopics: ['orders'],
    serverAssignor: null,
    ownedPartitions: [],
    ...changes,
  };
}

function joinWrongly(world: ImpoliteWorld): void {
  const coordinator = world.leader('__consumer_offsets');
  world.ask(coordinator, 'Heartbeat', { groupId: '', generationId: 1, memberId: 'x', groupInstanceId: null });
  world.ask(coordinator, 'JoinGroup', joinRequest({ sessionTimeoutUs: 1 }));
  world.ask(coordinator, 'JoinGroup', joinRequest({ protocols: [] }));
  world.ask(coordinator, 'LeaveGroup', { groupId: 'unheard-of', memberId: 'x', groupInstanceId: null });
  world.ask(coordinator, 'ConsumerGroupHeartbeat', heartbeat({ memberEpoch: -5 }));
  world.ask(coordinator, 'ConsumerGroupHeartbeat', heartbeat({ serverAssignor: 'nobody-has-it' }));
  // So many offsets at once make a batch that `__consumer_offsets` does not take.
  const offsets = Array.from({ length: 9000 }, () => ({ partition: world.partition('orders'), offset: 0, leaderEpoch: -1 }));
  world.ask(coordinator, 'OffsetCommit', { groupId: 'none', generationId: -1, memberId: '', groupInstanceId: null, partitions: offsets });
}

function neverComeBack(world: ImpoliteWorld): void {
  const coordinator = world.leader('__consumer_offsets');
  // A new member is told its id (KIP-394), and that was that.
  world.ask(coordinator, 'JoinGroup', joinRequest({ groupId: 'shy', sessionTimeoutUs: 6 * SECOND }));
  // Two static members; then one more, who gives up again while nobody joins the rebalance that it began.
  const first = world.ask(coordinator, 'JoinGroup', joinRequest({ groupInstanceId: 'i1' }));
  const { memberId, generationId } = first;
  const sync = { groupId: 'classic', generationId, memberId, groupInstanceId: 'i1', protocolName: 'range' };
  world.ask(coordinator, 'SyncGroup', { ...sync, assignments: [{ memberId, partitions: [world.partition('orders')] }] });
  world.say(coordinator, 'JoinGroup', joinRequest({ groupInstanceId: 'i2' }), 'i2');
  world.run(0.5);
  world.ask(coordinator, 'LeaveGroup', { groupId: 'classic', memberId: '', groupInstanceId: 'i2' });
  world.run(8);
  for (const groupInstanceId of ['i3', 'i4', 'i5']) world.say(coordinator, 'JoinGroup', joinRequest({ groupInstanceId }), groupInstanceId);
  world.run(8);
  // Under the consumer protocol: `a` has everything, `b` comes, and `a` never gives anything up.
  const beat = (request: ConsumerGroupHeartbeatRequest): number => world.ask(coordinator, 'ConsumerGroupHeartbeat', request).memberEpoch;
  const epoch = beat(heartbeat({}));
  beat(heartbeat({ memberId: 'b', instanceId: 'i' }));
  beat(heartbeat({ memberId: 'c', instanceId: 'i' }));
  beat(heartbeat({ memberEpoch: epoch, subscribedTopics: null, ownedPartitions: [0, 1].map((index) => world.partition('orders', index)) }));
  world.run(8);
}

function transactWrongly(world: ImpoliteWorld): void {
  const coordinator = world.leader('__transaction_state');
  const transactionalId = 't';
  const init = (timeoutUs: number, held?: InitProducerIdResponse): InitProducerIdResponse => {
    const { producerId, producerEpoch } = held ?? { producerId: -1, producerEpoch: -1 };
    return world.ask(coordinator, 'InitProducerId', { transactionalId, transactionTimeoutUs: timeoutUs, producerId, producerEpoch });
  };
  init(0);
  const former = init(20 * SECOND);
  const present = init(20 * SECOND, former);
  // The answer got lost, or so it seems.
  init(20 * SECOND, former);
  const marker = { producerId: present.producerId, commit: true, partitions: [world.partition('orders')], transactionVersion: 1 };
  const write = (producerEpoch: number, coordinatorEpoch: number): void => {
    const markers = [{ ...marker, producerEpoch, coordinatorEpoch }];
    world.ask(world.leader('orders'), 'WriteTxnMarkers', { markers });
  };
  write(present.producerEpoch, 7);
  write(present.producerEpoch, 6);
  write(former.producerEpoch, 7);
  const commit = (producerEpoch: number): void => {
    const offsets = [{ partition: world.partition('orders'), offset: 1, leaderEpoch: -1 }];
    const member = { generationId: -1, memberId: '', groupInstanceId: null, transactionV2: false };
    const producer = { transactionalId, producerId: present.producerId, producerEpoch };
    world.ask(world.leader('__consumer_offsets'), 'TxnOffsetCommit', { groupId: 'g', ...producer, ...member, partitions: offsets });
  };
  commit(present.producerEpoch);
  commit(former.producerEpoch);
}

function playController(world: ImpoliteWorld): void {
  const { cluster } = world;
  const controllerId = cluster.node(1).broker?.metadata.controllerId ?? 1;
  world.ask(controllerId, 'ControlledShutdown', { brokerId: 99, brokerEpoch: -1 });
  const orders = world.partition('orders');
  const state = cluster.state(orders);
  const leader = state?.leader ?? 1;
  const change = { partition: orders, leaderEpoch: state?.leaderEpoch ?? 0, newIsr: [leader], partitionEpoch: -1 };
  world.ask(controllerId, 'AlterPartition', { brokerId: leader, brokerEpoch: -1, partitions: [change] });
  // The answer to the last change got lost, or so it seems.
  const same = { ...change, newIsr: [...(state?.isr ?? [])] };
  world.ask(controllerId, 'AlterPartition', { brokerId: leader, brokerEpoch: -1, partitions: [same] });
  // Leadership of a coordinator's partition that comes and goes faster than it can be loaded.
  const partition = world.partition('__consumer_offsets');
  const broker = cluster.nodes().find(({ id }) => id !== cluster.state(partition)?.leader)?.id ?? 1;
  const tell = (leaderEpoch: number, to: number): void => {
    const known = cluster.replica(broker, partition);
    const told: PartitionState = {
      partition,
      controllerEpoch: known?.controllerEpoch ?? 1,
      leader: to,
      leaderEpoch,
      isr: [1, 2, 3],
      partitionEpoch: known?.partitionEpoch ?? 0,
      replicas: [1, 2, 3],
      addingReplicas: [],
      removingReplicas: [],
      isNew: false,
    };
    const { controllerEpoch } = told;
    world.say(broker, 'LeaderAndIsr', { controllerId, controllerEpoch, brokerEpoch: -1, partitions: [told], liveLeaders: [] });
  };
  const epoch = cluster.replica(broker, partition)?.leaderEpoch ?? 0;
  tell(epoch + 1, broker);
  tell(epoch + 2, leader);
  tell(epoch, broker);
  world.run(1);
}

/** Somebody deletes the controller's znode, as administrators do; the next controller is there, but word of it does not reach the last, whose session lives. */
function deposeUnawares(world: ImpoliteWorld): void {
  const { cluster, simulation } = world;
  const { ensemble } = cluster;
  const controllerId = cluster.controllerId();
  const { host } = cluster.node(controllerId);
  const orders = world.partition('orders');
  const state = cluster.state(orders);
  const leader = state?.leader ?? 1;
  const admin = new ZooKeeperClient(simulation, cluster.clientProcess('impolite'), ensemble, { sessionTimeoutUs: 10 * SECOND, name: 'impolite' }, {});
  admin.start();
  world.run(0.2);
  for (const server of ensemble.hosts) simulation.network.cut(server, host);
  admin.delete(CONTROLLER_PATH, -1, () => undefined);
  world.run(0.5);
  const change = { partition: orders, leaderEpoch: state?.leaderEpoch ?? 0, newIsr: [leader], partitionEpoch: state?.version ?? 0 };
  world.say(controllerId, 'AlterPartition', { brokerId: leader, brokerEpoch: -1, partitions: [change] });
  world.run(0.5);
  for (const server of ensemble.hosts) simulation.network.heal(server, host);
  world.run(2);
}

/** KIP-890 part 2: an abort before the first record, and one after the end; and a member whose protocol the broker does not speak. */
function abortNothing(world: ImpoliteWorld): void {
  world.ask(world.leader('__consumer_offsets'), 'ConsumerGroupHeartbeat', heartbeat({}));
  const coordinator = world.leader('__transaction_state');
  const transactionalId = 't';
  const end = (producer: { producerId: number; producerEpoch: number }, commit: boolean): { producerId: number; producerEpoch: number } => {
    const answer = world.ask(coordinator, 'EndTxn', { transactionalId, ...producer, commit, transactionV2: true });
    world.run(0.5);
    return answer;
  };
  end({ producerId: 99, producerEpoch: 0 }, true);
  let producer: { producerId: number; producerEpoch: number } = world.ask(coordinator, 'InitProducerId', {
    ...{ transactionalId, transactionTimeoutUs: 20 * SECOND, producerId: -1, producerEpoch: -1 },
  });
  producer = end(producer, false);
  producer = end(producer, false);
  const { producerId, producerEpoch } = producer;
  const added = { transactionalId, producerId, producerEpoch, verifyOnly: false, partitions: [world.partition('orders')] };
  world.ask(coordinator, 'AddPartitionsToTxn', { transactions: [added] });
  producer = end(producer, true);
  end(producer, false);
}
