/** For whoever wants to know what clients asked of ZooKeeper and what they were told, such as a checker: it hears of everything and changes nothing. */
import type { ReadRequest, Reply, WriteRequest, ZkCode } from './protocol.js';

export interface OperationObserver {
  /**
   * A client handle was asked for a write or a read. Returns a number by which its completion is told.
   * @param client its session is 0 until it has one, and stays the same from then on.
   */
  invoked(client: { readonly sessionId: number }, name: string, request: WriteRequest | ReadRequest): number;
  /** Not called for what is under way when the client's process dies. @param reply null when the code is all that came. */
  completed(operation: number, code: ZkCode, reply: Reply | null): void;
}
