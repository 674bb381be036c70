/** How many operations ended a second, by window and outcome. What never ended counts nowhere. */
import { OUTCOMES, type Operation, type Outcome } from './operations.js';
import { windowAt, windowLengthUs, windowsOf, type Windows } from './windows.js';

export interface Throughput {
  readonly windows: Windows;
  /** Completions by outcome and window. */
  readonly counts: Readonly<Record<Outcome, readonly number[]>>;
}

/** @param endUs end of the run. */
export function throughputOf(operations: readonly Operation[], endUs: number): Throughput {
  const windows = windowsOf(endUs, 60);
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, windows.starts.map(() => 0)])) as Record<Outcome, number[]>;
  for (const { completedUs, outcome } of operations) {
    if (completedUs < 0) continue;
    const own = counts[outcome];
    const index = windowAt(windows, completedUs);
    own[index] = (own[index] as number) + 1;
  }
  return { windows, counts };
}

/** A thousand times the completions a second in one window, so that rates below one are whole numbers, too. */
export function milliRate({ windows, counts }: Throughput, outcome: Outcome, index: number): number {
  return ((counts[outcome][index] as number) * 1e9) / windowLengthUs(windows, index);
}
