/**
 * A message that takes longer than its link makes it. No fault: any network may do it, so that a guarantee must hold whatever the delays of a
 * scenario are. Strategies that explore the order of messages write their choices down as a list of these; see `explore/strategies/`.
 */
import type { NodeTarget } from './Fault.js';

/** As `to`: whoever gets the first message that the delay concerns, and it alone from then on. */
export const NEXT_RECEIVER = 'next receiver';

/** Concerns what is sent between two machines at `atUs` or later. Where several concern a message, the longest counts, not the sum. */
export interface MessageDelay {
  /** Broker id, client id, `zookeeper-1`, or a group (`brokers`, `clients`, `zookeeper`), but no role; null: any node. */
  from: NodeTarget | null;
  /** The same, or {@link NEXT_RECEIVER}. */
  to: NodeTarget | null;
  atUs: number;
  /** So many messages; null: all until the healing. */
  count: number | null;
  byUs: number;
}
