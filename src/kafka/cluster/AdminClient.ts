/**
 * An operator's hand on the cluster: topics, partitions, reassignments and preferred elections, asked for by writing znodes as the tools of ZooKeeper
 * mode did (kafka-topics.sh --zookeeper and its siblings). Asks again until ZooKeeper took it.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { ZooKeeperClient, type ZkCode } from '../../zookeeper/ZooKeeperClient.js';
import type { ZooKeeperEnsemble } from '../../zookeeper/ZooKeeperEnsemble.js';
import {
  PREFERRED_REPLICA_ELECTION_PATH,
  REASSIGN_PARTITIONS_PATH,
  topicNode,
  topicPath,
  type PreferredReplicaElectionNode,
  type ReassignPartitionsNode,
  type TopicNode,
} from '../controller/znodes.js';
import { partitionIndexOf, topicOf } from '../protocol/topicPartition.js';

const SESSION_TIMEOUT_US = 30_000_000;
const RETRY_US = 200_000;

export class AdminClient {
  private zk: ZooKeeperClient;
  private sessions = 0;

  constructor(
    private readonly simulation: Simulation,
    private readonly ensemble: ZooKeeperEnsemble,
    private readonly process: Process,
  ) {
    this.zk = this.newSession();
  }

  start(): void {
    this.zk.start();
  }

  createTopic(topic: string, assignment: readonly (readonly number[])[]): void {
    this.zk.create(topicPath(topic), topicNode(assignment), 'persistent', (code) => {
      if (code !== 'OK' && code !== 'NodeExists') this.later(() => this.createTopic(topic, assignment));
    });
  }

  /**
   * Gives the topic partitions from number `first` on with these replicas. What is there already (an answer was lost, the znode was read from a server
   * that lags) is not added once more, and what was asked for before comes before.
   */
  addPartitions(topic: string, first: number, added: readonly (readonly number[])[]): void {
    const path = topicPath(topic);
    this.zk.getData(path, false, (code, data, stat) => {
      const present = code === 'OK' ? (data as TopicNode).partitions : [];
      if (code !== 'OK' || stat === undefined || present.length < first) {
        this.later(() => this.addPartitions(topic, first, added));
        return;
      }
      const missing = added.slice(present.length - first);
      if (missing.length === 0) return;
      const next: TopicNode = { partitions: [...present, ...topicNode(missing).partitions] };
      this.zk.setData(path, next, stat.version, (written) => {
        // The retry looks at what is there before.
        if (written === 'BadVersion' || written === 'ConnectionLoss') this.later(() => this.addMissing(topic, first, added));
      });
    });
  }

  /** Moves a partition to these replicas; waits while another reassignment is being asked for. */
  reassign(partition: number, replicas: readonly number[]): void {
    const { names } = this.simulation.bus;
    const node: ReassignPartitionsNode = {
      partitions: [{ topic: topicOf(names, partition), partition: partitionIndexOf(names, partition), replicas }],
    };
    this.request(REASSIGN_PARTITIONS_PATH, node);
  }

  /** Gives these partitions back to their preferred leaders. */
  electPreferred(partitions: readonly number[]): void {
    const { names } = this.simulation.bus;
    const node: PreferredReplicaElectionNode = {
      partitions: partitions.map((id) => ({ topic: topicOf(names, id), partition: partitionIndexOf(names, id) })),
    };
    this.request(PREFERRED_REPLICA_ELECTION_PATH, node);
  }

  private addMissing(topic: string, first: number, added: readonly (readonly number[])[]): void {
    this.zk.getData(topicPath(topic), false, (code, data) => {
      if (code !== 'OK') this.later(() => this.addMissing(topic, first, added));
      else if ((data as TopicNode).partitions.length < first + added.length) this.addPartitions(topic, first, added);
    });
  }

  private request(path: string, node: unknown): void {
    this.zk.create(path, node, 'persistent', (code: ZkCode) => {
      if (code !== 'OK') this.later(() => this.request(path, node));
    });
  }

  private later(act: () => void): void {
    this.process.after(RETRY_US, act, undefined);
  }

  private newSession(): ZooKeeperClient {
    this.sessions++;
    return new ZooKeeperClient(
      this.simulation,
      this.process,
      this.ensemble,
      { sessionTimeoutUs: SESSION_TIMEOUT_US, name: `admin/${this.sessions}` },
      {
        onExpired: () => {
          this.zk = this.newSession();
          this.zk.start();
        },
      },
    );
  }
}
