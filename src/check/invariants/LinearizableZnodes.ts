/**
 * Z1: each znode's conditional updates are linearizable, and no read shows what was never committed or what was overwritten before its own session asked for its
 * last write (see `linearizability/models/znode.ts` for what ZooKeeper promises, and where). All of Kafka's fencing by ZooKeeper rests on it: one controller for
 * each epoch, one successor for each version of a partition's state.
 */
import { checkLinearizability } from '../linearizability/linearizability.js';
import { znodeModel } from '../linearizability/models/znode.js';
import type { ZnodeOperation } from '../linearizability/ZooKeeperHistory.js';
import { Invariant } from './Invariant.js';

/** Steps for one znode: a tenth of a second or so. None was seen to need a hundredth of it. */
const STEPS_PER_ZNODE = 100_000;

export class LinearizableZnodes extends Invariant {
  readonly id = 'Z1';
  readonly name = 'LinearizableZnodes';
  readonly statement =
    'conditional updates of a znode take effect one at a time between request and answer, and no read shows what was never there';

  /** Nothing to watch: the history is judged as a whole. */
  watch(): void {}

  override finish(): void {
    const { zookeeper } = this.context;
    if (zookeeper === null) return;
    for (const [path, operations] of zookeeper.byZnode()) {
      const model = znodeModel(zookeeper.isInitial(path) ? { version: 0, owner: 0 } : undefined);
      const checked = checkLinearizability(model, operations, { steps: STEPS_PER_ZNODE });
      if (checked.verdict === 'unknown') continue;
      this.checks += operations.length;
      if (checked.verdict === 'linearizable') continue;
      const stuck = checked.stuck[0] as ZnodeOperation;
      const message = `no order of the operations on ${path} explains their results. ${checked.message}`;
      this.violated(stuck.timeUs, -1, -1, message, { path, client: stuck.client, placed: checked.prefix.length });
    }
  }
}
