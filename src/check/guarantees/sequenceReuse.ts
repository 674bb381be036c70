/**
 * Losses that are Kafka's own under version 1 of the transaction protocol: a batch whose fate nobody knows fails for good while its transaction is being ended.
 * Its sequence is given back (Sender.failBatch) and, since the end is under way, no new epoch is asked for (TransactionManager.maybeTransitionToErrorState). The
 * next transaction uses the sequence again in the same epoch; where the first batch was written after all, the broker takes the second one for its repetition,
 * answers with the first one's offset, and the producer reports a success for a record that is nowhere.
 *
 * Guess: that no released client guards against it is derived from the rules named above. With version 2 (KIP-890) every transaction has an epoch of its own.
 */
import type { FinalLog, FinalPartition } from '../finalLogs.js';
import type { SendRecord } from '../history.js';
import type { EndOfRun } from './Guarantee.js';

/** How details speak of it. */
export const SEQUENCE_REUSED = 'a sequence that was used again';

/**
 * Does the acknowledged offset hold another record of the same client, of an earlier transaction in the same session, whose send nobody knew the fate of?
 * @param log where the send's record should be and is not
 */
export function wasTakenForEarlier(end: EndOfRun, finals: ReadonlyMap<number, FinalPartition>, send: SendRecord, log: FinalLog): boolean {
  if (send.transaction < 0 || send.offset < 0) return false;
  const value = log.valueAt(send.offset);
  const earlier = value < 0 ? undefined : end.history.sends[value];
  if (earlier === undefined || earlier.client !== send.client || earlier.outcome !== 'unknown') return false;
  if (earlier.transaction < 0 || earlier.transaction >= send.transaction) return false;
  const session = log.sessionAt(send.offset);
  return end.history.sends.every(({ transaction, partition, value: other }) => {
    if (transaction !== send.transaction) return true;
    const held = finals.get(partition)?.leader;
    const offset = held?.firstOffsetOf(other) ?? -1;
    return held === null || held === undefined || offset < 0 || held.sessionAt(offset) === session;
  });
}
