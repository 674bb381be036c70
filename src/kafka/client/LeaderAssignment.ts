/**
 * What the leader of a classic group does: assigns partitions to all members by the assignor that the group agreed on, and watches the group's topics, so that
 * it can call for a rebalance when one of them grows (ConsumerCoordinator.onLeaderElected and its metadata snapshots).
 */
import type { JoinGroupResponse } from '../protocol/messages.js';
import type { Assignor, AssignorCluster } from './assignors/Assignor.js';
import type { ClientMetadata } from './ClientMetadata.js';

export type Assignments = { memberId: string; partitions: number[] }[];

/** A topic that the returning leader's metadata does not know yet. */
const UNKNOWN = -1;

export class LeaderAssignment {
  private pending: { readonly response: JoinGroupResponse; readonly done: (assignments: Assignments) => void } | null = null;
  /** Partition counts at the time of the last assignment, by topic; null for a member that does not lead. */
  private snapshot: Map<string, number> | null = null;

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

  /**
   * A static leader that came back goes on with the assignment there is (KIP-814), and watches the topics as it finds them: what grew while it was away it does not
   * see, as in Kafka.
   */
  resume(response: JoinGroupResponse): void {
    this.snapshot = new Map(topicsOf(response).map((topic) => [topic, this.metadata.partitionCount(topic) || UNKNOWN]));
    for (const topic of this.snapshot.keys()) this.metadata.addTopic(topic);
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
    for (const [topic, before] of this.snapshot) {
      const count = this.metadata.partitionCount(topic);
      if (before === UNKNOWN) this.snapshot.set(topic, count || UNKNOWN);
      else if (count !== before) return true;
    }
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
