/** What a group member was told that it owns, now and in the history, with the positions at which it began to read. */
import type { OwnershipRecord } from '../check/history.js';
import type { GroupMetadata } from '../kafka/client/Consumer.js';
import type { ApplicationContext } from './Application.js';

export class Ownership {
  /** Interned partitions. */
  readonly owned = new Set<number>();
  /** Where in the history the position of a partition belongs that has none yet. */
  private readonly awaited = new Map<number, { readonly positions: number[]; readonly i: number }>();

  constructor(
    private readonly context: ApplicationContext,
    private readonly client: string,
    private readonly group: string,
  ) {}

  /** @param positions -1 where none is known yet. */
  assigned(member: GroupMetadata, partitions: readonly number[], positions: number[]): void {
    partitions.forEach((partition, i) => {
      this.owned.add(partition);
      if (positions[i] === -1) this.awaited.set(partition, { positions, i });
    });
    this.changed('assigned', member, partitions, positions);
  }

  /** Reading begins here. */
  readonly positionFound = (partition: number, offset: number): void => {
    const place = this.awaited.get(partition);
    this.awaited.delete(partition);
    if (place !== undefined) place.positions[place.i] = offset;
  };

  /** @param lost the member was thrown out, and others may own them already. */
  revoked(member: GroupMetadata, partitions: readonly number[], lost: boolean): void {
    this.changed(lost ? 'lost' : 'revoked', member, partitions, []);
    for (const partition of partitions) {
      this.owned.delete(partition);
      this.awaited.delete(partition);
    }
  }

  /** A new incarnation owns nothing. */
  clear(): void {
    this.owned.clear();
    this.awaited.clear();
  }

  private changed(
    kind: OwnershipRecord['kind'],
    { memberId, generationId: generation }: GroupMetadata,
    partitions: readonly number[],
    positions: readonly number[],
  ): void {
    if (partitions.length === 0) return;
    const { client, group, context } = this;
    context.history.ownershipChanged({
      client,
      group,
      memberId,
      generation,
      timeUs: context.simulation.nowUs,
      kind,
      partitions,
      positions,
    });
  }
}
