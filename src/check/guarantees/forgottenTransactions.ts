/**
 * Transactions whose coordinator forgot a part of them. A coordinator that takes over reads its log to the end, not to the high watermark
 * (TransactionStateManager.loadTransactionMetadata; KAFKA-5059), and serves what it has read at once: who asks it to add a partition that is there already is told yes without
 * another write (TransactionCoordinator.handleAddPartitionsToTransaction). When a replica without that tail leads next, which may be in sync all the same, the transaction
 * ends without the partition: its records there have no marker.
 *
 * Derived from the source; no JIRA is known that names it. Excused is a transaction in whose time a leader of its partition of `__transaction_state` took over with an
 * uncommitted tail that a later one had not.
 */
import { javaHash } from '../../kafka/coordinator/CoordinatorTopic.js';
import { TRANSACTION_STATE_TOPIC } from '../../kafka/protocol/coordinatorRecords.js';
import { topicOf, topicPartition } from '../../kafka/protocol/topicPartition.js';
import type { EndOfRun } from './Guarantee.js';

export const FORGOTTEN = 'a coordinator that served what it had read beyond the high watermark';

/** Did the transaction's coordinator forget what it had served, while it was open? */
export function wasForgotten({ history, names, partitions, setbacks, nowUs }: EndOfRun, transaction: number): boolean {
  const { transactionalId, beganUs, endedUs } = history.transaction(transaction);
  const count = partitions.filter(({ partition }) => topicOf(names, partition) === TRANSACTION_STATE_TOPIC).length;
  if (count === 0) return false;
  const home = topicPartition(names, TRANSACTION_STATE_TOPIC, (javaHash(transactionalId) & 0x7fffffff) % count);
  return setbacks.forgotTail(home, beganUs, endedUs < 0 ? nowUs : endedUs);
}
