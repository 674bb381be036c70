/**
 * A consumer's way to its group coordinator, after org.apache.kafka.clients.consumer.internals.AbstractCoordinator: find it by asking any broker, connect to it
 * (on a connection of its own, which no long poll blocks), and find it again after it is lost.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import { ErrorCode, errorName, isRetriable } from '../protocol/errors.js';
import type { ApiName, FindCoordinatorResponse, RequestOf, ResponseOf } from '../protocol/messages.js';
import type { ClientMetadata } from './ClientMetadata.js';
import type { NetworkClient } from './NetworkClient.js';
import type { ConsumerError } from './PositionFinder.js';
import { retryBackoffUs } from './retryBackoff.js';

export interface LinkDeps {
  readonly process: Process;
  readonly groupId: string;
  readonly config: ConsumerConfig;
  /** Shared with fetches and metadata: where any broker is asked. */
  readonly client: NetworkClient;
  /** Connections to coordinators only. */
  readonly coordinatorClient: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly random: Random;
}

const REQUEST_BYTES = 120;

export class CoordinatorLink {
  /** The coordinator can be asked now; called after it was found and connected to. */
  onReady: () => void = () => {};
  /** It cannot be found, and never will be. */
  onFatal: (error: ConsumerError) => void = () => {};

  private node = -1;
  private asking = false;
  private wanted = false;
  private closed = false;
  private failures = 0;
  private retryAtUs = 0;
  private timer: Timer = 0;

  constructor(private readonly deps: LinkDeps) {
    deps.coordinatorClient.onChange = (broker, up): void => this.connectionChanged(broker, up);
  }

  get nowUs(): number {
    return this.deps.client.nowUs;
  }

  get known(): boolean {
    return this.node !== -1;
  }

  /** Can requests be sent? If not, works towards it and calls `onReady`. */
  ready(): boolean {
    if (this.node !== -1 && this.deps.coordinatorClient.isReady(this.node)) return true;
    this.wanted = true;
    this.find();
    return false;
  }

  /** Sends to a coordinator that is {@link ready}. Null: the connection broke; the coordinator is then looked for anew. */
  send<A extends ApiName>(api: A, body: RequestOf<A>, done: (response: ResponseOf<A> | null) => void, timeoutUs?: number): void {
    const { node } = this;
    const answered = (response: ResponseOf<A> | null): void => {
      if (this.closed) return;
      if (response === null && this.node === node) this.lost();
      done(response);
    };
    this.deps.coordinatorClient.send(node, api, body, REQUEST_BYTES, answered, true, timeoutUs);
  }

  /** The coordinator is another one now, or does not answer. */
  lost(): void {
    this.node = -1;
  }

  /** An error that tells of another coordinator has this effect, and no other. */
  heedError(errorCode: number): void {
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.lost();
  }

  /** The shared client or the metadata changed: a broker to ask may have come within reach. */
  retry(): void {
    if (this.wanted) this.find();
  }

  close(): void {
    this.closed = true;
    this.deps.process.cancel(this.timer);
    this.deps.coordinatorClient.close();
  }

  private find(): void {
    if (this.asking || this.closed) return;
    const { client, coordinatorClient, metadata, random } = this.deps;
    const nowUs = client.nowUs;
    if (this.retryAtUs > nowUs) this.wakeAt(this.retryAtUs, nowUs);
    else if (this.node !== -1) {
      if (coordinatorClient.ready(this.node)) this.arrived();
      else if (coordinatorClient.backoffUntilUs(this.node) > nowUs) this.wakeAt(coordinatorClient.backoffUntilUs(this.node), nowUs);
    } else {
      const broker = client.leastLoadedNode(metadata.brokers, random);
      if (broker === -1) this.backOff();
      else if (client.ready(broker)) this.ask(broker);
      // Otherwise it is being connected to, and the change of its connection calls again.
    }
  }

  private ask(broker: number): void {
    this.asking = true;
    this.deps.client.send(broker, 'FindCoordinator', { key: this.deps.groupId, keyType: 'group' }, REQUEST_BYTES, (response) => {
      this.asking = false;
      if (!this.closed) this.answered(response);
    });
  }

  private answered(response: FindCoordinatorResponse | null): void {
    if (response !== null && response.errorCode === ErrorCode.NONE) {
      this.failures = 0;
      this.node = response.nodeId;
      this.find();
    } else if (response !== null && !isRetriable(response.errorCode)) this.onFatal(errorName(response.errorCode));
    else this.backOff();
  }

  private backOff(): void {
    const nowUs = this.deps.client.nowUs;
    this.retryAtUs = nowUs + retryBackoffUs(this.deps.config, this.failures++, this.deps.random);
    this.deps.metadata.requestUpdate();
    this.wakeAt(this.retryAtUs, nowUs);
  }

  private arrived(): void {
    this.wanted = false;
    this.onReady();
  }

  private connectionChanged(broker: number, up: boolean): void {
    if (broker !== this.node) return;
    if (up) {
      if (this.wanted) this.find();
      return;
    }
    this.lost();
    this.wanted = true;
    this.retryAtUs = this.deps.client.nowUs + retryBackoffUs(this.deps.config, 0, this.deps.random);
    this.find();
  }

  private wakeAt(atUs: number, nowUs: number): void {
    if (this.timer !== 0) return;
    this.timer = this.deps.process.after(atUs - nowUs, this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.timer = 0;
    if (this.wanted) this.find();
  };
}
