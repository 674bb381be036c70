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
/** `from` is -1 for the first position. */
export const consumerPositionReset = defineEvent(540, 'consumer-position-reset', ['#client', '#partition', 'from', 'to', '#policy']);
export const consumerFailed = defineEvent(541, 'consumer-failed', ['#client', '#partition', 'position', '#error']);
