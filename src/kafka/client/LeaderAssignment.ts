/**
 * What the leader of a classic group does: assigns partitions to all members by the assignor that the group agreed on, and watches the group's topics, so that
 * it can call for a rebalance when one of them grows (ConsumerCoordinator.onLeaderElected and its metadata snapshots).
 */
import type { JoinGroupResponse } from '../protocol/messages.js';
import type { Assignor, AssignorCluster } from './assignors/Assignor.js';
import type { ClientMetadata } from './ClientMetadata.js';

export type Assignments = { memberId: string; partitions: number[] }[];

export class LeaderAssignment {
  private pending: { readonly response: JoinGroupResponse; readonly done: (assignments: Assignments) => void } | null = null;
  /** Partition counts at the time of the last assignment, by topic; null for a member that does not lead. */
  private snapshot: ReadonlyMap<string, number> | null = null;

  constructor(
    private readonly metadata: ClientMetadata,
    private readonly assignors: readonly Assignor[],
  ) {}

  /** Answers at once, or after one refresh of the metadata when a topic is new to this member. */
  assign(response: JoinGroupResponse, done: (assignments: Assignments) => void): void {
    const topics = topicsOf(response);
    if (topics.every((topic) => this.metadata.partitionCount(topic) > 0)) {
      done(this.compute(response, topics));
      return;
    }
    this.pending = { response, done };
    for (const topic of topics) this.metadata.addTopic(topic);
    this.metadata.requestUpdate();
  }

  /** True when the group's topics are no longer what was assigned. */
  metadataChanged(): boolean {
    const { pending } = this;
    if (pending !== null) {
      this.pending = null;
      pending.done(this.compute(pending.response, topicsOf(pending.response)));
      return false;
    }
    if (this.snapshot === null) return false;
    for (const [topic, count] of this.snapshot) if (this.metadata.partitionCount(topic) !== count) return true;
    return false;
  }

  /** Another member leads, or the group is joined anew. */
  abandon(): void {
    this.pending = null;
    this.snapshot = null;
  }

  private compute(response: JoinGroupResponse, topics: readonly string[]): Assignments {
    const assignor = this.assignors.find(({ name }) => name === response.protocolName);
    if (assignor === undefined) throw new Error(`the group chose ${response.protocolName}, which this member did not offer`);
    const cluster: AssignorCluster = new Map(
      topics.flatMap((topic) => {
        const partitions = this.metadata.partitionsOf(topic);
        return partitions.length === 0 ? [] : [[topic, partitions.map(({ id }) => id)] as const];
      }),
    );
    this.snapshot = new Map(topics.map((topic) => [topic, cluster.get(topic)?.length ?? 0]));
    return [...assignor.assign(cluster, response.members)].map(([memberId, partitions]) => ({ memberId, partitions }));
  }
}

function topicsOf(response: JoinGroupResponse): string[] {
  const topics = new Set<string>();
  for (const { subscription } of response.members) for (const topic of subscription.topics) topics.add(topic);
  return [...topics].sort((a, b) => (a < b ? -1 : 1));
}
