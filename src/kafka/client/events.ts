/** What happens inside clients, as events (ids 500-559). Records are named by the value of the first record of their batch. */
import { defineEvent } from '../../engine/events.js';

// producer
export const batchSent = defineEvent(500, 'batch-sent', ['#client', '#partition', 'firstValue', 'records', 'attempt', 'leader']);
export const batchRetried = defineEvent(501, 'batch-retried', ['#client', '#partition', 'firstValue', '#error', 'attempt']);
export const batchFailed = defineEvent(502, 'batch-failed', ['#client', '#partition', 'firstValue', 'records', '#error', '#outcome']);
/** delivery.timeout.ms is over; `inFlight` is 1 when a request with the batch was on its way, so that the records may still be appended. */
export const batchExpired = defineEvent(503, 'batch-expired', ['#client', '#partition', 'firstValue', 'records', 'inFlight', '#outcome']);
export const batchSplit = defineEvent(504, 'batch-split', ['#client', '#partition', 'firstValue', 'records', 'parts']);
/** A record that never reached a batch: too large, or max.block.ms over while it waited for metadata or memory. */
export const recordRefused = defineEvent(505, 'record-refused', ['#client', '#topic', 'value', '#error']);

// metadata
export const metadataRefreshed = defineEvent(520, 'metadata-refreshed', ['#client', 'broker']);
export const leaderChangedInMetadata = defineEvent(521, 'leader-changed-in-metadata', [
  '#client',
  '#partition',
  'from',
  'to',
  'leaderEpoch',
]);
/** KIP-320: the answer of a broker that lags behind what the client knows already. */
export const staleMetadataIgnored = defineEvent(522, 'stale-metadata-ignored', [
  '#client',
  '#partition',
  'broker',
  'staleEpoch',
  'leaderEpoch',
]);

// consumer
/** `from` is -1 for the first position. Policies: those of auto.offset.reset, and `seek` by the application. */
export const consumerPositionReset = defineEvent(540, 'consumer-position-reset', ['#client', '#partition', 'from', 'to', '#policy']);
export const consumerFailed = defineEvent(541, 'consumer-failed', ['#client', '#partition', 'position', '#error']);
/** What a truncation took from under the position was noticed (KIP-320); `to` is where reading goes on, -1 when the application must decide. */
export const consumerTruncationDetected = defineEvent(542, 'consumer-truncation-detected', [
  '#client',
  '#partition',
  'from',
  'to',
  'leaderEpoch',
]);
/** KIP-392. */
export const preferredReplicaChosen = defineEvent(543, 'preferred-replica-chosen', ['#client', '#partition', 'broker']);
export const groupJoined = defineEvent(544, 'group-joined', ['#client', '#group', 'generation', '#member', 'isLeader']);
export const consumerAssigned = defineEvent(545, 'consumer-assigned', ['#client', '#partition', 'generation', '#member']);
/** `lost`: 1 when the member was thrown out and nothing could be committed any more (onPartitionsLost). */
export const consumerRevoked = defineEvent(546, 'consumer-revoked', ['#client', '#partition', 'generation', '#member', 'lost']);
/** Kinds: `sync`, `async`, `auto`, `transaction`. */
export const commitSent = defineEvent(547, 'commit-sent', ['#client', '#partition', 'offset', 'generation', '#kind']);
export const commitCompleted = defineEvent(548, 'commit-completed', ['#client', '#partition', 'offset', 'generation', '#kind', '#error']);
/** The coordinator threw the member out (`#error`), or it left by itself because the application did not poll (`MAX_POLL_INTERVAL`). */
export const memberFenced = defineEvent(549, 'member-fenced', ['#client', '#group', 'generation', '#error']);

// idempotent and transactional producers
export const producerIdReceived = defineEvent(506, 'producer-id-received', ['#client', 'producerId', 'producerEpoch']);
/** KIP-360: without asking the coordinator. */
export const producerEpochBumped = defineEvent(507, 'producer-epoch-bumped', ['#client', 'producerId', 'producerEpoch', '#reason']);
/** `number`: the producer's transactions, counted from 1. */
export const transactionBegan = defineEvent(508, 'transaction-began', ['#client', 'number', 'producerId', 'producerEpoch']);
export const transactionEnding = defineEvent(509, 'transaction-ending', ['#client', 'number', 'commit']);
/** What the application was told: `committed`, `aborted`, or the error. */
export const transactionEnded = defineEvent(510, 'transaction-ended', ['#client', 'number', 'commit', '#result']);
/** `fatal`: 1 when the producer can only be closed, 0 when the transaction can be aborted. */
export const transactionFailed = defineEvent(511, 'transaction-failed', ['#client', 'number', '#error', 'fatal']);

// applications (ids 560-579)
export const processingBegan = defineEvent(560, 'processing-began', ['#client', '#partition', 'offset', 'value']);
export const processingEnded = defineEvent(561, 'processing-ended', ['#client', '#partition', 'offset', 'value']);
