/**
 * ISR changes as before KIP-497: the leader writes the partition's state znode itself, conditional on the znode version it knows, and tells the
 * controller through a sequential znode below /isr_change_notification.
 *
 * The leader holds the partition's lock during the write, so its high watermark stands still until the answer is there; after a lost connection
 * it asks again until one comes. A write whose answer was lost is recognised by its content.
 *
 * Leaves out: the exact spacing of notifications (Kafka gathers them for 5 s, at most 60 s; here: 2.5 s, the period of its task).
 */
import type { Names } from '../../engine/events.js';
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { ANY_VERSION } from '../../zookeeper/protocol.js';
import type { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import {
  ISR_CHANGE_NOTIFICATION_PREFIX,
  partitionStatePath,
  type IsrChangeNotification,
  type PartitionStateNode,
} from '../controller/znodes.js';
import { partitionIndexOf, topicOf } from '../protocol/topicPartition.js';
import type { IsrChanger, IsrOutcomes } from './IsrChanger.js';
import type { Partition } from './Partition.js';
import { replicationProbes } from './probes.js';

const RETRY_US = 100_000;
const NOTIFICATION_PERIOD_US = 2_500_000;

export class ZooKeeperIsrWriter implements IsrChanger {
  private readonly changed = new Set<number>();

  constructor(
    private readonly simulation: Simulation,
    private readonly process: Process,
    private readonly zk: () => ZooKeeperClient,
    private readonly outcomes: IsrOutcomes,
    /** The condition `leaderWritesConditional`. */
    private readonly conditional: boolean,
  ) {
    process.every(NOTIFICATION_PERIOD_US, this.notifyController);
  }

  submit(partition: Partition): void {
    const { pendingIsr } = partition;
    if (pendingIsr === null) return;
    partition.isrWriteBlocks = true;
    this.write(partition, pendingIsr.isr, partition.leaderEpoch);
  }

  private get names(): Names {
    return this.simulation.bus.names;
  }

  private write(partition: Partition, isr: readonly number[], leaderEpoch: number): void {
    if (!stillWanted(partition, isr, leaderEpoch)) return;
    const path = partitionStatePath(topicOf(this.names, partition.id), partitionIndexOf(this.names, partition.id));
    const data: PartitionStateNode = { leader: partition.brokerId, leaderEpoch, isr: [...isr], controllerEpoch: partition.controllerEpoch };
    this.zk().setData(path, data, this.conditional ? partition.partitionEpoch : ANY_VERSION, (code, stat) => {
      if (!stillWanted(partition, isr, leaderEpoch)) return;
      if (code === 'OK' && stat !== undefined) this.succeed(partition, isr, leaderEpoch, stat.version);
      else if (code === 'BadVersion') this.compare(path, partition, isr, leaderEpoch);
      else this.retry(partition, isr, leaderEpoch);
    });
  }

  /** Somebody wrote: ourselves, with a lost answer, or another. KAFKA-2729: "Cached zkVersion not equal, skip updating ISR". */
  private compare(path: string, partition: Partition, isr: readonly number[], leaderEpoch: number): void {
    this.zk().getData(path, false, (code, data, stat) => {
      if (!stillWanted(partition, isr, leaderEpoch)) return;
      if (code === 'ConnectionLoss' || code === 'SessionExpired') {
        this.retry(partition, isr, leaderEpoch);
        return;
      }
      const state = data as PartitionStateNode | undefined;
      const ours =
        state !== undefined &&
        state.leader === partition.brokerId &&
        state.leaderEpoch === leaderEpoch &&
        state.isr.length === isr.length &&
        isr.every((member) => state.isr.includes(member));
      if (ours && stat !== undefined) {
        this.simulation.probes.hit(replicationProbes['isr-write-answer-was-lost']);
        this.succeed(partition, isr, leaderEpoch, stat.version);
      } else {
        partition.isrWriteBlocks = false;
        this.outcomes.reverted(partition, leaderEpoch, 'BadVersion');
      }
    });
  }

  private succeed(partition: Partition, isr: readonly number[], leaderEpoch: number, version: number): void {
    partition.isrWriteBlocks = false;
    this.changed.add(partition.id);
    this.outcomes.committed(partition, leaderEpoch, isr, version);
  }

  private retry(partition: Partition, isr: readonly number[], leaderEpoch: number): void {
    this.process.after(RETRY_US, () => this.write(partition, isr, leaderEpoch), undefined);
  }

  private readonly notifyController = (): void => {
    if (this.changed.size === 0) return;
    const partitions = [...this.changed].map((id) => ({ topic: topicOf(this.names, id), partition: partitionIndexOf(this.names, id) }));
    const notification: IsrChangeNotification = { partitions };
    this.changed.clear();
    this.zk().create(ISR_CHANGE_NOTIFICATION_PREFIX, notification, 'persistent-sequential', (code) => {
      // Not told: tell it with the next change. The controller would otherwise learn of it at its next failover.
      if (code !== 'OK') for (const { topic, partition } of partitions) this.changed.add(this.names.idOf(`${topic}-${partition}`));
    });
  };
}

function stillWanted(partition: Partition, isr: readonly number[], leaderEpoch: number): boolean {
  return partition.isLeader && partition.leaderEpoch === leaderEpoch && partition.pendingIsr?.isr === isr;
}
