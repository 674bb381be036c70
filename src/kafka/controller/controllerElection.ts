/**
 * How a broker becomes controller: it creates the ephemeral `/controller` and raises `/controller_epoch`. Since 2.1 both happen in one
 * multi, conditional on the epoch read before (KAFKA-6082); earlier they were two steps.
 */
import type { ControllerZooKeeper } from './ControllerZooKeeper.js';
import type { ZkOp } from '../../zookeeper/ZooKeeperClient.js';
import { CONTROLLER_EPOCH_PATH, CONTROLLER_PATH, type ControllerEpochNode, type ControllerNode } from './znodes.js';

/** The new epoch and the version of its znode; null: another broker was faster. */
export type Registered = (won: { readonly epoch: number; readonly version: number } | null) => void;

export function registerController(zooKeeper: ControllerZooKeeper, brokerId: number, atomically: boolean, done: Registered): void {
  if (atomically) readEpoch(zooKeeper, (epoch, version) => registerInOneStep(zooKeeper, brokerId, epoch, version, done));
  else registerInTwoSteps(zooKeeper, brokerId, done);
}

/** Creates the epoch's znode, with epoch 0, when the cluster has never had a controller. */
function readEpoch(zooKeeper: ControllerZooKeeper, done: (epoch: number, version: number) => void): void {
  zooKeeper.readControllerEpoch((epoch, version) => {
    if (epoch !== undefined) {
      done(epoch, version);
      return;
    }
    const op: ZkOp = { op: 'create', path: CONTROLLER_EPOCH_PATH, data: epochNode(0), mode: 'persistent' };
    zooKeeper.writeUnfenced([op], () => readEpoch(zooKeeper, done));
  });
}

function registerInOneStep(zooKeeper: ControllerZooKeeper, brokerId: number, epoch: number, version: number, done: Registered): void {
  const ops: ZkOp[] = [controllerOp(brokerId), { op: 'set', path: CONTROLLER_EPOCH_PATH, data: epochNode(epoch + 1), version }];
  zooKeeper.writeUnfenced(ops, (code, results) => {
    if (code === 'OK') done({ epoch: epoch + 1, version: results[1]?.stat?.version ?? version + 1 });
    else recogniseOwn(zooKeeper, brokerId, epoch + 1, done);
  });
}

/** The refusal may come from our own first attempt, whose answer was lost. */
function recogniseOwn(zooKeeper: ControllerZooKeeper, brokerId: number, epoch: number, done: Registered): void {
  zooKeeper.getData(CONTROLLER_PATH, false, (data) => {
    const ours = (data as ControllerNode | undefined)?.brokerId === brokerId;
    zooKeeper.readControllerEpoch((current, version) => done(ours && current === epoch ? { epoch, version } : null));
  });
}

function registerInTwoSteps(zooKeeper: ControllerZooKeeper, brokerId: number, done: Registered): void {
  zooKeeper.writeUnfenced([controllerOp(brokerId)], (code) => {
    if (code === 'OK') {
      raiseEpoch(zooKeeper, done);
      return;
    }
    zooKeeper.exists(CONTROLLER_PATH, false, (stat) => {
      if (stat?.ephemeralOwner === zooKeeper.sessionId) raiseEpoch(zooKeeper, done);
      else done(null);
    });
  });
}

function raiseEpoch(zooKeeper: ControllerZooKeeper, done: Registered): void {
  const sessionId = zooKeeper.sessionId;
  zooKeeper.readControllerEpoch((epoch, version) => {
    // `/controller` went with the session that made it.
    if (zooKeeper.sessionId !== sessionId) {
      done(null);
      return;
    }
    const op: ZkOp =
      epoch === undefined
        ? { op: 'create', path: CONTROLLER_EPOCH_PATH, data: epochNode(1), mode: 'persistent' }
        : { op: 'set', path: CONTROLLER_EPOCH_PATH, data: epochNode(epoch + 1), version };
    zooKeeper.writeUnfenced([op], (code, results, uncertain) => {
      if (code === 'OK') done({ epoch: (epoch ?? 0) + 1, version: results[0]?.stat?.version ?? 0 });
      // Our own lost attempt may have raised it: raise it once more, an epoch that nobody used does no harm.
      else if (uncertain) raiseEpoch(zooKeeper, done);
      else done(null);
    });
  });
}

function controllerOp(brokerId: number): ZkOp {
  const node: ControllerNode = { brokerId };
  return { op: 'create', path: CONTROLLER_PATH, data: node, mode: 'ephemeral' };
}

function epochNode(epoch: number): ControllerEpochNode {
  return { epoch };
}
