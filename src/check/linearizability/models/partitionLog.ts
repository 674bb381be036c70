/**
 * One partition as a queue of appends: each append takes the next place, and a fetch shows some beginning of what was appended.
 *
 * Places are counted without the gaps that offsets have (transaction markers, what was compacted away), as Jepsen's analysis does. A fetch is not linearizable
 * in Kafka: the high watermark lags, a follower (KIP-392) or a deposed leader may answer, so that the beginning which it shows may be an old one. What holds is
 * that it shows nothing which is not there yet; the history says so by the moment from which the fetch may have taken effect.
 */
import type { Model } from '../Model.js';

export type LogOp =
  | { readonly f: 'append'; readonly place: number; readonly offset: number; readonly value: number }
  /** Up to this place, that included. */
  | { readonly f: 'fetch'; readonly place: number; readonly offset: number };

/** The state is the number of appends so far. */
export const PARTITION_LOG: Model<number, LogOp, 'done'> = {
  initial: 0,
  step: (length, op) => {
    if (op.f === 'append') return op.place === length ? length + 1 : null;
    return op.place < length ? length : null;
  },
  isRead: (op) => op.f === 'fetch',
  key: (length) => length,
  describe: (op) => (op.f === 'append' ? `append of message ${op.value} at offset ${op.offset}` : `fetch up to offset ${op.offset}`),
  describeState: (length) => `${length} records in the log`,
};
