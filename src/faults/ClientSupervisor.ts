/**
 * Keeps clients down for as long as some fault wants them down, and starts them with the same identity when the last one lets go, as whatever runs a team's
 * applications would.
 */
import type { Process } from '../engine/Host.js';
import type { FaultClients } from './FaultCluster.js';

export class ClientSupervisor {
  private readonly holds = new Map<string, number>();
  private readonly shuttingDown = new Set<string>();

  /** @param processOf the process of a client. */
  constructor(
    private readonly clients: FaultClients,
    private readonly processOf: (id: string) => Process,
  ) {}

  /** The client stays down, once it is, until {@link release}. Taking it down is the caller's act. */
  hold(id: string): void {
    this.holds.set(id, (this.holds.get(id) ?? 0) + 1);
  }

  /** Takes one hold back; the last one starts the client. */
  release(id: string): void {
    this.holds.set(id, (this.holds.get(id) ?? 0) - 1);
    this.startIfFree(id);
  }

  kill(id: string): void {
    this.clients.kill(id);
  }

  /** Begins an orderly end; a client that is dead or already on its way down is left alone. */
  shutDown(id: string, done: () => void): void {
    if (!this.processOf(id).running || this.shuttingDown.has(id)) {
      done();
      return;
    }
    this.shuttingDown.add(id);
    this.clients.shutDown(id, () => {
      this.shuttingDown.delete(id);
      done();
      this.startIfFree(id);
    });
  }

  /** Starts every client that no fault holds down; for the healing. */
  startAll(): void {
    for (const id of this.clients.ids()) this.startIfFree(id);
  }

  private startIfFree(id: string): void {
    if ((this.holds.get(id) ?? 0) > 0 || this.processOf(id).running) return;
    this.clients.restart(id);
  }
}
