/** Clusters and members for tests of assignors, in text: partitions are `orders-0`, and back. */
import type { AssignorMember } from './Assignor.js';

/** Numbers for partitions, handed out in order. */
export class Topics {
  readonly cluster = new Map<string, number[]>();
  private readonly texts: string[] = [];

  /** @param counts partitions by topic. */
  constructor(counts: Readonly<Record<string, number>>) {
    for (const [topic, count] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.cluster.set(
        topic,
        Array.from({ length: count }, (_, index) => this.texts.push(`${topic}-${index}`) - 1),
      );
    }
  }

  number(text: string): number {
    const number = this.texts.indexOf(text);
    return number === -1 ? this.texts.push(text) - 1 : number;
  }

  text(partition: number): string {
    return this.texts[partition] ?? '?';
  }

  /** @param topics separated by spaces; @param owned likewise. */
  member(memberId: string, topics: string, owned = '', generationId = -1, groupInstanceId: string | null = null): AssignorMember {
    const ownedPartitions = words(owned).map((text) => this.number(text));
    return { memberId, groupInstanceId, subscription: { topics: words(topics), ownedPartitions, generationId, rackId: null } };
  }

  /** By member id: its partitions, separated by spaces, sorted. */
  shown(assignment: ReadonlyMap<string, readonly number[]>): Record<string, string> {
    const entries = [...assignment].map(([memberId, partitions]) => [
      memberId,
      partitions
        .map((p) => this.text(p))
        .sort(byText)
        .join(' '),
    ]);
    return Object.fromEntries(entries) as Record<string, string>;
  }
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
