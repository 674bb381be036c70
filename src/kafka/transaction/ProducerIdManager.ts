/**
 * Producer ids, each handed out once in the whole cluster: a broker claims blocks of 1000 by a conditional write of one znode (kafka.coordinator.transaction
 * .ZkProducerIdManager). A claim whose answer was lost is given up and its block with it.
 *
 * Leaves out: AllocateProducerIds (KRaft, and ZooKeeper mode since 3.0), which hands out the same blocks by way of the controller.
 *
 * Guess: requests wait while a block is claimed, for as long as ZooKeeper takes; a failed claim is tried again after 100 ms.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ZkCode, ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { PRODUCER_ID_BLOCK_PATH, type ProducerIdBlockNode } from '../controller/znodes.js';
import { transactionProbes } from './probes.js';

const PRODUCER_ID_BLOCK_SIZE = 1000;
const RETRY_US = 100_000;

export interface ProducerIdDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  /** The broker's session of the moment. */
  readonly zk: () => ZooKeeperClient;
}

export class ProducerIdManager {
  private next = 0;
  private end = -1;
  private claiming = false;
  private waiting: ((producerId: number) => void)[] = [];

  constructor(private readonly deps: ProducerIdDeps) {}

  /** Calls `done` with a fresh producer id: at once when the block has one, else when a new block is claimed. Never, if ZooKeeper stays away. */
  generate(done: (producerId: number) => void): void {
    if (this.next <= this.end) {
      done(this.next++);
      return;
    }
    this.waiting.push(done);
    if (this.claiming) return;
    this.claiming = true;
    this.claim();
  }

  private readonly claim = (): void => {
    const zk = this.deps.zk();
    zk.getData(PRODUCER_ID_BLOCK_PATH, false, (code, data, stat) => {
      const latest = data as ProducerIdBlockNode | undefined;
      if (code === 'NoNode') {
        const block = this.blockFrom(0);
        zk.create(PRODUCER_ID_BLOCK_PATH, block, 'persistent', (created) => this.claimed(created, block));
      } else if (code === 'OK' && latest !== undefined && stat !== undefined) {
        const block = this.blockFrom(latest.blockEnd + 1);
        zk.setData(PRODUCER_ID_BLOCK_PATH, block, stat.version, (written) => this.claimed(written, block));
      } else this.deps.process.after(RETRY_US, this.claim, undefined);
    });
  };

  private blockFrom(blockStart: number): ProducerIdBlockNode {
    return { brokerId: this.deps.brokerId, blockStart, blockEnd: blockStart + PRODUCER_ID_BLOCK_SIZE - 1 };
  }

  private claimed(code: ZkCode, block: ProducerIdBlockNode): void {
    if (code === 'BadVersion' || code === 'NodeExists') {
      this.deps.simulation.probes.hit(transactionProbes['producer-ids-contended']);
      this.claim();
    } else if (code !== 'OK') this.deps.process.after(RETRY_US, this.claim, undefined);
    else {
      this.next = block.blockStart;
      this.end = block.blockEnd;
      this.claiming = false;
      const waiting = this.waiting;
      this.waiting = [];
      for (const done of waiting) this.generate(done);
    }
  }
}
