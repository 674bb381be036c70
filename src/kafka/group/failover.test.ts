import { describe, expect, it } from 'vitest';
import { EventRecorder } from '../../engine/events.js';
import { Simulation } from '../../engine/Simulation.js';
import { KafkaCluster } from '../cluster/KafkaCluster.js';
import { parseProperties } from '../config/index.js';
import { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode } from '../protocol/errors.js';
import { PRESETS } from '../protocol/features.js';
import type { ApiName, RequestOf, ResponseOf } from '../protocol/messages.js';
import { topicPartition } from '../protocol/topicPartition.js';

const SECOND = 1_000_000;
const RELEASE = '3.9';

/** A real cluster, and requests to its brokers one at a time. */
class Requests {
  readonly simulation = new Simulation('group-failover');
  readonly recorder = new EventRecorder(this.simulation.bus);
  readonly cluster: KafkaCluster;
  private readonly connections = new Map<number, BrokerConnection>();

  constructor() {
    const set = (name: string, value: string): { name: string; value: string; where: string } => ({ name, value, where: 'test' });
    const broker = [set('zookeeper.session.timeout.ms', '6000'), set('group.initial.rebalance.delay.ms', '500')];
    this.cluster = new KafkaCluster(this.simulation, {
      release: RELEASE,
      features: PRESETS[RELEASE],
      brokers: 3,
      zookeeperServers: 3,
      brokerProperties: parseProperties('broker', broker, RELEASE).values,
      brokerOverrides: new Map(),
      topics: [{ name: 'orders', partitions: 2, replicationFactor: 3, config: new Map() }],
    });
    this.cluster.start();
    this.run(3);
  }

  run(seconds: number): void {
    this.simulation.scheduler.runUntil(this.simulation.nowUs + seconds * SECOND);
  }

  ask<A extends ApiName>(broker: number, api: A, request: RequestOf<A>, seconds = 2): ResponseOf<A> | null {
    let answer: ResponseOf<A> | null = null;
    this.connectionTo(broker).send(api, request, 100, (response) => (answer = response as ResponseOf<A> | null));
    this.run(seconds);
    return answer;
  }

  /** The group's coordinator, as some living broker knows it. */
  coordinator(avoid: number): number {
    for (let attempt = 0; attempt < 60; attempt++) {
      const asked = avoid === 1 ? 2 : 1;
      const found = this.ask(asked, 'FindCoordinator', { key: 'group', keyType: 'group' }, 1);
      if (found?.errorCode === ErrorCode.NONE && found.nodeId !== avoid) return found.nodeId;
    }
    throw new Error('no coordinator within a minute');
  }

  private connectionTo(broker: number): BrokerConnection {
    let connection = this.connections.get(broker);
    if (connection === undefined) {
      const { network } = this.simulation;
      const process = this.cluster.clientProcess('member');
      connection = new BrokerConnection(network, process, this.cluster.node(broker).host, {
        clientId: 'member',
        requestTimeoutUs: 10 * SECOND,
        connectionSetupTimeoutUs: 10 * SECOND,
        reconnectBackoffUs: 50_000,
        reconnectBackoffMaxUs: SECOND,
      });
      this.connections.set(broker, connection);
    }
    return connection;
  }
}

describe('a group whose coordinator dies', () => {
  it('finds its generation, its assignment and its offsets at the next one', () => {
    const requests = new Requests();
    const { names } = requests.simulation.bus;
    const partition = topicPartition(names, 'orders', 0);
    const first = requests.coordinator(-1);
    const ids = { groupId: 'group', groupInstanceId: null, generationId: 1 };
    const subscription = { topics: ['orders'], ownedPartitions: [], generationId: -1, rackId: null };
    const join = {
      ...{ groupId: 'group', groupInstanceId: null, clientId: 'member', protocolType: 'consumer' },
      ...{ sessionTimeoutUs: 45 * SECOND, rebalanceTimeoutUs: 60 * SECOND, protocols: [{ name: 'range', subscription }] },
    };
    const memberId = requests.ask(first, 'JoinGroup', { ...join, memberId: '' })?.memberId as string;
    expect(requests.ask(first, 'JoinGroup', { ...join, memberId })).toMatchObject({ errorCode: 0, generationId: 1, leader: memberId });
    const assignments = [{ memberId, partitions: [partition] }];
    const synced = requests.ask(first, 'SyncGroup', { ...ids, memberId, protocolName: 'range', assignments });
    expect(synced).toMatchObject({ errorCode: 0, assignment: [partition] });
    const partitions = [{ partition, offset: 17, leaderEpoch: 0 }];
    const committed = requests.ask(first, 'OffsetCommit', { ...ids, memberId, partitions });
    expect(committed).toEqual({ partitions: [{ partition, errorCode: 0 }] });

    requests.cluster.killBroker(first);
    requests.run(10);
    const second = requests.coordinator(first);
    expect(second).not.toBe(first);
    expect(requests.ask(second, 'Heartbeat', { ...ids, memberId })).toEqual({ errorCode: 0 });
    const again = requests.ask(second, 'SyncGroup', { ...ids, memberId, protocolName: 'range', assignments: [] });
    expect(again).toMatchObject({ errorCode: 0, assignment: [partition] });
    const fetch = { groupId: 'group', partitions: [partition], requireStable: true, memberId: '', memberEpoch: -1 };
    expect(requests.ask(second, 'OffsetFetch', fetch)?.partitions).toEqual([{ partition, offset: 17, leaderEpoch: 0, errorCode: 0 }]);
    expect(requests.ask(second, 'OffsetCommit', { ...ids, memberId, partitions })?.partitions[0]?.errorCode).toBe(0);
    expect(requests.ask(second, 'OffsetCommit', { ...ids, generationId: 0, memberId, partitions })?.partitions[0]?.errorCode).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    );
  });
});
