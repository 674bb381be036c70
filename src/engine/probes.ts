/**
 * Named marks on rare paths (`truncated-on-diverging-epoch`). A campaign sums how often each was hit: a guarantee whose premise
 * was never exercised is reported as unknown, not as held.
 */
export class Probes {
  private readonly counts = new Map<string, number>();

  hit(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** Name and count, in order of first hit. */
  entries(): [string, number][] {
    return [...this.counts.entries()];
  }
}
