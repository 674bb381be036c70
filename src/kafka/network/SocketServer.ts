/**
 * A broker's side of its connections, after kafka.network.SocketServer: one request at a time per connection (the channel is muted until
 * the answer is sent), so answers keep the order of requests. Requests that arrived before the client closed are still handled.
 *
 * Leaves out: quotas, the size of the request queue, and the number of handler threads.
 */
import type { Buggify } from '../../engine/Buggify.js';
import type { Process } from '../../engine/Host.js';
import type { Socket } from '../../engine/Network.js';
import { answerLate, requestLate } from '../buggifySites.js';
import type { RequestEnvelope, ResponseEnvelope } from '../protocol/messages.js';
import { BROKER_SERVICE } from './BrokerConnection.js';

/** Longest time that a request waits for a handler thread, or an answer for a network thread, when their sites fire. */
const LONGEST_WAIT_US = 50_000;

/** One request being served; `respond` or `closeConnection` ends it, once. */
export class RequestContext {
  private done = false;

  constructor(
    readonly envelope: RequestEnvelope,
    private readonly channel: Channel,
  ) {}

  /** Sends the answer and unmutes the channel. */
  respond(body: ResponseEnvelope['body'], sizeBytes: number): void {
    if (this.done) return;
    this.done = true;
    const { correlationId, api } = this.envelope;
    this.channel.answer({ correlationId, api, body }, sizeBytes);
  }

  /** Ends a request that expects no answer (acks=0). */
  finishSilently(): void {
    if (this.done) return;
    this.done = true;
    this.channel.next();
  }

  /** Closes the client's connection instead of answering, as for a failed append with acks=0. */
  closeConnection(): void {
    if (this.done) return;
    this.done = true;
    this.channel.close();
  }
}

type Answering = (api: ResponseEnvelope['api'], body: ResponseEnvelope['body']) => void;

class Channel {
  private readonly queue: RequestEnvelope[] = [];
  private muted = false;

  constructor(
    private readonly socket: Socket,
    private readonly handle: (context: RequestContext) => void,
    private readonly whenFree: (send: () => void) => void,
    private readonly answering: Answering,
  ) {
    socket.onMessage = (message): void => {
      if (this.muted) this.queue.push(message as RequestEnvelope);
      else this.begin(message as RequestEnvelope);
    };
    socket.onClose = (reason): void => {
      // A reset throws the receive buffer away; an orderly close leaves it to be read.
      if (reason === 'reset') this.queue.length = 0;
    };
  }

  answer(response: ResponseEnvelope, sizeBytes: number): void {
    this.answering(response.api, response.body);
    this.whenFree(() => {
      this.socket.send(response, sizeBytes);
      this.next();
    });
  }

  next(): void {
    this.muted = false;
    const envelope = this.queue.shift();
    if (envelope !== undefined) this.begin(envelope);
  }

  close(): void {
    this.queue.length = 0;
    this.socket.close();
  }

  private begin(envelope: RequestEnvelope): void {
    this.muted = true;
    this.handle(new RequestContext(envelope, this));
  }
}

/**
 * Accepts connections for this incarnation of the broker's process and hands every request to `handle`.
 * @param buggify none: no thread is ever late. @param answering looks at every answer that leaves
 */
export function serveRequests(
  process: Process,
  handle: (context: RequestContext) => void,
  buggify: Buggify | null = null,
  answering: Answering = ignore,
): void {
  const later = (lateUs: number, step: () => void): void => {
    if (lateUs === 0) step();
    else process.after(lateUs, step, undefined);
  };
  const begin = (context: RequestContext): void => later(buggify?.amount(requestLate, LONGEST_WAIT_US) ?? 0, () => handle(context));
  process.listen(BROKER_SERVICE, (socket) => {
    new Channel(socket, begin, (send) => later(buggify?.amount(answerLate, LONGEST_WAIT_US) ?? 0, send), answering);
  });
}

function ignore(): void {}
