/**
 * What somebody who watches the network is told. Messages are no events: there are too many of them, and the hash of a run speaks of what they caused. Watching
 * changes nothing: no event, no draw, the same hash.
 *
 * Leaves out what carries no message: connection requests, goodbyes, resets.
 */
import type { Host, Process, Socket } from './Host.js';

/** Why a message was never read. */
export type MessageLoss =
  /** It came to a machine without power. */
  | 'machine-down'
  /** It came to a connection that its reader had closed, or lost with the process that held it. */
  | 'connection-gone'
  /** It waited at a cut when its own machine lost power. */
  | 'sender-lost-power';

/** Numbers of messages are the observer's own, from 1. */
export interface MessageObserver {
  /**
   * A message leaves. @param receiver the far end of its connection, which may lead nowhere by the time it arrives.
   * @returns the number by which the other calls name it.
   */
  sent(sender: Socket, receiver: Socket, message: unknown): number;
  /** A cut, or messages held back before it, keep it waiting on its way. */
  held(message: number): void;
  /** It has arrived at a process that is paused, and waits there to be read. */
  waits(message: number, reader: Process): void;
  /** Its reader has it now: what happens until {@link handled} happens in answer to it. */
  received(message: number): void;
  handled(message: number): void;
  lost(message: number, why: MessageLoss): void;
  /** One direction between two machines closes: no bytes pass until {@link healed}. */
  cut(from: Host, to: Host): void;
  healed(from: Host, to: Host): void;
  /** The connections that lead now from one machine to another are held back; those made later are not. Their messages are {@link held} one by one. */
  stalled(from: Host, to: Host): void;
  resumed(from: Host, to: Host): void;
  /** The process ends; what it had not read yet, it never reads. */
  died(process: Process): void;
}
