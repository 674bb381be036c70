/**
 * Machines, processes, and the sockets that processes hold. Process, machine and disk fail apart: killing a process keeps its host's page cache, power loss drops
 * what was not flushed, a pause stops everything and lets time run on.
 *
 * A process is a sequence of incarnations. Timers, deferred work and sockets belong to one incarnation and die with it; what
 * outlives it is on the host's disk.
 */
import type { Clock } from './Clock.js';
import type { Disk } from './Disk.js';
import type { EventOwner, Scheduler, Timer } from './Scheduler.js';

export class Host {
  /** False between power loss and boot. */
  up = true;
  readonly processes: Process[] = [];

  /** @param index position among the simulation's hosts, used to find links fast. */
  constructor(
    readonly name: string,
    readonly index: number,
    readonly clock: Clock,
    readonly disk: Disk,
  ) {}
}

/** Why a socket closed, as its owner sees it. */
export type CloseReason = 'refused' | 'reset' | 'closed-by-peer';

/** What carries a socket's messages: the network. */
export interface Transport {
  sendData(socket: Socket, message: unknown, sizeBytes: number): void;
  /** Says goodbye behind everything sent before. */
  finish(socket: Socket): void;
}

/** One end of a connection. The owner sets the three callbacks. */
export class Socket {
  open = false;
  closed = false;
  onOpen: () => void = ignore;
  onMessage: (message: unknown, sizeBytes: number) => void = ignore;
  onClose: (reason: CloseReason) => void = ignore;
  /** The transport's own note of where this end leads. */
  out: unknown = null;

  constructor(
    private readonly transport: Transport,
    readonly process: Process,
    readonly remote: Host,
    readonly service: string,
    /** The process's incarnation when the socket was made. */
    readonly incarnation: number,
  ) {}

  /** Queues a message behind everything sent before on this connection. Ignored once closed. */
  send(message: unknown, sizeBytes: number): void {
    if (!this.closed) this.transport.sendData(this, message, sizeBytes);
  }

  /** Closes this end; what was sent before still travels. `onClose` is not called. */
  close(): void {
    this.transport.finish(this);
  }
}

function ignore(): void {}

/** Takes the server's end of a new connection. */
export type Acceptor = (socket: Socket) => void;

export class Process implements EventOwner {
  incarnation = 0;
  paused = false;
  running = false;
  /** Open sockets of this incarnation, in order of creation. */
  readonly sockets = new Set<Socket>();
  readonly listeners = new Map<string, Acceptor>();

  private deferred: { readonly fn: (arg: never) => void; readonly arg: unknown; readonly timer: Timer }[] = [];

  constructor(
    readonly name: string,
    readonly host: Host,
    private readonly scheduler: Scheduler,
  ) {
    host.processes.push(this);
  }

  /** Begins a new incarnation; `main` builds its running state. The process must not be running. */
  start(main: () => void): void {
    if (this.running) throw new Error(`process ${this.name} already runs`);
    this.running = true;
    this.paused = false;
    main();
  }

  /** Ends this incarnation without any chance to react. The network layer tells the peers (see `Network.processDied`). */
  die(): void {
    this.incarnation++;
    this.running = false;
    this.paused = false;
    this.deferred = [];
    this.listeners.clear();
  }

  /** Accepts connections to a named service (one per name), for this incarnation. */
  listen(service: string, acceptor: Acceptor): void {
    this.listeners.set(service, acceptor);
  }

  /** Runs `fn(arg)` after `delayUs` of this host's monotonic clock, in this incarnation only. A dead process schedules nothing (handle 0). */
  after<A>(delayUs: number, fn: (arg: A) => void, arg: A): Timer {
    if (!this.running) return 0;
    return this.scheduler.after(this.host.clock.toTrueUs(delayUs), fn, arg, this);
  }

  /** Runs `fn` every `periodUs`, first after `firstUs` (default: one period), until the incarnation ends. */
  every(periodUs: number, fn: () => void, firstUs: number = periodUs): void {
    const tick = (): void => {
      this.after(periodUs, tick, undefined);
      fn();
    };
    this.after(firstUs, tick, undefined);
  }

  /** Takes a timer back, also one that came due during a pause and still waits for the process to resume. */
  cancel(timer: Timer): void {
    this.scheduler.cancel(timer);
    if (timer !== 0 && this.deferred.length > 0) this.deferred = this.deferred.filter((entry) => entry.timer !== timer);
  }

  pause(): void {
    this.paused = true;
  }

  /** Resumes; what became due during the pause runs now, in order. */
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    // At once, not as new events: what is due at this very instant but came later must not overtake it. One of them may end the
    // process (which empties the list), pause it again, or cancel another.
    for (;;) {
      const next = this.paused ? undefined : this.deferred.shift();
      if (next === undefined) return;
      next.fn(next.arg as never);
    }
  }

  defer(fn: (arg: never) => void, arg: unknown, timer: Timer = 0): void {
    this.deferred.push({ fn, arg, timer });
  }
}
