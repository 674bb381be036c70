/**
 * P9, as far as a ZooKeeper cluster keeps it: once a controller has let a broker go (controlled shutdown with no partition left to lead),
 * that same controller commits no ISR that names the broker, until the broker is started again. Holds since AlterPartition refuses
 * members that shut down (KAFKA-14140, B-27). A new controller does not know who was shutting down (and the leave may have been given by
 * the old one, on a connection that outlived its office), and an ISR of one keeps its member: neither is judged.
 */
import type { EventBus } from '../../engine/events.js';
import { brokerStarted, controlledShutdownBegan, controlledShutdownEnded, controllerElected, isrAltered } from '../../kafka/events.js';
import type { KafkaFeatures } from '../../kafka/protocol/features.js';
import { Invariant, setText } from './Invariant.js';

export class ShutDownNotInIsr extends Invariant {
  readonly id = 'P9';
  readonly name = 'ShutDownNotInIsr';
  readonly statement = 'a broker whose controlled shutdown is complete does not come back into an ISR before it is started again';
  /** Broker to the controller that it began to say goodbye to. */
  private readonly leaving = new Map<number, number>();
  /** Broker to the controller that let it go. */
  private readonly released = new Map<number, number>();

  override applies(features: Readonly<KafkaFeatures>): boolean {
    return features.isrMembersMustBeAlive && features.alterPartition;
  }

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker) => void this.leaving.set(broker, this.context.cluster.controllerId()),
      [controlledShutdownBegan],
    );
    bus.subscribe(
      (_type, _timeUs, broker, remainingPartitions) => {
        const controller = this.leaving.get(broker);
        if (remainingPartitions === 0 && controller !== undefined) this.released.set(broker, controller);
        this.leaving.delete(broker);
      },
      [controlledShutdownEnded],
    );
    bus.subscribe((_type, _timeUs, broker) => void this.released.delete(broker), [brokerStarted]);
    bus.subscribe(() => {
      this.leaving.clear();
      this.released.clear();
    }, [controllerElected]);
    bus.subscribe((_type, timeUs, controller, partition) => this.check(timeUs, controller, partition), [isrAltered]);
  }

  private check(timeUs: number, controller: number, partition: number): void {
    if (this.released.size === 0) return;
    const isr = this.context.cluster.state(partition)?.isr ?? [];
    if (isr.length < 2) return;
    this.checks++;
    for (const member of isr) {
      if (this.released.get(member) !== controller) continue;
      const message = `controller ${controller} put broker ${member} into the ISR ${setText(isr)} of ${this.text(partition)} after it had let it shut down.`;
      this.violated(timeUs, partition, -1, message, { controller, broker: member, isr: setText(isr) });
    }
  }
}
