/**
 * The offset that a group has committed for one partition: a register which the group's coordinator keeps, whoever that is (P23: an acknowledged commit is
 * what any later OffsetFetch returns, also after a failover).
 *
 * Kafka does not promise it of one request alone: an attempt that got no answer may be written after later ones (the history adds it once more, as pending), a
 * coordinator that was deposed may still answer reads from memory (a read may be as old as the generation that it was made in), and offsets expire. Leaves
 * out: metadata, leader epochs, and offsets in transactions, which take effect with their marker.
 */
import type { Model } from '../Model.js';

export type OffsetOp = { readonly f: 'commit'; readonly offset: number } | { readonly f: 'fetch' };

/** Where the owner began for a fetch (-1: by the reset), `done` for a commit. Where nothing is committed, the reset may have chosen any offset. */
export type OffsetResult = number | 'done';

export const COMMITTED_OFFSET: Model<number, OffsetOp, OffsetResult> = {
  initial: -1,
  step: (state, op, result) => {
    if (op.f === 'commit') return op.offset;
    return result === null || result === state || state < 0 ? state : null;
  },
  isRead: (op) => op.f === 'fetch',
  key: (state) => state,
  describe: (op, result) => (op.f === 'commit' ? `commit of ${op.offset}` : `begins at ${offsetText(result as number | null)}`),
  describeState: (state) => (state < 0 ? 'no offset committed' : `${state} committed`),
};

function offsetText(offset: number | null): string {
  return offset === null ? 'an unknown offset' : offset < 0 ? 'the reset, since it was told of no offset' : String(offset);
}
