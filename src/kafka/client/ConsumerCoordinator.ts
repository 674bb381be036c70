/**
 * Everything of a consumer that has a group.id, after org.apache.kafka.clients.consumer.internals.ConsumerCoordinator: its way to the coordinator, its
 * membership (if it subscribed), its commits and the committed offsets that it begins with.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import { autoCommitEarly } from '../buggifySites.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { ClassicMembership } from './ClassicMembership.js';
import type { ClientMetadata } from './ClientMetadata.js';
import { CommittedOffsets } from './CommittedOffsets.js';
import { CoordinatorLink } from './CoordinatorLink.js';
import { ConsumerProtocolMembership } from './ConsumerProtocolMembership.js';
import type { Fetcher } from './Fetcher.js';
import type { GroupListener, GroupMetadata, Membership } from './Membership.js';
import type { NetworkClient } from './NetworkClient.js';
import { type CommitDone, OffsetCommitter, type OffsetToCommit } from './OffsetCommitter.js';
import { OwnedPartitions } from './OwnedPartitions.js';
import type { SubscriptionState } from './SubscriptionState.js';

export interface ConsumerCoordinatorDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientId: string;
  readonly clientName: number;
  readonly groupId: string;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly client: NetworkClient;
  readonly coordinatorClient: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly subscriptions: SubscriptionState;
  readonly fetcher: Fetcher;
  readonly random: Random;
  readonly listener: GroupListener;
  /** The client commits for itself; returns whom to tell of the end. */
  readonly onAutoCommit: (offsets: readonly OffsetToCommit[]) => CommitDone;
}

/** Java's default for `close()`: how long it may take. */
const CLOSE_TIMEOUT_US = 30_000_000;

export class ConsumerCoordinator {
  readonly commits: OffsetCommitter;
  readonly committed: CommittedOffsets;

  private membership: Membership | null = null;
  private readonly link: CoordinatorLink;
  private readonly owned: OwnedPartitions;
  private nextAutoCommitUs: number;
  private autoCommitTimer: Timer = 0;
  private closed = false;

  constructor(private readonly deps: ConsumerCoordinatorDeps) {
    const membership = (): Membership | null => this.membership;
    this.link = new CoordinatorLink(deps);
    const shared = { ...deps, link: this.link, membership };
    this.commits = new OffsetCommitter(shared);
    this.committed = new CommittedOffsets(shared);
    this.owned = new OwnedPartitions(deps);
    this.link.onReady = this.linkReady;
    this.link.onFatal = (error): void => deps.listener.onGroupError(error);
    this.commits.onUnblocked = (): void => this.membership?.progress();
    this.nextAutoCommitUs = deps.client.nowUs + deps.config.autoCommitIntervalUs;
  }

  subscribe(topics: readonly string[]): void {
    this.membership ??= this.createMembership();
    this.membership.subscribe(topics);
  }

  /** Partitions were assigned by hand: their committed offsets are looked up. */
  partitionsAssigned(): void {
    this.committed.initialize();
  }

  /** At the start of a `poll`, and while the application waits in it. */
  progress(): void {
    this.membership?.progress();
    this.autoCommitIfDue();
    this.committed.initialize();
  }

  metadataChanged(): void {
    this.link.retry();
    this.membership?.metadataChanged();
  }

  /** A connection of the shared client changed. */
  connectionChanged(): void {
    this.link.retry();
  }

  groupMetadata(): GroupMetadata {
    const { groupId, config } = this.deps;
    return this.membership?.joinedAs ?? { groupId, generationId: -1, memberId: '', groupInstanceId: config.groupInstanceId };
  }

  /** Commits if the client does so for itself, gives everything up, leaves the group; `done` at the latest after 30 s. */
  close(done: () => void): void {
    const { process } = this.deps;
    let told = false;
    const finish = (): void => {
      if (told) return;
      told = true;
      process.cancel(timer);
      this.membership?.stop();
      this.closed = true;
      process.cancel(this.autoCommitTimer);
      this.commits.close();
      this.link.close();
      done();
    };
    const timer = process.after(CLOSE_TIMEOUT_US, finish, undefined);
    this.autoCommit(CLOSE_TIMEOUT_US, () => {
      if (this.membership === null) finish();
      else this.membership.leave(finish);
    });
  }

  private createMembership(): Membership {
    const { deps, link, commits, owned } = this;
    const autoCommit = (withinUs: number, done: () => void): void => this.autoCommit(withinUs, done);
    const shared = { ...deps, link, commits, owned, autoCommit };
    const byBroker = deps.features.consumerGroupProtocol && deps.config.groupProtocol === 'consumer';
    return byBroker ? new ConsumerProtocolMembership(shared) : new ClassicMembership(shared);
  }

  private readonly linkReady = (): void => {
    if (this.closed) return;
    this.commits.linkReady();
    this.committed.linkReady();
    this.membership?.linkReady();
  };

  /** Of what the last `poll` returned, once auto.commit.interval.ms is over. */
  private autoCommitIfDue(): void {
    const { config, client } = this.deps;
    if (!config.enableAutoCommit || this.closed) return;
    const nowUs = client.nowUs;
    if (nowUs >= this.nextAutoCommitUs || this.deps.simulation.buggify.fires(autoCommitEarly)) {
      this.nextAutoCommitUs = nowUs + config.autoCommitIntervalUs;
      this.autoCommit(0, ignore);
    }
    if (this.autoCommitTimer === 0)
      this.autoCommitTimer = this.deps.process.after(this.nextAutoCommitUs - nowUs, this.autoCommitTick, undefined);
  }

  /** While the application waits for records it would have polled again and again. */
  private readonly autoCommitTick = (): void => {
    this.autoCommitTimer = 0;
    if (this.deps.listener.inPoll) this.autoCommitIfDue();
  };

  /** @param withinUs how long to retry; 0: one attempt, as the periodic commits are made */
  private autoCommit(withinUs: number, done: () => void): void {
    const { config, link } = { config: this.deps.config, link: this.link };
    const known = withinUs > 0 || link.ready();
    const member = this.membership === null || this.membership.commitIdentity() !== null;
    const offsets = config.enableAutoCommit && known && member ? this.commits.consumed() : [];
    if (offsets.length === 0) {
      done();
      return;
    }
    const told = this.deps.onAutoCommit(offsets);
    this.commits.commitAutomatically(offsets, withinUs, (error) => {
      told(error);
      done();
    });
  }
}

function ignore(): void {}
