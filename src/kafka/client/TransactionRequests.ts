/**
 * The requests of an idempotent or transactional producer besides Produce, after TransactionManager's request queue and the Sender's loop: one at a time,
 * by priority, each to the coordinator that it needs, and while one is under way nothing is produced.
 *
 * A request whose connection broke is sent again, over a new connection and after looking for the coordinator again; the first one may still arrive
 * (B-50 rests on that).
 *
 * Leaves out: authorisation; several keys in one FindCoordinator.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { ApiName, FindCoordinatorResponse, RequestOf, ResponseOf } from '../protocol/messages.js';
import type { ClientMetadata } from './ClientMetadata.js';
import type { NetworkClient } from './NetworkClient.js';
import type { ProducerError } from './producerRecord.js';
import { reactionTo } from './transactionErrors.js';

export type CoordinatorType = 'transaction' | 'group';

/** Lower goes first. The epoch is bumped only behind the end of the transaction. */
export const Priority = { FIND_COORDINATOR: 0, INIT_PRODUCER_ID: 1, ADD_TO_TRANSACTION: 2, END_TRANSACTION: 3, EPOCH_BUMP: 4 } as const;

export class TransactionalRequest<A extends ApiName = ApiName> {
  /** Not sent again before this time, on the client's clock. */
  notBeforeUs = 0;
  /** It left at least once and got no answer, so that it may have been served. */
  lost = false;

  /**
   * @param coordinator null: any broker will do
   * @param key the coordinator's key: a transactional id or a group
   */
  constructor(
    readonly api: A,
    readonly priority: number,
    readonly coordinator: CoordinatorType | null,
    readonly key: string,
    readonly body: RequestOf<A>,
    readonly sizeBytes: number,
    readonly answered: (response: ResponseOf<A>, request: TransactionalRequest<A>) => void,
    readonly failed: (error: ProducerError) => void,
  ) {}
}

/** Any of them, whatever its API. */
export type AnyRequest = TransactionalRequest<never>;

export interface TransactionRequestsDeps {
  readonly process: Process;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly config: ProducerConfig;
  readonly random: Random;
  readonly wakeup: () => void;
  /** No coordinator can ever be found. */
  readonly onFatal: (error: ProducerError) => void;
}

export class TransactionRequests {
  private readonly queue: AnyRequest[] = [];
  /** Taken from the queue, and waiting for its back-off, its connection or its answer. */
  private current: AnyRequest | null = null;
  private inFlight = false;
  private transactionCoordinator = -1;
  private groupCoordinator = -1;
  /** The group that `groupCoordinator` belongs to. */
  private group = '';
  private timer: Timer = 0;

  constructor(private readonly deps: TransactionRequestsDeps) {}

  /** Nothing is under way or waiting. */
  get idle(): boolean {
    return this.current === null && this.queue.length === 0;
  }

  enqueue<A extends ApiName>(request: TransactionalRequest<A>): void {
    const entry = request as unknown as AnyRequest;
    let at = this.queue.length;
    while (at > 0 && (this.queue[at - 1] as AnyRequest).priority > entry.priority) at--;
    this.queue.splice(at, 0, entry);
  }

  /** Sends a request again, `backoffUs` from now. */
  retry<A extends ApiName>(request: TransactionalRequest<A>, backoffUs: number = this.deps.config.retryBackoffUs): void {
    request.notBeforeUs = this.deps.client.nowUs + backoffUs;
    this.enqueue(request);
  }

  /** The next request to go; it stays queued. */
  peek(): AnyRequest | undefined {
    return this.queue[0];
  }

  take(): void {
    this.queue.shift();
  }

  /** Takes out what has not been sent and matches; calls nobody. */
  remove(matches: (request: AnyRequest) => boolean): AnyRequest[] {
    const removed = this.queue.filter(matches);
    for (const request of removed) this.queue.splice(this.queue.indexOf(request), 1);
    return removed;
  }

  /** Sends what `next` takes from the queue. True while a request is under way, so that nothing may be produced. */
  advance(next: () => AnyRequest | null): boolean {
    while (!this.inFlight) {
      this.current ??= next();
      if (this.current === null) return false;
      if (!this.trySend(this.current)) return true;
    }
    return true;
  }

  /** The coordinator is not, or no longer, where the client thought. */
  findCoordinator(type: CoordinatorType, key: string): void {
    if (type === 'transaction') this.transactionCoordinator = -1;
    else this.groupCoordinator = -1;
    if (this.queue.some((request) => request.api === 'FindCoordinator' && request.key === key)) return;
    const answered = (response: FindCoordinatorResponse, request: TransactionalRequest<'FindCoordinator'>): void =>
      this.coordinatorFound(type, key, response, request);
    const body = { key, keyType: type };
    this.enqueue(new TransactionalRequest('FindCoordinator', Priority.FIND_COORDINATOR, null, key, body, 40, answered, () => {}));
  }

  close(): void {
    this.deps.process.cancel(this.timer);
    this.queue.length = 0;
  }

  /** False while it has to wait. True also when another request has to go before it. */
  private trySend(request: AnyRequest): boolean {
    const { client } = this.deps;
    const nowUs = client.nowUs;
    if (request.notBeforeUs > nowUs) {
      this.wakeIn(request.notBeforeUs - nowUs);
      return false;
    }
    const node = this.nodeFor(request);
    if (node !== -1 && client.ready(node)) {
      this.transmit(request, node);
      return true;
    }
    // A connection that comes up, breaks or gets room wakes the sender.
    if (node !== -1 && client.backoffUntilUs(node) <= nowUs) return false;
    this.current = null;
    if (request.coordinator === null) this.deps.metadata.requestUpdate();
    else this.findCoordinator(request.coordinator, request.key);
    this.retry(request);
    return true;
  }

  private nodeFor(request: AnyRequest): number {
    const { client, metadata, random } = this.deps;
    if (request.coordinator === null) return client.leastLoadedNode(metadata.brokers, random);
    if (request.coordinator === 'transaction') return this.transactionCoordinator;
    return request.key === this.group ? this.groupCoordinator : -1;
  }

  private transmit(request: AnyRequest, node: number): void {
    this.inFlight = true;
    this.deps.client.send(node, request.api, request.body, request.sizeBytes, (response) => {
      this.inFlight = false;
      this.current = null;
      if (response === null) this.disconnected(request);
      else request.answered(response, request);
      this.deps.metadata.poll();
      this.deps.wakeup();
    });
  }

  private disconnected(request: AnyRequest): void {
    request.lost = true;
    if (request.coordinator !== null) this.findCoordinator(request.coordinator, request.key);
    this.retry(request);
  }

  private coordinatorFound(
    type: CoordinatorType,
    key: string,
    response: FindCoordinatorResponse,
    request: TransactionalRequest<'FindCoordinator'>,
  ): void {
    const { errorCode, nodeId } = response;
    if (errorCode !== ErrorCode.NONE) {
      const reaction = reactionTo('FindCoordinator', errorCode);
      if (reaction === 'retry' || reaction === 'coordinator') this.retry(request);
      else this.deps.onFatal(errorName(errorCode));
    } else if (type === 'transaction') this.transactionCoordinator = nodeId;
    else {
      this.groupCoordinator = nodeId;
      this.group = key;
    }
  }

  private wakeIn(delayUs: number): void {
    if (this.timer !== 0) return;
    this.timer = this.deps.process.after(delayUs, this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.timer = 0;
    this.deps.wakeup();
  };
}
