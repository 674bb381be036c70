/** Disks that are full, broken, slow or lying while the fault lasts. Kafka halts on the first two; the broker is started again at the end. */
import type { Disk } from '../../engine/Disk.js';
import type { FaultContext } from '../FaultContext.js';
import type { FaultNode } from '../FaultWorld.js';
import { brokerField, brokersField, defineFault } from '../FaultKind.js';
import type { HoldCounts } from '../HoldCounts.js';

/** Switches a disk's flag on for as long as at least one fault wants it. */
function flag(context: FaultContext, node: FaultNode, holds: HoldCounts<Disk>, set: (disk: Disk, on: boolean) => void): void {
  const { disk } = node.host;
  holds.add(disk, () => set(disk, true));
  context.undoLater([node], () => holds.remove(disk, () => set(disk, false)));
}

export const diskFull = defineFault({
  kind: 'disk-full',
  faultClass: 'disk',
  summary: 'fills a broker’s disk: appends fail, Kafka halts',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.restartAtEnd(node);
    flag(context, node, context.world.fullDisks, (disk, on) => {
      disk.full = on;
    });
  },
});

export const ioError = defineFault({
  kind: 'io-error',
  faultClass: 'disk',
  summary: 'every write and flush of a broker’s disk fails: Kafka halts',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.restartAtEnd(node);
    flag(context, node, context.world.brokenDisks, (disk, on) => {
      disk.ioError = on;
    });
  },
});

export const lostFlush = defineFault({
  kind: 'lost-flush',
  faultClass: 'power-loss',
  summary: 'disks that report flushes as done and keep the data in their cache; harmless until the power goes',
  fields: { targets: brokersField('the brokers; empty for all') },
  begin(context, fault) {
    for (const node of context.brokers(fault.targets)) {
      flag(context, node, context.world.lyingDisks, (disk, on) => {
        disk.losesFlushes = on;
      });
    }
  },
});

export const slowDisk = defineFault({
  kind: 'slow-disk',
  faultClass: 'disk',
  summary: 'slows a broker’s writes and flushes down',
  fields: {
    target: brokerField('the broker'),
    factor: { type: 'integer', min: 2, max: 100_000, about: 'how many times longer a write or flush takes', default: 100 },
  },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    const { slowdowns } = context.world;
    const { disk } = node.host;
    const factors = slowdowns.get(disk) ?? [];
    slowdowns.set(disk, factors);
    // The worst of the factors in force counts.
    const apply = (): void => {
      disk.slowdown = Math.max(1, ...factors);
    };
    factors.push(fault.factor);
    apply();
    context.undoLater([node], () => {
      factors.splice(factors.indexOf(fault.factor), 1);
      apply();
    });
  },
});
