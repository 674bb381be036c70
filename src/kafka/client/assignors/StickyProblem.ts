/**
 * What a sticky assignor works on, as small numbers: members by member id (`0…`), partitions by topic name and index (`0…`), topics by name. Topics that nobody
 * subscribed to, or that have no metadata, are not in it.
 */
import type { AssignorCluster, AssignorMember } from './Assignor.js';
import { compareText } from './memberOrder.js';

export class StickyProblem {
  /** In order of member id. */
  readonly members: readonly AssignorMember[];
  readonly topicCount: number;
  /** By topic: its subscribers, ascending. */
  readonly subscribers: readonly (readonly number[])[];
  /** Interned partition, by number. */
  readonly partitions: readonly number[];
  /** Topic of each partition. */
  readonly topicOf: readonly number[];
  /** Place of each partition in the order (index, topic), in which owned partitions are kept. */
  readonly indexFirst: readonly number[];
  /** Every member subscribed to the same topics. */
  readonly sameSubscriptions: boolean;
  private readonly numbers = new Map<number, number>();
  /** `member * topicCount + topic` of every subscription. */
  private readonly subscriptions = new Set<number>();

  constructor(cluster: AssignorCluster, members: readonly AssignorMember[]) {
    this.members = members.slice().sort((a, b) => compareText(a.memberId, b.memberId));
    const topicSets = this.members.map(({ subscription }) => new Set(subscription.topics));
    const first = topicSets[0] ?? new Set<string>();
    this.sameSubscriptions = topicSets.every((set) => set.size === first.size && [...set].every((topic) => first.has(topic)));
    const topics = [...cluster].filter(([topic]) => topicSets.some((set) => set.has(topic)));
    this.topicCount = topics.length;
    this.subscribers = topics.map(([topic]) => topicSets.flatMap((set, member) => (set.has(topic) ? [member] : [])));
    this.subscribers.forEach((list, topic) => list.forEach((member) => this.subscriptions.add(member * this.topicCount + topic)));
    const { partitions, topicOf, indices } = numbered(topics.map(([, list]) => list));
    this.partitions = partitions;
    this.topicOf = topicOf;
    partitions.forEach((partition, number) => this.numbers.set(partition, number));
    this.indexFirst = ranks(topicOf, indices);
  }

  /** Number of an interned partition; undefined for one of a topic that is not read or does not exist. */
  numberOf(partition: number): number | undefined {
    return this.numbers.get(partition);
  }

  subscribes(member: number, topic: number): boolean {
    return this.subscriptions.has(member * this.topicCount + topic);
  }

  /** Back to member ids and interned partitions. */
  named(assignment: readonly (readonly number[])[]): Map<string, number[]> {
    return new Map(
      this.members.map(({ memberId }, member) => [memberId, (assignment[member] ?? []).map((p) => this.partitions[p] as number)]),
    );
  }
}

function numbered(topics: readonly (readonly number[])[]): { partitions: number[]; topicOf: number[]; indices: number[] } {
  const partitions: number[] = [];
  const topicOf: number[] = [];
  const indices: number[] = [];
  topics.forEach((list, topic) => {
    list.forEach((partition, index) => {
      partitions.push(partition);
      topicOf.push(topic);
      indices.push(index);
    });
  });
  return { partitions, topicOf, indices };
}

function ranks(topicOf: readonly number[], indices: readonly number[]): number[] {
  const order = indices.map((_, partition) => partition);
  order.sort((a, b) => (indices[a] as number) - (indices[b] as number) || (topicOf[a] as number) - (topicOf[b] as number));
  const rank: number[] = new Array<number>(order.length).fill(0);
  order.forEach((partition, place) => (rank[partition] = place));
  return rank;
}
