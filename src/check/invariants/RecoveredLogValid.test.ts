import { describe, expect, it } from 'vitest';
import type { EventBus } from '../../engine/events.js';
import { faultBegan } from '../../faults/events.js';
import { becameFollower } from '../../kafka/events.js';
import { logRecovered } from '../../kafka/log/events.js';
import { batchOf, FakeCluster, watchWith } from '../testing.js';
import { RecoveredLogValid } from './RecoveredLogValid.js';

describe('RecoveredLogValid (P32)', () => {
  const recovered = (bus: EventBus, partition: number): void => bus.emit(logRecovered, 2, partition, 9, 7, bus.names.idOf('unclean'));
  const follows = (bus: EventBus, partition: number): void => bus.emit(becameFollower, 2, partition, 1, 1, 7, 0);

  it('finds a torn batch that recovery has left, once', () => {
    const cluster = new FakeCluster();
    const { findings } = watchWith(cluster, (context) => new RecoveredLogValid(context));
    cluster.hold(batchOf(0, 0, 10), 2);
    cluster.hold({ ...batchOf(1, 0, 11), crcValid: false }, 2);
    recovered(cluster.bus, cluster.orders);
    follows(cluster.bus, cluster.orders);
    follows(cluster.bus, cluster.orders);
    expect(findings).toMatchObject([{ guarantee: 'invariant/P32', offset: 1, witness: { broker: 2 } }]);
  });

  it('is content with a log that was cut, and silent where no log was recovered or a disk rots', () => {
    const cluster = new FakeCluster();
    const { bus, orders } = cluster;
    const { invariant, findings } = watchWith(cluster, (context) => new RecoveredLogValid(context));
    cluster.hold(batchOf(0, 0, 10), 2);
    recovered(bus, orders);
    follows(bus, orders);
    cluster.hold({ ...batchOf(1, 0, 11), crcValid: false }, 2);
    follows(bus, orders);
    bus.emit(faultBegan, bus.names.idOf('f1'), bus.names.idOf('bit-rot'), bus.names.idOf('broker-2'));
    recovered(bus, orders);
    follows(bus, orders);
    expect(findings).toEqual([]);
    expect(invariant.checks).toBe(1);
  });
});
