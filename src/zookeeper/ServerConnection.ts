/** The server's end of a client's connection: its session, and the session's requests in order. */
import type { Socket } from '../engine/Network.js';
import { messageBytes, type ReadRequest, type Reply, type ServerMessage } from './protocol.js';

/** A request in its place in the session's order: a read waits here for the writes before it. */
export interface Slot {
  readonly xid: number;
  readonly read: ReadRequest | null;
  reply: Reply | null;
}

export class ServerConnection {
  sessionId = 0;
  /** Something was heard from the client since the ensemble last looked. */
  heard = false;
  readonly slots: Slot[] = [];
  /** Transaction at which a watch fired that was not set again, by kind and path. */
  readonly firedAt = new Map<string, number>();

  constructor(
    /** Index of the server in the ensemble. */
    readonly server: number,
    readonly socket: Socket,
  ) {}

  send(message: ServerMessage, operations = 1): void {
    this.socket.send(message, messageBytes(operations));
  }
}
