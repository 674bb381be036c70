/** Counts who wants a thing in a state: the first to come brings it about, the last to go ends it. */
export class HoldCounts<T> {
  private readonly counts = new Map<T, number>();

  add(thing: T, first: () => void): void {
    const count = this.counts.get(thing) ?? 0;
    this.counts.set(thing, count + 1);
    if (count === 0) first();
  }

  remove(thing: T, last: () => void): void {
    const count = this.counts.get(thing) ?? 0;
    this.counts.set(thing, count - 1);
    if (count === 1) last();
  }
}
