/** How long operations took: a point each, and quantiles of those that succeeded by window. */
import { percentile } from '../../explore/metrics.js';
import type { Operation, Outcome } from './operations.js';
import { windowAt, windowsOf, type Windows } from './windows.js';

export interface LatencyPoint {
  /** When it was invoked. */
  readonly timeUs: number;
  /** Of what was never answered: until the end of the run. */
  readonly latencyUs: number;
  readonly outcome: Outcome;
}

export const QUANTILES = [50, 95, 99, 100] as const;

/** One window's quantiles, by nearest rank; null where nothing succeeded. */
export interface QuantileWindow {
  readonly fromUs: number;
  /** Operations that succeeded. */
  readonly count: number;
  /** In the order of {@link QUANTILES}, microseconds. */
  readonly latenciesUs: readonly number[] | null;
}

export interface Latency {
  readonly points: readonly LatencyPoint[];
  readonly windows: Windows;
  readonly quantiles: readonly QuantileWindow[];
  /** Over the whole run. */
  readonly overall: QuantileWindow;
}

/** Windows go by when operations were invoked. @param endUs end of the run. */
export function latencyOf(operations: readonly Operation[], endUs: number): Latency {
  const windows = windowsOf(endUs);
  const points = operations.map(({ invokedUs, completedUs, outcome }) => ({
    ...{ timeUs: invokedUs, latencyUs: Math.max(0, (completedUs < 0 ? endUs : completedUs) - invokedUs), outcome },
  }));
  const succeeded = windows.starts.map((): number[] => []);
  for (const { timeUs, latencyUs, outcome } of points) {
    if (outcome === 'ok') (succeeded[windowAt(windows, timeUs)] as number[]).push(latencyUs);
  }
  const quantiles = succeeded.map((latencies, i) => quantilesOf(windows.starts[i] as number, latencies));
  return { points, windows, quantiles, overall: quantilesOf(0, succeeded.flat()) };
}

function quantilesOf(fromUs: number, latencies: readonly number[]): QuantileWindow {
  const ascending = Float64Array.from(latencies).sort((a, b) => a - b);
  if (ascending.length === 0) return { fromUs, count: 0, latenciesUs: null };
  return { fromUs, count: ascending.length, latenciesUs: QUANTILES.map((percent) => percentile(ascending, percent) as number) };
}
