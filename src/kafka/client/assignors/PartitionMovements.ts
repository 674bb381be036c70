/**
 * Which partitions an assignment has moved, from which member to which, so that it rather takes a move back than move another partition of the same topic the
 * other way round (AbstractStickyAssignor.PartitionMovements).
 */
interface Movement {
  readonly from: number;
  readonly to: number;
}

export class PartitionMovements {
  private readonly ofPartition = new Map<number, Movement>();
  /** By topic, by `from * members + to`: the partitions, oldest first. */
  private readonly byTopic: Map<number, Set<number>>[] = [];

  constructor(
    private readonly topicOf: readonly number[],
    private readonly members: number,
  ) {}

  /**
   * The partition to move instead of `p`, which is wanted at `to`: one of its topic that went from there to `p`'s owner before; otherwise `p`. Who had `p` at
   * the beginning counts as its owner.
   */
  replacementFor(p: number, owner: number, to: number): number {
    const source = this.ofPartition.get(p)?.from ?? owner;
    const opposite = this.byTopic[this.topicOf[p] as number]?.get(to * this.members + source);
    if (opposite !== undefined) for (const q of opposite) return q;
    return p;
  }

  moved(p: number, from: number, to: number): void {
    const before = this.ofPartition.get(p);
    if (before !== undefined) this.forget(p, before);
    const movement = { from: before?.from ?? from, to };
    if (movement.from !== to) this.remember(p, movement);
  }

  private remember(p: number, movement: Movement): void {
    this.ofPartition.set(p, movement);
    const pairs = (this.byTopic[this.topicOf[p] as number] ??= new Map<number, Set<number>>());
    const key = movement.from * this.members + movement.to;
    const set = pairs.get(key);
    if (set === undefined) pairs.set(key, new Set([p]));
    else set.add(p);
  }

  private forget(p: number, { from, to }: Movement): void {
    this.ofPartition.delete(p);
    this.byTopic[this.topicOf[p] as number]?.get(from * this.members + to)?.delete(p);
  }
}
