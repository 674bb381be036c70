/**
 * The controller's ZooKeeper operations (kafka.zk.KafkaZkClient): every answer continues the event under way, ConnectionLoss is retried when
 * the connection is back, and since KAFKA-6082 every write is a multi that also checks the controller epoch.
 *
 * An operation whose event has been given up (`abandon`) never continues. What happens to the event when its session expired depends on the
 * release. Since 2.1 it ends there. Before, its steps go on in the next session, as zkclient's `retryUntilConnected` did: that, and
 * writes without the check, make the zombie controller of B-30. (Guess: 1.1 and 2.0 waited for the event; the simulation does not
 * tell them apart from the releases before.)
 */
import type { Stat, ZkCode, ZkOp, ZkOpResult, ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import { CONTROLLER_EPOCH_PATH, CONTROLLER_PATH, type ControllerEpochNode, type ControllerNode } from './znodes.js';

/** Why an event cannot go on. */
export type Interruption = 'controller-moved' | 'session-expired';

/** @param uncertain a former attempt was lost on the way: it may have been carried out */
export type WriteDone = (code: ZkCode, results: readonly ZkOpResult[], uncertain: boolean) => void;

export class ControllerZooKeeper {
  /** Version of `/controller_epoch` that fenced writes demand. */
  epochVersion = -1;
  private generation = 0;
  private parked: (() => void)[] = [];

  constructor(
    private readonly client: () => ZooKeeperClient,
    private readonly fenced: boolean,
    private readonly interrupted: (why: Interruption) => void,
  ) {}

  /** Nothing asked so far continues any more. */
  abandon(): void {
    this.generation++;
    this.parked = [];
  }

  /** There is a new session: what outlived the old one is asked again. */
  resume(): void {
    const parked = this.parked;
    this.parked = [];
    for (const attempt of parked) attempt();
  }

  /** The data at `path`, or undefined when there is no such znode (which then has no watch). */
  getData(path: string, watch: boolean, done: (data: unknown, stat: Stat | undefined) => void): void {
    const generation = this.generation;
    const attempt = (): void =>
      this.client().getData(path, watch, (code, data, stat) => {
        if (this.continues(generation, code, attempt)) done(data, stat);
      });
    attempt();
  }

  /** The znode's stat, or undefined; the watch is left on a missing znode too. */
  exists(path: string, watch: boolean, done: (stat: Stat | undefined) => void): void {
    const generation = this.generation;
    const attempt = (): void =>
      this.client().exists(path, watch, (code, stat) => {
        if (this.continues(generation, code, attempt)) done(stat);
      });
    attempt();
  }

  /** Names of the children; none when there is no such znode. */
  getChildren(path: string, watch: boolean, done: (children: readonly string[]) => void): void {
    const generation = this.generation;
    const attempt = (): void =>
      this.client().getChildren(path, watch, (code, children) => {
        if (this.continues(generation, code, attempt)) done(children ?? []);
      });
    attempt();
  }

  /** A write of the active controller: fenced by its epoch where the release does so. Results are those of `ops`. */
  write(ops: readonly ZkOp[], done: WriteDone): void {
    if (!this.fenced) {
      this.writeUnfenced(ops, done);
      return;
    }
    const check: ZkOp = { op: 'check', path: CONTROLLER_EPOCH_PATH, version: this.epochVersion };
    this.submit([check, ...ops], (code, results, uncertain, failedIndex) => {
      if (failedIndex === 0) this.interrupted('controller-moved');
      else done(code, results.slice(1), uncertain);
    });
  }

  /** A write that needs no controller epoch. */
  writeUnfenced(ops: readonly ZkOp[], done: WriteDone): void {
    this.submit(ops, done);
  }

  /** Who is controller; undefined when nobody is. Leaves a watch in either case. */
  readController(done: (brokerId: number | undefined) => void): void {
    this.exists(CONTROLLER_PATH, true, () => {});
    this.getData(CONTROLLER_PATH, false, (data) => done((data as ControllerNode | undefined)?.brokerId));
  }

  readControllerEpoch(done: (epoch: number | undefined, version: number) => void): void {
    this.getData(CONTROLLER_EPOCH_PATH, false, (data, stat) => done((data as ControllerEpochNode | undefined)?.epoch, stat?.version ?? -1));
  }

  get sessionId(): number {
    return this.client().sessionId;
  }

  private submit(
    ops: readonly ZkOp[],
    done: (code: ZkCode, results: readonly ZkOpResult[], uncertain: boolean, failedIndex: number) => void,
  ): void {
    const generation = this.generation;
    let lost = 0;
    const attempt = (): void =>
      this.client().multi(ops, (code, results, failedIndex) => {
        const uncertain = lost > 0;
        lost++;
        if (this.continues(generation, code, attempt)) done(code, results, uncertain, failedIndex);
      });
    attempt();
  }

  /** False when the operation is void, or will be asked again, or ends its event. */
  private continues(generation: number, code: ZkCode, again: () => void): boolean {
    if (generation !== this.generation) return false;
    // The handle keeps requests until it is connected again, so this does not spin.
    if (code === 'ConnectionLoss') again();
    else if (code !== 'SessionExpired') return true;
    else if (this.fenced) this.interrupted('session-expired');
    else this.parked.push(again);
    return false;
  }
}
