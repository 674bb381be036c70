import { describe, expect, it } from 'vitest';
import { HandmadeRun } from '../testing.js';
import { latencyOf } from './latency.js';
import { operationsOf, type Operation } from './operations.js';
import { milliRate, throughputOf } from './throughput.js';
import { windowAt, windowLengthUs, windowsOf } from './windows.js';

const operation = (invokedUs: number, completedUs: number, outcome: Operation['outcome'] = 'ok'): Operation => ({
  invokedUs,
  completedUs,
  outcome,
});

describe('operations', () => {
  it('are sends, first reads, transactions and commits with their outcomes', () => {
    const made = new HandmadeRun();
    const { history } = made;
    const value = made.sent('orders-0', 0, 10, 5);
    history.sendFailed(history.sendInvoked('p1', 'orders', null, 20), 'E', 25);
    history.sendInvoked('p1', 'orders', null, 30);
    made.polled('c1', 'orders-0', 40, [[0, value]]).polled('c2', 'orders-0', 90, [[0, value]]);
    const commit = { client: 'c1', group: 'g', kind: 'sync' as const, generation: 1, invokedUs: 50, offsets: [], transaction: -1 };
    history.commitCompleted(history.commitInvoked(commit), 'unknown', '', 60);
    history.commitInvoked({ ...commit, kind: 'transaction' });
    const [aborted, open, lost] = [1, 2, 3].map((timeUs) => history.transactionBegan('p1', 't', timeUs)) as [number, number, number];
    history.transactionEnding(aborted, 'abort', 5);
    history.transactionEnded(aborted, 'aborted', '', 6);
    history.transactionEnding(lost, 'commit', 7);
    expect(open).toBe(1);
    const kinds = operationsOf(history);
    expect(kinds.map(({ kind }) => kind)).toEqual(['send', 'delivery', 'transaction', 'commit']);
    expect(kinds.map(({ operations }) => operations.map(({ completedUs, outcome }) => `${completedUs} ${outcome}`))).toEqual([
      ['15 ok', '25 failed', '-1 unknown'],
      ['40 ok'],
      ['6 failed', '-1 failed', '-1 unknown'],
      ['60 unknown'],
    ]);
  });

  it('are none of a kind that nobody did', () => {
    expect(operationsOf(new HandmadeRun().history)).toEqual([]);
  });
});

describe('windows', () => {
  it('are round, embrace the run, and the last one is not a sliver', () => {
    const windows = windowsOf(4_300_000, 4);
    expect([windows.lengthUs, windows.starts]).toEqual([2_000_000, [0, 2_000_000]]);
    expect([0, 1_999_999, 2_000_000, 4_300_000, -5].map((us) => windowAt(windows, us))).toEqual([0, 0, 1, 1, 0]);
    expect([windowLengthUs(windows, 0), windowLengthUs(windows, 1)]).toEqual([2_000_000, 2_300_000]);
    expect(windowsOf(1).starts).toEqual([0]);
  });
});

describe('latency', () => {
  it('has quantiles by nearest rank, of what succeeded, by the window of the call', () => {
    const operations = [
      ...Array.from({ length: 100 }, (_, i) => operation(0, i + 1)),
      operation(10, 5_000, 'failed'),
      operation(3_999_999, -1, 'unknown'),
    ];
    const { points, overall, quantiles, windows } = latencyOf(operations, 4_000_000);
    expect(windows.lengthUs).toBe(100_000);
    expect(overall).toEqual({ fromUs: 0, count: 100, latenciesUs: [50, 95, 99, 100] });
    expect(quantiles[0]?.count).toBe(100);
    expect(quantiles.at(-1)).toEqual({ fromUs: 3_900_000, count: 0, latenciesUs: null });
    expect(points.at(-1)).toEqual({ timeUs: 3_999_999, latencyUs: 1, outcome: 'unknown' });
  });
});

describe('throughput', () => {
  it('counts what ended, when it ended, by the length of the window', () => {
    const operations = [
      operation(0, 500_000),
      operation(0, 1_500_000),
      operation(0, 1_600_000),
      operation(0, 1_700_000, 'failed'),
      operation(0, -1, 'unknown'),
    ];
    const throughput = throughputOf(operations, 60_000_000);
    expect(throughput.windows.lengthUs).toBe(1_000_000);
    expect([0, 1, 2].map((i) => milliRate(throughput, 'ok', i))).toEqual([1_000, 2_000, 0]);
    expect(milliRate(throughput, 'failed', 1)).toBe(1_000);
    expect(throughput.counts.unknown.every((count) => count === 0)).toBe(true);
  });
});
