/**
 * P32: a replica that goes to work after an unclean stop holds no batch that fails its CRC: recovery cut the log there (LogLoader). Looked at once, when the replica is
 * first told to lead or to follow after its log was recovered. Numbered after the catalogue, which leaves it out.
 *
 * Silent once a disk began to rot: damage below the recovery point is not looked for (B-83).
 */
import type { EventBus } from '../../engine/events.js';
import { faultBegan } from '../../faults/events.js';
import { becameFollower, becameLeader } from '../../kafka/events.js';
import { logRecovered } from '../../kafka/log/events.js';
import { Invariant } from './Invariant.js';

export class RecoveredLogValid extends Invariant {
  readonly id = 'P32';
  readonly name = 'RecoveredLogValid';
  readonly statement = 'a log that was recovered after an unclean stop has no batch that fails its CRC';
  /** Per broker: partitions whose logs were recovered and not looked at since. */
  private readonly recovered = new Map<number, Set<number>>();
  private rot = false;

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, _id, kind) => {
        if (bus.names.text(kind) === 'bit-rot') this.rot = true;
      },
      [faultBegan],
    );
    bus.subscribe((_type, _timeUs, broker, partition) => void this.of(broker).add(partition), [logRecovered]);
    bus.subscribe(
      (_type, timeUs, broker, partition) => {
        if (this.recovered.get(broker)?.delete(partition) === true && !this.rot) this.check(timeUs, broker, partition);
      },
      [becameLeader, becameFollower],
    );
  }

  private check(timeUs: number, broker: number, partition: number): void {
    this.checks++;
    let torn = -1;
    this.context.cluster.replica(broker, partition)?.log.forEachBatch((batch) => {
      if (torn < 0 && !batch.crcValid) torn = batch.baseOffset;
    });
    if (torn < 0) return;
    const message = `broker ${broker} went to work with ${this.text(partition)}, whose batch at offset ${torn} fails its CRC: recovery has not cut the log there.`;
    this.violated(timeUs, partition, torn, message, { broker });
  }

  private of(broker: number): Set<number> {
    let partitions = this.recovered.get(broker);
    if (partitions === undefined) this.recovered.set(broker, (partitions = new Set()));
    return partitions;
  }
}
