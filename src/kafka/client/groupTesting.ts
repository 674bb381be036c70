/**
 * A group coordinator for tests of consumers: one member at a time, which leads its group and is assigned whatever it assigns itself, unless the test says
 * otherwise. Answers on top of {@link FakeBrokers}, and can be told to refuse, or to keep an answer back.
 */
import { resolveConsumerConfig } from '../config/index.js';
import type { ConsumerConfig } from '../config/index.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode, type ErrorName } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type {
  ApiName,
  JoinGroupRequest,
  OffsetCommitRequest,
  OffsetFetchRequest,
  OffsetFetchResponse,
  RequestOf,
  ResponseOf,
  SyncGroupRequest,
} from '../protocol/messages.js';
import { Consumer } from './Consumer.js';
import { FakeBrokers } from './testing.js';

export class FakeGroup {
  readonly brokers: FakeBrokers;
  /** What the application was told, and what it read, in order. */
  readonly told: string[] = [];
  readonly read: number[] = [];
  /** What the member is given instead of its own assignment; interned. */
  assignment: number[] | null = null;
  readonly committed = new Map<number, number>();
  generation = 0;
  /** Heartbeats and commits tell of a rebalance until the member joins again. */
  rebalancing = false;
  consumer!: Consumer;

  private readonly refusals = new Map<ApiName, number[]>();
  private readonly holding = new Set<ApiName>();
  private held: { readonly api: ApiName; readonly respond: () => void }[] = [];
  private readonly names: (partition: number) => string;

  constructor(partitions = 2, config: Partial<ConsumerConfig> = {}, features: Partial<KafkaFeatures> = {}) {
    this.brokers = new FakeBrokers(Array.from({ length: partitions }, () => 1));
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.names = (partition): string => simulation.bus.names.text(partition);
    this.brokers.script = (context): boolean => this.serve(context);
    this.brokers.startClient(() => {
      const base = {
        ...resolveConsumerConfig('3.9', new Map()),
        groupId: 'g',
        autoOffsetReset: 'earliest' as const,
        enableAutoCommit: false,
      };
      this.consumer = new Consumer({
        simulation,
        process: clientProcess,
        clientId: 'c1',
        config: { ...base, ...config },
        features: { ...PRESETS['3.9'], ...features },
        brokerHost,
        bootstrapBrokers: [1, 2, 3],
      });
      this.consumer.onRecords = (): void => this.poll();
      this.consumer.onAssigned = (ids, generation): void => void this.told.push(`assigned ${this.text(ids)} in ${generation}`);
      this.consumer.onRevoked = (ids, lost): void => void this.told.push(`${lost ? 'lost' : 'revoked'} ${this.text(ids)}`);
      this.consumer.onGroupError = (error): void => void this.told.push(error);
    });
  }

  /** Subscribes, and polls whenever records come. */
  start(): void {
    this.consumer.subscribe(['orders']);
    this.poll();
  }

  poll(): void {
    for (let batches = this.consumer.poll(); batches.length > 0; batches = this.consumer.poll()) {
      for (const { records } of batches) this.read.push(...records.map(({ value }) => value));
    }
  }

  runTo(ms: number): void {
    this.brokers.runTo(ms);
  }

  /** The next requests of this API get these errors, one each. */
  refuse(api: ApiName, ...errors: ErrorName[]): void {
    this.refusals.set(
      api,
      errors.map((error) => ErrorCode[error]),
    );
  }

  /** Answers to this API are kept back until `release`. */
  hold(api: ApiName): void {
    this.holding.add(api);
  }

  release(api: ApiName): void {
    this.holding.delete(api);
    const held = this.held.filter((each) => each.api === api);
    this.held = this.held.filter((each) => each.api !== api);
    for (const { respond } of held) respond();
  }

  requests<A extends ApiName>(api: A): RequestOf<A>[] {
    return this.brokers.requests.filter((request) => request.api === api).map(({ body }) => body as RequestOf<A>);
  }

  /** Offsets of each commit, partition by partition. */
  commits(): string[] {
    return this.requests('OffsetCommit').map(({ partitions }) =>
      partitions.map(({ partition, offset }) => `${this.names(partition)}@${offset}`).join(' '),
    );
  }

  private text(ids: readonly number[]): string {
    return ids.map(this.names).join(' ') || 'nothing';
  }

  private serve(context: RequestContext): boolean {
    const { api, body } = context.envelope;
    const errorCode = this.refusals.get(api)?.shift() ?? ErrorCode.NONE;
    const answer = this.answer(api, body, errorCode);
    if (answer === null) return false;
    const respond = (): void => context.respond(answer, 100);
    if (this.holding.has(api)) this.held.push({ api, respond });
    else respond();
    return true;
  }

  private answer(api: ApiName, body: RequestOf<ApiName>, errorCode: number): ResponseOf<ApiName> | null {
    const busy = this.rebalancing ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    switch (api) {
      case 'FindCoordinator':
        return { errorCode, nodeId: errorCode === ErrorCode.NONE ? this.brokers.coordinator : -1 };
      case 'JoinGroup':
        return this.join(body as JoinGroupRequest, errorCode);
      case 'SyncGroup': {
        const { protocolName, assignments } = body as SyncGroupRequest;
        const own = assignments[0]?.partitions ?? [];
        return { errorCode, protocolName, assignment: errorCode === ErrorCode.NONE ? (this.assignment ?? own) : [] };
      }
      case 'Heartbeat':
        return { errorCode: errorCode === ErrorCode.NONE ? busy : errorCode };
      case 'LeaveGroup':
        return { errorCode };
      case 'OffsetCommit':
        return this.commit(body as OffsetCommitRequest, errorCode);
      case 'OffsetFetch':
        return this.offsets(body as OffsetFetchRequest, errorCode);
      default:
        return null;
    }
  }

  private join(request: JoinGroupRequest, errorCode: number): ResponseOf<ApiName> {
    const memberId = request.memberId === '' ? `m${this.generation + 1}` : request.memberId;
    const protocolName = request.protocols[0]?.name ?? '';
    const members = request.protocols
      .slice(0, 1)
      .map(({ subscription }) => ({ memberId, groupInstanceId: request.groupInstanceId, subscription }));
    if (errorCode === ErrorCode.NONE) {
      this.generation++;
      this.rebalancing = false;
    }
    return { errorCode, generationId: this.generation, protocolName, leader: memberId, skipAssignment: false, memberId, members };
  }

  private commit({ partitions }: OffsetCommitRequest, errorCode: number): ResponseOf<ApiName> {
    if (errorCode === ErrorCode.NONE) for (const { partition, offset } of partitions) this.committed.set(partition, offset);
    return { partitions: partitions.map(({ partition }) => ({ partition, errorCode })) };
  }

  private offsets({ partitions }: OffsetFetchRequest, errorCode: number): ResponseOf<ApiName> {
    const group = errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT ? ErrorCode.NONE : errorCode;
    const each = (partition: number): OffsetFetchResponse['partitions'][number] => ({
      partition,
      offset: this.committed.get(partition) ?? -1,
      leaderEpoch: -1,
      errorCode,
    });
    return { errorCode: group, partitions: (partitions ?? []).map(each) };
  }
}
