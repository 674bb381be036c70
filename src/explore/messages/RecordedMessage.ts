/** Messages of a recorded run, and the cuts that were in their way. */
import type { MessageLoss } from '../../engine/MessageObserver.js';
import type { ApiName } from '../../kafka/protocol/messages.js';

/** What a message of ZooKeeper's protocol is for: its requests under the names that ZooKeeper's own documentation gives them. */
export type ZooKeeperApi = 'connect' | 'read' | 'write' | 'sync' | 'close' | 'set-watches' | 'ping' | 'watch event';

/** `notification`: nobody asked for it (a watch event). */
export type MessageKind = 'request' | 'response' | 'notification';

/** `reader-died`: it had arrived at a process that was paused, and ended before it read on. */
export type MessageFate = 'delivered' | 'under-way' | 'reader-died' | MessageLoss;

/**
 * One message. Times are simulated microseconds. `…Index` places it among the run's events: it happened after the event with the number before.
 * Messages and events of one instant are so in their true order.
 */
export interface RecordedMessage {
  /** From 1, in the order of sending. */
  readonly id: number;
  /** Name of the process, such as `broker-1`, `p1`, `zk1`. */
  readonly from: string;
  /** The name of the machine where no process was at the far end. */
  readonly to: string;
  readonly protocol: 'kafka' | 'zookeeper';
  readonly api: ApiName | ZooKeeperApi;
  readonly kind: MessageKind;
  /** The other half: the request that this one answers, or the response that it got; 0 for none. */
  readonly counterpart: number;
  readonly sentUs: number;
  readonly sentIndex: number;
  /** When a cut first kept it waiting; -1 never. */
  readonly heldUs: number;
  readonly fate: MessageFate;
  /** When it was read, or was lost; -1 while under way. */
  readonly endedUs: number;
  /** Events before it was read or lost; -1 while under way. */
  readonly endedIndex: number;
  /** The events from {@link endedIndex} up to this one (exclusive) came of its being read, at once. */
  readonly handledIndex: number;
  /** Place among all sendings and endings of the run, which never tie. */
  readonly sentOrder: number;
  /** -1 while under way. */
  readonly endedOrder: number;
  /** The envelope as it was sent: {@link RequestEnvelope}, {@link ResponseEnvelope}, or a message of ZooKeeper's. */
  readonly content: unknown;
}

/** A time in which nothing passed in one direction between two machines, or nothing on the connections that existed when it began. */
export interface NetworkCut {
  /** Names of processes; of the machine where there is none. */
  readonly from: string;
  readonly to: string;
  readonly fromUs: number;
  /** -1: until the end of the run. */
  readonly toUs: number;
  readonly kind: 'link' | 'connections';
}

export interface Traffic {
  /** In the order of sending. */
  readonly messages: readonly RecordedMessage[];
  /** In the order of beginning. */
  readonly cuts: readonly NetworkCut[];
}
