import { describe, expect, it } from 'vitest';
import { Disk } from '../../engine/Disk.js';
import { EPOCH_CACHE_DEFAULTS, LeaderEpochCache } from './LeaderEpochCache.js';
import type { EpochCacheOptions, EpochEntry } from './LeaderEpochCache.js';

function cacheOn(disk: Disk, options: Partial<EpochCacheOptions> = {}): LeaderEpochCache {
  return new LeaderEpochCache(disk.small<readonly EpochEntry[]>('orders-0/leader-epoch-checkpoint'), {
    ...EPOCH_CACHE_DEFAULTS,
    ...options,
  });
}

function cacheWith(entries: readonly (readonly [number, number])[], options: Partial<EpochCacheOptions> = {}): LeaderEpochCache {
  const cache = cacheOn(new Disk(), options);
  for (const [epoch, startOffset] of entries) cache.assign(epoch, startOffset);
  return cache;
}

const history = [
  [2, 10],
  [4, 20],
  [5, 20],
  [7, 30],
] as const;
const logEnd = 42;

describe('LeaderEpochCache.endOffsetFor', () => {
  it.each([
    ['nothing asked', -1, -1, -1],
    ['the latest epoch ends at the log end', 7, 7, 42],
    ['newer than everything known', 8, -1, -1],
    ['a known epoch ends where the next one begins', 5, 5, 30],
    ['an unknown epoch between two: the lower one answers', 6, 5, 30],
    ['an unknown epoch just above the first', 3, 2, 20],
    ['KAFKA-7415: below the first epoch, its start', 1, 1, 10],
  ])('answers: %s', (_case, asked, epoch, endOffset) => {
    // Epoch 4 got no record: 5 begins at the same offset and replaces it.
    expect(cacheWith(history).endOffsetFor(asked, logEnd)).toEqual({ epoch, endOffset });
  });

  it('knows nothing when it is empty', () => {
    expect(cacheWith([]).endOffsetFor(0, logEnd)).toEqual({ epoch: -1, endOffset: -1 });
  });

  it('before KAFKA-7415 answers unknown below the first epoch, and the same elsewhere', () => {
    const old = cacheWith(history, { answersBelowFirstEpoch: false });
    expect(old.endOffsetFor(1, logEnd)).toEqual({ epoch: -1, endOffset: -1 });
    expect(old.endOffsetFor(6, logEnd)).toEqual({ epoch: 5, endOffset: 30 });
  });
});

describe('LeaderEpochCache', () => {
  it('ignores a later start of the epoch it is in, and takes an earlier one', () => {
    const cache = cacheWith([[1, 5]]);
    cache.assign(1, 9);
    expect(cache.entries()).toEqual([{ epoch: 1, startOffset: 5 }]);
    cache.assign(1, 3);
    expect(cache.entries()).toEqual([{ epoch: 1, startOffset: 3 }]);
  });

  it('finds the epoch of an offset', () => {
    const cache = cacheWith(history);
    expect([9, 10, 19, 20, 30, 99].map((offset) => cache.epochForOffset(offset))).toEqual([-1, 2, 2, 5, 7, 7]);
  });

  it('forgets from either end', () => {
    const cache = cacheWith(history);
    cache.truncateFromEnd(30);
    expect(cache.latestEpoch()).toBe(5);
    cache.truncateFromStart(15);
    expect(cache.entries()).toEqual([
      { epoch: 2, startOffset: 15 },
      { epoch: 5, startOffset: 20 },
    ]);
    cache.truncateFromStart(20);
    expect(cache.entries()).toEqual([{ epoch: 5, startOffset: 20 }]);
  });

  it('survives power loss, and the file does not follow later changes of the living cache', () => {
    const disk = new Disk();
    const cache = cacheOn(disk);
    cache.assign(1, 0);
    cache.assign(2, 7);
    disk.full = true;
    cache.assign(3, 9);
    disk.full = false;
    disk.small<readonly EpochEntry[]>('orders-0/leader-epoch-checkpoint').losePower();
    expect(cacheOn(disk).latestEpoch()).toBe(2);
  });

  it('loses a truncation with the power only when truncations are not fsynced (B-82)', () => {
    for (const truncationFsynced of [true, false]) {
      const disk = new Disk();
      const cache = cacheOn(disk, { truncationFsynced });
      cache.assign(1, 0);
      cache.assign(2, 7);
      cache.truncateFromEnd(7);
      expect(cacheOn(disk).latestEpoch()).toBe(1);
      disk.small<readonly EpochEntry[]>('orders-0/leader-epoch-checkpoint').losePower();
      expect(cacheOn(disk).latestEpoch()).toBe(truncationFsynced ? 1 : 2);
    }
  });
});
