/**
 * The client's end of requests to one broker, after org.apache.kafka.clients.NetworkClient: one connection at a time, opened when needed,
 * requests answered in order, a request timeout that closes the connection and fails everything in flight on it, and back-off
 * before the next attempt (exponential, KIP-144).
 *
 * Leaves out: the growing connection set-up timeout (KIP-601), idle connections being closed, and API version negotiation.
 *
 * A request whose connection broke has an unknown fate: its bytes may still arrive, even after its retry on a new connection.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Network, Socket } from '../../engine/Network.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { ApiName, RequestEnvelope, RequestOf, ResponseEnvelope, ResponseOf } from '../protocol/messages.js';

/** Name of the port that brokers listen on. */
export const BROKER_SERVICE = 'kafka';

export interface ConnectionOptions {
  clientId: string;
  /** request.timeout.ms: how long an answer may take, from the moment of sending. */
  requestTimeoutUs: number;
  /** socket.connection.setup.timeout.ms (default 10 s): how long a connection may take to come up. */
  connectionSetupTimeoutUs: number;
  /** reconnect.backoff.ms (default 50): wait after a broken or refused connection, doubled up to the maximum. */
  reconnectBackoffUs: number;
  /** reconnect.backoff.max.ms (default 1000). */
  reconnectBackoffMaxUs: number;
  /** Spreads the reconnection back-off by 20 % either way (KIP-144); without it the back-off is exact. */
  backoffRandom?: Random;
}

/** The answer, or null when the connection broke or timed out before one came (NETWORK_EXCEPTION: fate unknown). */
export type Completion<A extends ApiName> = (response: ResponseOf<A> | null) => void;

interface InFlight {
  envelope: RequestEnvelope;
  sizeBytes: number;
  timeoutUs: number;
  deadlineUs: number;
  done: (response: never) => void;
}

export class BrokerConnection {
  /** Called whenever the connection is lost or could not be made. */
  onDisconnect: () => void = () => {};
  /** Called whenever the connection has come up, after what waited for it was sent. */
  onConnect: () => void = () => {};

  private socket: Socket | null = null;
  private readonly inFlight: InFlight[] = [];
  private readonly waiting: InFlight[] = [];
  private nextCorrelationId = 1;
  private timeoutTimer: Timer = 0;
  private timeoutAtUs = 0;
  private setupTimer: Timer = 0;
  private retryAtUs = 0;
  private retryTimer: Timer = 0;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly network: Network,
    private readonly process: Process,
    private readonly host: Host,
    private readonly options: ConnectionOptions,
  ) {}

  /** Requests sent or waiting for the connection, answers outstanding. */
  get outstanding(): number {
    return this.inFlight.length + this.waiting.length;
  }

  get connected(): boolean {
    return this.socket !== null && this.socket.open;
  }

  /** An attempt to connect is under way or will be made at the end of the back-off. */
  get connecting(): boolean {
    return (this.socket !== null && !this.socket.open) || this.retryTimer !== 0;
  }

  /** When the next connection attempt is allowed, on the process's monotonic clock; at or before now: at once. */
  get backoffUntilUs(): number {
    return this.retryAtUs;
  }

  /**
   * Sends a request, connecting first if need be. `done` is called exactly once, unless the process dies: with the response, or with null.
   * With `expectsResponse` false it is called with null as soon as the bytes have left.
   * @param timeoutUs how long the answer may take, where that is not request.timeout.ms (JoinGroup).
   */
  send<A extends ApiName>(
    api: A,
    body: RequestOf<A>,
    sizeBytes: number,
    done: Completion<A>,
    expectsResponse = true,
    timeoutUs: number = this.options.requestTimeoutUs,
  ): void {
    if (this.closed) {
      done(null);
      return;
    }
    const envelope: RequestEnvelope = {
      correlationId: this.nextCorrelationId++,
      api,
      clientId: this.options.clientId,
      body,
      expectsResponse,
    };
    const entry: InFlight = { envelope, sizeBytes, timeoutUs, deadlineUs: 0, done: done as (response: never) => void };
    if (this.connected) this.transmit(entry);
    else {
      this.waiting.push(entry);
      this.connect();
    }
  }

  /** Closes for good; outstanding requests complete with null. */
  close(): void {
    this.closed = true;
    this.process.cancel(this.retryTimer);
    this.drop();
    this.failAll();
  }

  private get nowUs(): number {
    return this.process.host.clock.monotonicUs();
  }

  private transmit(entry: InFlight): void {
    (this.socket as Socket).send(entry.envelope, entry.sizeBytes);
    if (!entry.envelope.expectsResponse) {
      entry.done(null as never);
      return;
    }
    entry.deadlineUs = this.nowUs + entry.timeoutUs;
    this.inFlight.push(entry);
    // Armed already: for an earlier deadline, unless a request with a long one is answered or under way.
    if (this.timeoutTimer === 0 || entry.deadlineUs < this.timeoutAtUs) this.armTimeout(entry.timeoutUs, entry.deadlineUs);
  }

  /** Opens the connection without a request for it, at once or when the back-off is over. */
  connect(): void {
    if (this.closed || this.socket !== null || this.retryTimer !== 0) return;
    const waitUs = this.retryAtUs - this.nowUs;
    if (waitUs > 0) {
      this.retryTimer = this.process.after(waitUs, this.connectNow, undefined);
      return;
    }
    this.connectNow();
  }

  private readonly connectNow = (): void => {
    this.retryTimer = 0;
    if (this.closed || this.socket !== null) return;
    const socket = this.network.connect(this.process, this.host, BROKER_SERVICE);
    this.socket = socket;
    socket.onOpen = (): void => {
      this.process.cancel(this.setupTimer);
      this.failures = 0;
      const waiting = this.waiting.splice(0);
      for (const entry of waiting) this.transmit(entry);
      this.onConnect();
    };
    socket.onMessage = this.onMessage;
    socket.onClose = (): void => this.disconnected();
    this.setupTimer = this.process.after(this.options.connectionSetupTimeoutUs, this.setupTimedOut, undefined);
  };

  private readonly setupTimedOut = (): void => {
    if (this.socket !== null && !this.socket.open) this.disconnected();
  };

  private readonly onMessage = (message: unknown): void => {
    const envelope = message as ResponseEnvelope;
    const entry = this.inFlight[0];
    // Answers come in the order of the requests; anything else belongs to a request that has been given up.
    if (entry === undefined || entry.envelope.correlationId !== envelope.correlationId) return;
    this.inFlight.shift();
    entry.done(envelope.body as never);
  };

  private readonly checkTimeout = (): void => {
    this.timeoutTimer = 0;
    const oldest = this.inFlight[0];
    if (oldest === undefined) return;
    const leftUs = oldest.deadlineUs - this.nowUs;
    if (leftUs <= 0) this.disconnected();
    else this.armTimeout(leftUs, oldest.deadlineUs);
  };

  private armTimeout(afterUs: number, atUs: number): void {
    this.process.cancel(this.timeoutTimer);
    this.timeoutAtUs = atUs;
    this.timeoutTimer = this.process.after(afterUs, this.checkTimeout, undefined);
  }

  private disconnected(): void {
    this.drop();
    this.failures++;
    this.retryAtUs = this.nowUs + this.reconnectBackoffUs();
    this.failAll();
    this.onDisconnect();
  }

  private reconnectBackoffUs(): number {
    const { reconnectBackoffUs, reconnectBackoffMaxUs, backoffRandom } = this.options;
    let backoffUs = reconnectBackoffUs;
    for (let i = 1; i < this.failures && backoffUs < reconnectBackoffMaxUs; i++) backoffUs *= 2;
    backoffUs = Math.min(backoffUs, reconnectBackoffMaxUs);
    if (backoffRandom === undefined) return backoffUs;
    return Math.floor((backoffUs * backoffRandom.between(800, 1200)) / 1000);
  }

  private drop(): void {
    this.process.cancel(this.setupTimer);
    this.process.cancel(this.timeoutTimer);
    this.timeoutTimer = 0;
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onMessage = (): void => {};
    socket.onClose = (): void => {};
    socket.onOpen = (): void => {};
    socket.close();
  }

  private failAll(): void {
    const failed = this.inFlight.splice(0).concat(this.waiting.splice(0));
    for (const entry of failed) entry.done(null as never);
  }
}
