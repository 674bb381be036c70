/** Groups of the consumer protocol for tests: a coordinator over a log that is an array, topics of any size, and members that heartbeat by hand. */
import type { MetadataCache } from '../../broker/MetadataCache.js';
import { isInternalTopic } from '../../protocol/coordinatorRecords.js';
import { errorName } from '../../protocol/errors.js';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../../protocol/messages.js';
import { type Answer, awaiting, GroupRig, type RigOptions } from '../testing.js';
import type { ConsumerGroup } from './ConsumerGroup.js';
import { ConsumerGroupService } from './ConsumerGroupService.js';

export const GROUP = 'group';

export class ConsumerGroupRig {
  readonly rig: GroupRig;
  /** Partitions by topic; may grow. */
  readonly topics = new Map<string, number>([['orders', 3]]);
  service!: ConsumerGroupService;

  constructor(options: RigOptions = {}) {
    const metadata = {
      partitionCount: (topic: string) => (isInternalTopic(topic) ? 1 : (this.topics.get(topic) ?? 0)),
      state: () => ({}),
    } as unknown as MetadataCache;
    this.rig = new GroupRig({
      ...options,
      features: { consumerGroupProtocol: true, ...options.features },
      deps: { ...options.deps, metadata, consumerGroups: (host) => (this.service = new ConsumerGroupService(host)) },
    });
  }

  get group(): ConsumerGroup {
    return this.service.group(GROUP) as ConsumerGroup;
  }

  send(request: Partial<ConsumerGroupHeartbeatRequest>): Answer<ConsumerGroupHeartbeatResponse> {
    const { answer, respond } = awaiting<ConsumerGroupHeartbeatResponse>();
    const defaults: ConsumerGroupHeartbeatRequest = {
      groupId: GROUP,
      memberId: '',
      memberEpoch: 0,
      instanceId: null,
      clientId: 'client',
      rebalanceTimeoutUs: -1,
      subscribedTopics: null,
      serverAssignor: null,
      ownedPartitions: null,
    };
    this.rig.coordinator.consumerGroupHeartbeat({ ...defaults, ...request }, respond);
    return answer;
  }

  /** Interned partitions as their indices; only for `orders`. */
  orders(partitions: readonly number[] | null | undefined): number[] | null {
    return (
      partitions?.map((partition) => [0, 1, 2, 3, 4, 5].findIndex((index) => this.rig.data(index) === partition)).sort((a, b) => a - b) ??
      null
    );
  }
}

/** A member that does what it is told: revokes at once, and drops everything when it is fenced. */
export class TestMember {
  memberEpoch = 0;
  owned: number[] = [];
  /** Errors that it was answered, in order. */
  readonly errors: string[] = [];

  constructor(
    private readonly rig: ConsumerGroupRig,
    readonly memberId: string,
    readonly instanceId: string | null = null,
    public subscribedTopics: readonly string[] = ['orders'],
    readonly rebalanceTimeoutUs = 60_000_000,
  ) {}

  request(): Partial<ConsumerGroupHeartbeatRequest> {
    const { memberId, instanceId, memberEpoch, subscribedTopics, rebalanceTimeoutUs, owned } = this;
    return {
      memberId,
      instanceId,
      clientId: `client-${memberId}`,
      memberEpoch,
      subscribedTopics,
      rebalanceTimeoutUs,
      ownedPartitions: [...owned],
    };
  }

  /** A full heartbeat, answered or not within 10 ms. @param obeys false: the answer is lost. */
  heartbeat(obeys = true): ConsumerGroupHeartbeatResponse | null {
    const answer = this.rig.send(this.request());
    this.rig.rig.run(10_000);
    if (obeys && answer.response !== null) this.obey(answer.response);
    return answer.response;
  }

  leave(memberEpoch: -1 | -2 = -1): ConsumerGroupHeartbeatResponse | null {
    const answer = this.rig.send({ ...this.request(), memberEpoch });
    this.rig.rig.run(10_000);
    return answer.response;
  }

  obey({ errorCode, memberEpoch, assignment }: ConsumerGroupHeartbeatResponse): void {
    const error = errorName(errorCode);
    if (errorCode !== 0) this.errors.push(error);
    if (error === 'FENCED_MEMBER_EPOCH' || error === 'UNKNOWN_MEMBER_ID') {
      this.memberEpoch = 0;
      this.owned = [];
    }
    if (errorCode !== 0) return;
    this.memberEpoch = memberEpoch;
    if (assignment !== null) this.owned = [...assignment];
  }
}
