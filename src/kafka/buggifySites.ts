/**
 * Places where brokers and clients may behave in a rare way that Kafka allows (see the engine's Buggify): threads that are late, purges that are early, requests
 * as small as can be, answers that get lost. Whatever they do, Kafka might do by itself on a bad day, so that no promise may break.
 */
import { defineBuggifySite } from '../engine/Buggify.js';

// ---------------------------------------------------------------- brokers: requests

export const requestLate = defineBuggifySite('broker/request-late', 'a request waits for a handler thread, up to 50 ms');
export const answerLate = defineBuggifySite('broker/answer-late', 'an answer waits for a network thread, up to 50 ms');

// ---------------------------------------------------------------- logs

export const rollEarly = defineBuggifySite('log/roll-early', 'a segment is rolled before it is full, as when its index is');
export const snapshotEarly = defineBuggifySite(
  'log/snapshot-early',
  'producer state is written to disk between two segments, as at a shutdown',
);
export const highWatermarkCheckpointLate = defineBuggifySite(
  'log/high-watermark-checkpoint-late',
  'a round of replication-offset-checkpoint is left out',
);
export const recoveryPointCheckpointLate = defineBuggifySite(
  'log/recovery-point-checkpoint-late',
  'a round of recovery-point-offset-checkpoint is left out',
);
export const flushLate = defineBuggifySite('log/flush-late', 'a rolled segment is flushed later, by up to a second');
export const cleanerLate = defineBuggifySite('log/cleaner-late', 'the cleaner leaves a round out');

// ---------------------------------------------------------------- replication

export const replicaFetchOneBatch = defineBuggifySite('replica-fetch/one-batch', 'a follower has room for one batch of a partition only');
export const replicaFetchPause = defineBuggifySite('replica-fetch/pause', 'the fetcher thread pauses before its next fetch, up to 300 ms');
export const replicaFetchNoWait = defineBuggifySite('replica-fetch/no-wait', 'a follower does not let the leader wait for data');
export const fetchAnsweredEarly = defineBuggifySite('fetch/answered-early', 'a fetch that waits for data is answered without any');
export const produceCompletedLate = defineBuggifySite(
  'produce/completed-late',
  'nobody looks for up to 100 ms whether a produce request has its replicas',
);
export const shrinkCheckSkipped = defineBuggifySite('isr/shrink-check-skipped', 'a look at who fell behind is left out');
export const shrinkCheckExtra = defineBuggifySite('isr/shrink-check-extra', 'who fell behind is looked at once more in between');
export const expandLate = defineBuggifySite('isr/expand-late', 'a follower that caught up is let into the ISR at a later fetch');
export const alterPartitionReconnects = defineBuggifySite(
  'isr/alter-partition-reconnects',
  'the leader asks for an ISR change over a new connection',
);
export const alterPartitionAnswerLost = defineBuggifySite(
  'isr/alter-partition-answer-lost',
  'the controller answered an ISR change, and the answer is lost: it is asked for again',
);

// ---------------------------------------------------------------- controller

export const controllerPauses = defineBuggifySite('controller/pauses', 'the event thread pauses before its next event, up to 200 ms');
export const controlRequestLate = defineBuggifySite('controller/request-late', 'the thread that sends to one broker pauses, up to 200 ms');
export const controlRequestTwice = defineBuggifySite(
  'controller/request-twice',
  'the answer to a LeaderAndIsr, UpdateMetadata or StopReplica is lost, and the request sent again',
);

// ---------------------------------------------------------------- coordinators

export const coordinatorLoadLate = defineBuggifySite('coordinator/load-late', 'loading takes up to 500 ms more');
export const rebalanceLate = defineBuggifySite('group/rebalance-late', 'a rebalance that could end does so up to 200 ms later');
export const sessionExpiryLate = defineBuggifySite('group/session-expiry-late', 'a session is found to be over up to 300 ms late');
export const transactionScanSkipped = defineBuggifySite(
  'transaction/timeout-scan-skipped',
  'a look for transactions that took too long is left out',
);
export const markersLate = defineBuggifySite('transaction/markers-late', 'markers are sent up to 200 ms after the decision');
export const markerAnswerLost = defineBuggifySite(
  'transaction/marker-answer-lost',
  'the answer to WriteTxnMarkers is lost, and the markers are sent again',
);

// ---------------------------------------------------------------- clients

export const metadataAgain = defineBuggifySite('client/metadata-again', 'metadata is asked for once more than needed');
export const metadataFromAnybody = defineBuggifySite(
  'client/metadata-from-anybody',
  'metadata is asked of any broker, not of the least loaded',
);

export const batchClosedEarly = defineBuggifySite('producer/batch-closed-early', 'a batch is closed although it has room');
export const lingerCutShort = defineBuggifySite('producer/linger-cut-short', 'a batch is sent before linger.ms is over');
export const senderPauses = defineBuggifySite('producer/sender-pauses', 'the sender thread pauses before its next round, up to 100 ms');
export const oneBatchRequest = defineBuggifySite(
  'producer/one-batch-request',
  'a request takes one batch only, as with a small max.request.size',
);

export const consumerFetchOneBatch = defineBuggifySite('consumer/one-batch-fetch', 'a consumer has room for one batch of a partition only');
export const consumerFetchNoWait = defineBuggifySite('consumer/fetch-no-wait', 'a consumer does not let the broker wait for data');
export const pollOneRecord = defineBuggifySite('consumer/poll-one-record', 'a poll returns one record although more are there');
export const heartbeatEarly = defineBuggifySite('consumer/heartbeat-early', 'the next heartbeat follows within a tenth of its interval');
export const autoCommitEarly = defineBuggifySite(
  'consumer/auto-commit-early',
  'positions are committed before auto.commit.interval.ms is over',
);
