/**
 * A host's clocks. The wall clock has an offset, can drift and can be set (jump) by a fault; the monotonic clock only drifts.
 * Timers run on the monotonic clock. All in integer microseconds; drift in parts per million of true time.
 */
import type { Scheduler } from './Scheduler.js';

/** Wall clock of a run's beginning: 2024-01-01T00:00:00Z in milliseconds, so that record timestamps look like real ones. */
export const EPOCH_MS = 1_704_067_200_000;

export class Clock {
  /** What was added to this wall clock by the host's configuration and by jumps. */
  offsetUs = 0;

  private driftPpm = 0;
  private anchorTrueUs = 0;
  private anchorMonotonicUs = 0;

  constructor(private readonly scheduler: Scheduler) {}

  /** Runs `ppm` parts per million fast (negative: slow) from now on. */
  setDrift(ppm: number): void {
    this.anchorMonotonicUs = this.monotonicUs();
    this.anchorTrueUs = this.scheduler.nowUs;
    this.driftPpm = ppm;
  }

  /** Sets the wall clock forward or (negative) back. */
  jump(byUs: number): void {
    this.offsetUs += byUs;
  }

  /** Never goes back; what timeouts measure. */
  monotonicUs(): number {
    const elapsedUs = this.scheduler.nowUs - this.anchorTrueUs;
    if (this.driftPpm === 0) return this.anchorMonotonicUs + elapsedUs;
    return this.anchorMonotonicUs + elapsedUs + Math.trunc((elapsedUs * this.driftPpm) / 1_000_000);
  }

  /** What the host believes the time of day to be, microseconds since the run's beginning; may go back. */
  wallUs(): number {
    return this.monotonicUs() + this.offsetUs;
  }

  /** Wall clock as Kafka's record timestamps have it: milliseconds since 1970. */
  wallMs(): number {
    return EPOCH_MS + Math.floor(this.wallUs() / 1000);
  }

  /** How long a local delay takes in true time. */
  toTrueUs(localUs: number): number {
    if (this.driftPpm === 0) return localUs;
    return Math.max(0, localUs - Math.trunc((localUs * this.driftPpm) / (1_000_000 + this.driftPpm)));
  }
}
