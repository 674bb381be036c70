/**
 * The controller's single thread (kafka.controller.ControllerEventManager): one event at a time, in order; the next begins when the one before
 * called back, however many answers of ZooKeeper it waited for.
 */
export interface ControllerEvent {
  /** Kafka's name of it, such as `BrokerChange`. */
  readonly name: string;
  /** Handles the event; calls `done` once, now or later. */
  process(done: () => void): void;
  /** The event will not be handled, or not to its end: answer whoever waits for it. */
  preempt(): void;
}

export class ControllerEventQueue {
  private readonly waiting: ControllerEvent[] = [];
  private current: ControllerEvent | null = null;
  private draining = false;

  /** @param start calls what begins an event, now or later. */
  constructor(private readonly start: (begin: () => void) => void) {}

  put(event: ControllerEvent): void {
    this.waiting.push(event);
    this.drain();
  }

  /** Drops what waits; the event under way goes on. */
  clear(): void {
    const dropped = this.waiting.splice(0);
    for (const event of dropped) event.preempt();
  }

  /** Gives the event under way up; its late steps must not run any more (see `ControllerZooKeeper.abandon`). */
  abortCurrent(): void {
    const event = this.current;
    if (event === null) return;
    this.current = null;
    event.preempt();
    this.drain();
  }

  /** Like {@link abortCurrent}, with `next` before anything that waits. */
  replaceCurrent(next: ControllerEvent): void {
    const event = this.current;
    this.current = null;
    this.waiting.unshift(next);
    event?.preempt();
    this.drain();
  }

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    while (this.current === null) {
      const event = this.waiting.shift();
      if (event === undefined) break;
      this.current = event;
      this.start(() => this.begin(event));
    }
    this.draining = false;
  }

  private begin(event: ControllerEvent): void {
    if (this.current === event) event.process(() => this.finished(event));
  }

  private finished(event: ControllerEvent): void {
    if (this.current !== event) return;
    this.current = null;
    this.drain();
  }
}
