/**
 * Keeps brokers down for as long as some fault wants them down, and starts them when the last one lets go, as an init system under an
 * operator's hand would. A broker that halted by itself (disk full) comes back the same way.
 *
 * Models: overlapping faults on one broker: a kill of a dead broker only prolongs its absence; a restart waits for everybody who holds the
 * broker down; a controlled shutdown that still runs when its fault ends is finished before the broker starts again.
 */
import type { FaultCluster } from './FaultCluster.js';

export class BrokerSupervisor {
  private readonly holds = new Map<number, number>();
  private readonly shuttingDown = new Set<number>();

  constructor(private readonly cluster: FaultCluster) {}

  isRunning(id: number): boolean {
    return this.cluster.node(id).process.running;
  }

  isHeldDown(id: number): boolean {
    return (this.holds.get(id) ?? 0) > 0;
  }

  /** The broker stays down, once it is, until {@link release}. Taking it down is the caller's act. */
  hold(id: number): void {
    this.holds.set(id, (this.holds.get(id) ?? 0) + 1);
  }

  /** Takes one hold back; the last one starts the broker. */
  release(id: number): void {
    this.holds.set(id, (this.holds.get(id) ?? 0) - 1);
    this.startIfFree(id);
  }

  /** Begins a controlled shutdown; a broker that is dead or already on its way down is left alone. */
  shutDown(id: number, done: () => void = ignore): void {
    if (!this.isRunning(id) || this.shuttingDown.has(id)) {
      done();
      return;
    }
    this.shuttingDown.add(id);
    this.cluster.shutDownBroker(id, () => {
      this.shuttingDown.delete(id);
      done();
      this.startIfFree(id);
    });
  }

  /** Starts the broker unless it runs or a fault holds it down. */
  startIfFree(id: number): void {
    if (this.isHeldDown(id)) return;
    if (this.isRunning(id)) return;
    this.shuttingDown.delete(id);
    this.cluster.startBroker(id);
  }
}

function ignore(): void {}
