/** Every kind of fault, in the order in which people are shown them. */
import type { FaultKindName } from './Fault.js';
import type { FaultKind } from './FaultKind.js';
import { addBroker, addPartitions, preferredElection, reassignment } from './kinds/admin.js';
import { bitRot } from './kinds/bitRot.js';
import { clockDrift, clockJump } from './kinds/clocks.js';
import { clientDeploy, clientJoin, clientKill, clientLeave, clientRestart } from './kinds/clients.js';
import { diskFull, ioError, lostFlush, slowDisk } from './kinds/disks.js';
import { diskWipe } from './kinds/diskWipe.js';
import { kill } from './kinds/kill.js';
import { flakyLink, slowLink, stallConnection } from './kinds/links.js';
import {
  clientCut,
  partitionBridge,
  partitionHalves,
  partitionIsolate,
  partitionOneWay,
  partitionRing,
  zookeeperCut,
} from './kinds/partitions.js';
import { pause } from './kinds/pause.js';
import { powerLoss } from './kinds/powerLoss.js';
import { restart } from './kinds/restart.js';
import { rollingRestart } from './kinds/rollingRestart.js';
import { sessionExpiry, zookeeperLoss } from './kinds/zookeeper.js';

export const faultKinds: { readonly [K in FaultKindName]: FaultKind<K> } = {
  kill,
  restart,
  'rolling-restart': rollingRestart,
  pause,
  'partition-halves': partitionHalves,
  'partition-isolate': partitionIsolate,
  'partition-ring': partitionRing,
  'partition-bridge': partitionBridge,
  'partition-one-way': partitionOneWay,
  'zookeeper-cut': zookeeperCut,
  'client-cut': clientCut,
  'slow-link': slowLink,
  'flaky-link': flakyLink,
  'stall-connection': stallConnection,
  'clock-jump': clockJump,
  'clock-drift': clockDrift,
  'disk-full': diskFull,
  'io-error': ioError,
  'slow-disk': slowDisk,
  'session-expiry': sessionExpiry,
  'zookeeper-loss': zookeeperLoss,
  'preferred-election': preferredElection,
  reassignment,
  'add-broker': addBroker,
  'add-partitions': addPartitions,
  'client-kill': clientKill,
  'client-restart': clientRestart,
  'client-deploy': clientDeploy,
  'client-join': clientJoin,
  'client-leave': clientLeave,
  'power-loss': powerLoss,
  'lost-flush': lostFlush,
  'disk-wipe': diskWipe,
  'bit-rot': bitRot,
};

export const faultKindNames: readonly FaultKindName[] = Object.keys(faultKinds) as FaultKindName[];

/** The kind of this name, with the types of its data forgotten. */
export function faultKind(name: FaultKindName): FaultKind {
  return faultKinds[name] as unknown as FaultKind;
}
