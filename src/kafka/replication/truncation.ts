/**
 * How a follower finds the offset to cut its log to, by the rules of Kafka's history. Pure functions over the follower's epoch cache and the
 * leader's answer; who asks whom, and when, is the fetcher's part.
 */
import type { LeaderEpochCache } from '../log/LeaderEpochCache.js';

/** Cut to `offset`; `done` false: ask the leader again, with the epoch that the log then ends in. */
export interface TruncationStep {
  readonly offset: number;
  readonly done: boolean;
}

/**
 * KIP-101: the leader named an end offset for the epoch that was asked for, and nothing else. Undefined (-1): the leader knows no such epoch,
 * fall back to the high watermark.
 */
export function kip101Truncation(endOffset: number, logEndOffset: number, highWatermark: number): TruncationStep {
  if (endOffset < 0) return { offset: highWatermark, done: true };
  return { offset: Math.min(endOffset, logEndOffset), done: true };
}

/**
 * KIP-279: the leader named the largest epoch it knows that is not above the one asked for, and where it ends. If the follower knows that
 * epoch too, the logs part at the lower of both ends; otherwise go down to the follower's own next lower epoch and ask again.
 */
export function kip279Truncation(
  epochs: LeaderEpochCache,
  leaderEpoch: number,
  leaderEndOffset: number,
  logEndOffset: number,
  highWatermark: number,
): TruncationStep {
  if (leaderEndOffset < 0) return { offset: highWatermark, done: true };
  // A leader that answers without an epoch speaks KIP-101.
  if (leaderEpoch < 0) return kip101Truncation(leaderEndOffset, logEndOffset, highWatermark);
  const own = epochs.endOffsetFor(leaderEpoch, logEndOffset);
  if (own.endOffset < 0) return { offset: Math.min(leaderEndOffset, logEndOffset), done: true };
  if (own.epoch !== leaderEpoch) return { offset: Math.min(own.endOffset, logEndOffset), done: false };
  return { offset: Math.min(own.endOffset, leaderEndOffset, logEndOffset), done: true };
}

/** KIP-595 style (Fetch v12): the response named the diverging epoch; the next fetch shows whether more must go. */
export function divergingEpochTruncation(
  epochs: LeaderEpochCache,
  diverging: { readonly epoch: number; readonly endOffset: number },
  logEndOffset: number,
): number {
  const own = epochs.endOffsetFor(diverging.epoch, logEndOffset);
  if (own.endOffset < 0) return Math.min(diverging.endOffset, logEndOffset);
  if (own.epoch !== diverging.epoch) return Math.min(own.endOffset, logEndOffset);
  return Math.min(own.endOffset, diverging.endOffset, logEndOffset);
}
