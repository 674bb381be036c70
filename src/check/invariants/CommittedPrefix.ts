/**
 * Ghost state that several invariants share: how far each partition was ever committed by a rightful leader (the "true high watermark") and
 * the batch just below. It also knows when that stops to be worth anything: after an unclean election, and after a disk lost what was
 * written, Kafka itself gives committed records up, and the invariants that speak of them fall silent for the partition.
 */
import { diskWiped, powerLost } from '../../engine/engineEvents.js';
import type { EventBus } from '../../engine/events.js';
import { faultBegan } from '../../faults/events.js';
import { highWatermarkAdvanced, leaderElected } from '../../kafka/events.js';
import type { RecordBatch } from '../../kafka/protocol/records.js';
import type { ClusterView } from '../whiteBox.js';

export interface Committed {
  trueHighWatermark: number;
  /** Undefined until something is committed. */
  batchBelow: RecordBatch | undefined;
  /** An unclean election or lost storage made committed records forfeit. */
  forfeit: boolean;
}

export class CommittedPrefix {
  private readonly byPartition = new Map<number, Committed>();
  private storageWasLost = false;
  /** Some partition gave committed records up. What coordinators keep is in such partitions, so that what they said before may be taken back. */
  forfeitAnywhere = false;

  constructor(private readonly cluster: ClusterView) {}

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker, partition, _from, to, leaderEpoch) => this.advanced(broker, partition, to, leaderEpoch),
      [highWatermarkAdvanced],
    );
    bus.subscribe(
      (_type, _timeUs, _controller, partition, _leader, _leaderEpoch, _isr, _controllerEpoch, unclean) => {
        if (unclean === 0) return;
        this.of(partition).forfeit = true;
        this.forfeitAnywhere = true;
      },
      [leaderElected],
    );
    // flush.messages=1 does not help here: the high watermark may pass a record while the leader still waits for its own flush.
    bus.subscribe(() => this.forfeitAll(), [powerLost, diskWiped]);
    // What rots is cut off, or lost on the way, by a recovery that nobody hears of.
    bus.subscribe(
      (_type, _timeUs, _id, kind) => {
        if (bus.names.text(kind) === 'bit-rot') this.forfeitAll();
      },
      [faultBegan],
    );
  }

  of(partition: number): Committed {
    let committed = this.byPartition.get(partition);
    if (committed === undefined) {
      committed = { trueHighWatermark: 0, batchBelow: undefined, forfeit: this.storageWasLost };
      this.byPartition.set(partition, committed);
    }
    return committed;
  }

  private forfeitAll(): void {
    this.storageWasLost = true;
    this.forfeitAnywhere = true;
    for (const committed of this.byPartition.values()) committed.forfeit = true;
  }

  private advanced(broker: number, partition: number, to: number, leaderEpoch: number): void {
    const committed = this.of(partition);
    if (to <= committed.trueHighWatermark) return;
    const state = this.cluster.state(partition);
    if (state === undefined || state.leader !== broker || state.leaderEpoch !== leaderEpoch) return;
    committed.trueHighWatermark = to;
    committed.batchBelow = this.cluster.replica(broker, partition)?.log.batchAt(to - 1);
  }
}
