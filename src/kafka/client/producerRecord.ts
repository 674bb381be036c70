/** What an application gives a producer, and what it is told afterwards. */
import type { ErrorName } from '../protocol/errors.js';

export interface ProducerRecord {
  readonly topic: string;
  /** Partition number within the topic; null lets the partitioner choose. */
  readonly partition: number | null;
  readonly key: string | null;
  /** The message's identity in this run. */
  readonly value: number;
  /** Key and value, in bytes. */
  readonly sizeBytes: number;
}

/**
 * A broker's error by Kafka's name, or one of the client's own: `TIMEOUT` (delivery.timeout.ms or max.block.ms is over),
 * `RECORD_TOO_LARGE` (above max.request.size or buffer.memory), `CLOSED` (sent after close), `ILLEGAL_STATE` (a call out of its order, such as a send without
 * a transaction), `TRANSACTION_ABORTED` (never sent, since the transaction was aborted), `UNRESOLVED_SEQUENCE` (records sent before were given up, and nobody
 * knows whether the log has them).
 */
export type ProducerError =
  | ErrorName
  | `UNKNOWN_${number}`
  | 'TIMEOUT'
  | 'RECORD_TOO_LARGE'
  | 'CLOSED'
  | 'ILLEGAL_STATE'
  | 'TRANSACTION_ABORTED'
  | 'UNRESOLVED_SEQUENCE';

/** `failed`: no broker has the record or ever will. `unknown`: it may be in the log, more than once, or get there later. */
export type SendOutcome = 'ok' | 'failed' | 'unknown';

export interface SendResult {
  readonly error: ProducerError | null;
  /** Interned name `topic-index`; 0 when the record never got as far as a partition. */
  readonly partition: number;
  /** -1 on error, and with acks=0. */
  readonly offset: number;
  readonly outcome: SendOutcome;
}

export type SendCallback = (result: SendResult) => void;
