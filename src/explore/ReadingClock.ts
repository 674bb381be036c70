/**
 * How long a healing waits for those who read what is left. The bound gives them time for every poll, which may be hours; who stands still would be waited for all the
 * same, with every timer of an idle cluster going on.
 */

/** Nobody reads so slowly. Pauses between polls, rebalances and time limits of requests have terms of their own in the bound. */
const STILL_US = 60_000_000;

export class ReadingClock {
  private places = NaN;
  private movedUs = 0;

  /**
   * @param fromUs when everything else must have come to rest
   * @param placesNow where the readers are, as one number
   */
  constructor(
    private readonly fromUs: number,
    private readonly placesNow: () => number,
  ) {}

  /** It is past that time, and nobody has moved for a minute. */
  isOver(nowUs: number): boolean {
    if (nowUs < this.fromUs) return false;
    const places = this.placesNow();
    if (places !== this.places) {
      this.places = places;
      this.movedUs = nowUs;
    }
    return nowUs - this.movedUs >= STILL_US;
  }
}
