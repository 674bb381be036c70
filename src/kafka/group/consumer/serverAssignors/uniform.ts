/**
 * Uniform: as even as can be over all topics, then as close to the former target as that allows (org.apache.kafka.coordinator.group.assignor.UniformAssignor).
 * Balance goes before stickiness: the first members get the odd partitions, also where another has one more already.
 *
 * Guess: where subscriptions differ, which of several equally good moves is made.
 */
import { membersByTopic, type ServerAssignor, type TargetMember } from './ServerAssignor.js';

type Cluster = ReadonlyMap<string, readonly number[]>;

export const uniformServerAssignor: ServerAssignor = {
  name: 'uniform',
  assign(cluster, members) {
    const first = new Set(members[0]?.topics);
    const same = members.every(({ topics }) => {
      const own = new Set(topics);
      return own.size === first.size && topics.every((topic) => first.has(topic));
    });
    return same ? homogeneous(cluster, members, first) : new Heterogeneous(cluster, members).assign();
  },
};

function homogeneous(cluster: Cluster, members: readonly TargetMember[], topics: ReadonlySet<string>): Map<string, number[]> {
  const all: number[] = [];
  for (const [topic, partitions] of cluster) if (topics.has(topic)) for (const partition of partitions) all.push(partition);
  const exists = new Set(all);
  const had = new Set<number>();
  for (const { partitions } of members) for (const partition of partitions) had.add(partition);
  const unassigned = all.filter((partition) => !had.has(partition));
  const quota = Math.floor(all.length / members.length);
  let extras = all.length % members.length;
  const assignment = new Map<string, number[]>();
  const quotas = members.map(({ memberId, partitions }) => {
    const own = quota + (extras-- > 0 ? 1 : 0);
    const kept = partitions.filter((partition) => exists.has(partition));
    for (const partition of kept.splice(own)) unassigned.push(partition);
    assignment.set(memberId, kept);
    return own;
  });
  let next = 0;
  members.forEach(({ memberId }, rank) => {
    const list = assignment.get(memberId) as number[];
    while (list.length < (quotas[rank] as number) && next < unassigned.length) list.push(unassigned[next++] as number);
  });
  return assignment;
}

/** Keeps the former target, gives the rest to whoever has least, and moves partitions while that evens things out. */
class Heterogeneous {
  private readonly lists = new Map<string, number[]>();
  private readonly topics: { readonly partitions: readonly number[]; readonly readers: readonly TargetMember[] }[];
  private readonly owner = new Map<number, string>();

  constructor(cluster: Cluster, members: readonly TargetMember[]) {
    const subscribers = membersByTopic(members);
    this.topics = [...cluster].map(([topic, partitions]) => ({ partitions, readers: subscribers.get(topic) ?? [] }));
    this.topics = this.topics.filter(({ readers }) => readers.length > 0);
    // Topics with the most partitions a reader go first; the sort is stable, so topics otherwise keep the order of their names.
    this.topics.sort(
      (a, b) => b.partitions.length * a.readers.length - a.partitions.length * b.readers.length || a.readers.length - b.readers.length,
    );
    for (const { memberId } of members) this.lists.set(memberId, []);
    for (const { memberId, topics, partitions } of members) {
      const readable = new Set(topics.flatMap((topic) => cluster.get(topic) ?? []));
      for (const partition of partitions) if (readable.has(partition) && !this.owner.has(partition)) this.give(partition, memberId);
    }
  }

  assign(): Map<string, number[]> {
    for (const { partitions, readers } of this.topics) {
      for (const partition of partitions) if (!this.owner.has(partition)) this.give(partition, this.leastOf(readers));
    }
    while (this.movedSomething());
    return this.lists;
  }

  private movedSomething(): boolean {
    let moved = false;
    for (const { partitions, readers } of this.topics) {
      for (const partition of partitions) {
        const from = this.owner.get(partition) as string;
        const to = this.leastOf(readers);
        if (this.size(from) <= this.size(to) + 1) continue;
        const list = this.lists.get(from) as number[];
        list.splice(list.indexOf(partition), 1);
        this.give(partition, to);
        moved = true;
      }
    }
    return moved;
  }

  private give(partition: number, memberId: string): void {
    this.lists.get(memberId)?.push(partition);
    this.owner.set(partition, memberId);
  }

  private leastOf(readers: readonly TargetMember[]): string {
    let least = readers[0] as TargetMember;
    for (const reader of readers) if (this.size(reader.memberId) < this.size(least.memberId)) least = reader;
    return least.memberId;
  }

  private size(memberId: string): number {
    return this.lists.get(memberId)?.length ?? 0;
  }
}
