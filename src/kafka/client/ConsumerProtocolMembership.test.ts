/** KIP-848 at the client, against brokers that say what the test wants. */
import { describe, expect, it } from 'vitest';
import { type ConsumerConfig, resolveConsumerConfig } from '../config/index.js';
import { ErrorCode, type ErrorName } from '../protocol/errors.js';
import { PRESETS } from '../protocol/features.js';
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  OffsetCommitRequest,
  OffsetFetchRequest,
} from '../protocol/messages.js';
import { Consumer } from './Consumer.js';
import { FakeBrokers } from './testing.js';

class Bench {
  readonly brokers = new FakeBrokers([1, 1]);
  readonly told: string[] = [];
  consumer!: Consumer;
  epoch = 1;
  assignment: number[] | null;
  readonly refusals: ErrorName[] = [];

  constructor(config: Partial<ConsumerConfig> = {}) {
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.assignment = this.brokers.partitions.map(({ id }) => id);
    this.brokers.script = (context): boolean => {
      const { api, body } = context.envelope;
      if (api === 'ConsumerGroupHeartbeat') context.respond(this.heartbeat(body as ConsumerGroupHeartbeatRequest), 100);
      else if (api === 'OffsetCommit') {
        const errorCode = (body as OffsetCommitRequest).generationId === this.epoch ? ErrorCode.NONE : ErrorCode.STALE_MEMBER_EPOCH;
        context.respond({ partitions: (body as OffsetCommitRequest).partitions.map(({ partition }) => ({ partition, errorCode })) }, 100);
      } else if (api === 'OffsetFetch') {
        const partitions = ((body as OffsetFetchRequest).partitions ?? []).map((partition) => ({
          partition,
          offset: 0,
          leaderEpoch: -1,
          errorCode: 0,
        }));
        context.respond({ errorCode: ErrorCode.NONE, partitions }, 100);
      } else if (api === 'FindCoordinator') context.respond({ errorCode: ErrorCode.NONE, nodeId: 2 }, 100);
      else return false;
      return true;
    };
    this.brokers.startClient(() => {
      const base = {
        ...resolveConsumerConfig('3.9', new Map()),
        groupId: 'g',
        groupProtocol: 'consumer' as const,
        enableAutoCommit: false,
      };
      this.consumer = new Consumer({
        simulation,
        process: clientProcess,
        clientId: 'c1',
        config: { ...base, ...config },
        features: { ...PRESETS['3.9'], consumerGroupProtocol: true },
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
      });
      const text = (ids: readonly number[]): string => ids.map((id) => simulation.bus.names.text(id)).join(' ');
      this.consumer.onAssigned = (ids, generation): void => void this.told.push(`assigned ${text(ids)} in ${generation}`);
      this.consumer.onRevoked = (ids, lost): void => void this.told.push(`${lost ? 'lost' : 'revoked'} ${text(ids)}`);
      this.consumer.onGroupError = (error): void => void this.told.push(error);
    });
  }

  start(): void {
    this.consumer.subscribe(['orders']);
    this.consumer.poll();
  }

  get heartbeats(): ConsumerGroupHeartbeatRequest[] {
    return this.brokers.requests
      .filter(({ api }) => api === 'ConsumerGroupHeartbeat')
      .map(({ body }) => body as ConsumerGroupHeartbeatRequest);
  }

  private heartbeat({ memberId }: ConsumerGroupHeartbeatRequest): ConsumerGroupHeartbeatResponse {
    const error = this.refusals.shift();
    const { assignment } = this;
    this.assignment = null;
    return {
      errorCode: error === undefined ? ErrorCode.NONE : ErrorCode[error],
      memberId,
      memberEpoch: this.epoch,
      heartbeatIntervalUs: 1_000_000,
      assignment,
    };
  }
}

describe('a member of the consumer protocol', () => {
  it('tells everything once, acknowledges what it was given, and then only that it lives', () => {
    const bench = new Bench();
    bench.start();
    bench.brokers.runTo(2_500);
    const [join, acknowledge, alive] = bench.heartbeats;
    const owned = bench.brokers.partitions.map(({ id }) => id);
    expect(join).toMatchObject({ memberEpoch: 0, subscribedTopics: ['orders'], rebalanceTimeoutUs: 300_000_000, ownedPartitions: [] });
    expect(acknowledge).toMatchObject({
      memberEpoch: 1,
      memberId: join?.memberId,
      subscribedTopics: null,
      rebalanceTimeoutUs: -1,
      ownedPartitions: owned,
    });
    expect(alive).toMatchObject({ memberEpoch: 1, subscribedTopics: null, rebalanceTimeoutUs: -1, ownedPartitions: null });
    expect(bench.told).toEqual(['assigned orders-0 orders-1 in 1']);
  });

  it('gives up what was taken from it, and acknowledges that at once', () => {
    const bench = new Bench();
    bench.start();
    bench.brokers.runTo(1_500);
    const before = bench.heartbeats.length;
    bench.assignment = [bench.brokers.partition(0).id];
    bench.brokers.runTo(2_300);
    expect(bench.told).toEqual(['assigned orders-0 orders-1 in 1', 'revoked orders-1', 'assigned  in 1']);
    expect(bench.heartbeats.slice(before).map(({ ownedPartitions }) => ownedPartitions)).toEqual([null, [bench.brokers.partition(0).id]]);
  });

  it('tells everything again after a request that failed', () => {
    const bench = new Bench();
    bench.start();
    bench.brokers.runTo(1_500);
    bench.refusals.push('COORDINATOR_LOAD_IN_PROGRESS');
    bench.brokers.runTo(2_500);
    expect(bench.heartbeats.at(-1)).toMatchObject({ memberEpoch: 1, subscribedTopics: ['orders'], rebalanceTimeoutUs: 300_000_000 });
    expect(bench.heartbeats.at(-1)?.ownedPartitions).toHaveLength(2);
  });

  it.each(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const)('has lost everything after %s, and joins again under its id', (error) => {
    const bench = new Bench();
    bench.start();
    bench.brokers.runTo(1_500);
    bench.refusals.push(error);
    bench.brokers.runTo(3_000);
    expect(bench.told).toEqual(['assigned orders-0 orders-1 in 1', 'lost orders-0 orders-1']);
    const rejoin = bench.heartbeats.filter(({ memberEpoch }) => memberEpoch === 0);
    expect(rejoin).toHaveLength(2);
    expect(rejoin[1]?.memberId).toBe(rejoin[0]?.memberId);
  });

  it('commits again with its new epoch when the one it named is over, if synchronously', () => {
    const bench = new Bench();
    const errors: string[] = [];
    bench.start();
    bench.brokers.runTo(500);
    bench.epoch = 2;
    const offsets = [{ partition: bench.brokers.partition(0).id, offset: 1 }];
    bench.consumer.commitAsync(offsets, (error) => errors.push(error));
    bench.consumer.commitSync(offsets, (error) => errors.push(error));
    bench.brokers.runTo(2_000);
    expect(errors).toEqual(['STALE_MEMBER_EPOCH', '']);
  });

  it.each([
    [null, -1],
    ['i1', -2],
  ])('leaves for good, or for a while if it is static (%s)', (groupInstanceId, memberEpoch) => {
    const bench = new Bench({ groupInstanceId });
    bench.start();
    bench.brokers.runTo(1_500);
    bench.consumer.close(() => bench.told.push('closed'));
    bench.brokers.runTo(2_000);
    expect(bench.heartbeats.at(-1)).toMatchObject({ memberEpoch });
    expect(bench.told.slice(1)).toEqual(['revoked orders-0 orders-1', 'closed']);
  });

  it('is out for good where its assignor is unknown', () => {
    const bench = new Bench({ groupRemoteAssignor: 'mine' });
    bench.refusals.push('UNSUPPORTED_ASSIGNOR');
    bench.start();
    bench.brokers.runTo(5_000);
    expect(bench.heartbeats).toHaveLength(1);
    expect(bench.told).toEqual(['UNSUPPORTED_ASSIGNOR']);
  });
});
