/**
 * What a member of a classic group does before it joins (again), after ConsumerCoordinator.onJoinPrepare: the client commits for itself if it does that at all, and
 * gives up what its protocol gives up at this point.
 */
import { topicOf } from '../protocol/topicPartition.js';
import type { RebalanceProtocol } from './assignors/Assignor.js';
import type { GroupMetadata } from './Membership.js';
import type { MembershipDeps } from './MembershipDeps.js';

export class JoinPreparation {
  /** It has not been done since the last rebalance. */
  needed = true;

  private underWay: { committed: boolean; givenUp: boolean } | null = null;

  /** @param onProgress to be called again: {@link finished} */
  constructor(
    private readonly deps: MembershipDeps,
    private readonly protocol: RebalanceProtocol,
    private readonly onProgress: () => void,
  ) {}

  /** Does what can be done now; false while a commit is under way. @param stable the member could commit */
  finished(member: GroupMetadata, stable: boolean, topics: readonly string[]): boolean {
    if (!this.needed) return true;
    const underWay = (this.underWay ??= this.begin(stable));
    if (!underWay.committed) return false;
    if (!underWay.givenUp) {
      underWay.givenUp = true;
      this.giveUp(member, topics);
    }
    if (this.deps.commits.syncOutstanding > 0) return false;
    this.underWay = null;
    this.needed = false;
    this.deps.fetcher.release();
    return true;
  }

  private begin(stable: boolean): { committed: boolean; givenUp: boolean } {
    const { config, fetcher, owned } = this.deps;
    const underWay = { committed: true, givenUp: false };
    if (owned.ids.length === 0 || !stable) return underWay;
    // What is handed out now would not be committed (KAFKA-14196).
    if (this.protocol === 'EAGER') fetcher.held = true;
    underWay.committed = false;
    this.deps.autoCommit(config.maxPollIntervalUs, () => {
      underWay.committed = true;
      this.onProgress();
    });
    return underWay;
  }

  private giveUp(member: GroupMetadata, topics: readonly string[]): void {
    const { owned, simulation } = this.deps;
    const lost = member.generationId === -1 || member.memberId === '';
    if (lost || (this.protocol === 'EAGER' && this.deps.features.eagerGivesUpFirst)) owned.giveUp(owned.ids, lost, member);
    else {
      const { names } = simulation.bus;
      owned.giveUp(
        owned.ids.filter((id) => !topics.includes(topicOf(names, id))),
        false,
        member,
      );
    }
  }
}
