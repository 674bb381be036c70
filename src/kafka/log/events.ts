/** What happens to logs on a broker's disk (ids 260-289). Appends and flushes are silent here: replication tells of the appends. */
import { defineEvent } from '../../engine/events.js';

/** A new active segment begins at `baseOffset`. */
export const segmentRolled = defineEvent(260, 'segment-rolled', ['broker', '#partition', 'baseOffset']);
/** Reasons: `retention-time`, `retention-size`, `below-log-start`, `recovery`. */
export const segmentDeleted = defineEvent(261, 'segment-deleted', ['broker', '#partition', 'baseOffset', 'newLogStart', '#reason']);
export const logStartAdvanced = defineEvent(262, 'log-start-advanced', ['broker', '#partition', 'from', 'to', '#reason']);
/** `how`: `clean`, `unclean`, `corrupt-tail-truncated`. What power loss took silently is in neither offset: nobody on the machine knows of it. */
export const logRecovered = defineEvent(263, 'log-recovered', ['broker', '#partition', 'logEndBefore', 'logEndAfter', '#how']);
export const checkpointWritten = defineEvent(264, 'checkpoint-written', ['broker', '#file', 'partitions']);
/** The broker's logs are flushed and its clean-shutdown file is on the disk. */
export const cleanShutdownRecorded = defineEvent(265, 'clean-shutdown-recorded', ['broker', 'brokerEpoch']);
/** An idempotent producer's batch was refused for its sequence or epoch. */
export const sequenceRefused = defineEvent(266, 'sequence-refused', [
  'broker',
  '#partition',
  'producerId',
  'producerEpoch',
  'baseSequence',
  '#error',
]);
/** A batch that is in the log already: answered as a success. */
export const duplicateBatchAnswered = defineEvent(267, 'duplicate-batch-answered', [
  'broker',
  '#partition',
  'producerId',
  'producerEpoch',
  'baseSequence',
  'baseOffset',
]);
/** Reasons: `expired`, `records deleted`. */
export const producerStateDropped = defineEvent(268, 'producer-state-dropped', ['broker', '#partition', 'producerId', '#reason']);
/** On leaders. */
export const lastStableOffsetAdvanced = defineEvent(269, 'last-stable-offset-advanced', ['broker', '#partition', 'from', 'to']);
/** The cleaner rewrote the segments of this range and left `removed` records out. */
export const recordsCompacted = defineEvent(270, 'records-compacted', ['broker', '#partition', 'from', 'to', 'removed']);
