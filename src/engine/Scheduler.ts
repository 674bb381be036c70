/**
 * The event queue: a virtual clock in integer microseconds and a total order (time, then order of scheduling).
 *
 * Models: timers and deliveries that belong to one incarnation of a process and die with it; a paused process, whose
 * due events wait in order until it resumes. Leaves out: real time; nothing here ever waits.
 *
 * A flat 4-ary heap over typed arrays, because the queue is the hottest structure of a run: no allocation per event,
 * and cancelled entries are dropped lazily (long request timeouts are nearly always cancelled).
 */

/** What an event may belong to. An event of an older incarnation is dropped; one of a paused owner waits. */
export interface EventOwner {
  /** Raised whenever the owner dies; events scheduled for a lower one are dropped. */
  readonly incarnation: number;
  readonly paused: boolean;
  /** Keeps a due event until the owner resumes; `timer` is the handle by which somebody may still want to cancel it. */
  defer(fn: (arg: never) => void, arg: unknown, timer: Timer): void;
}

/** Handle of a scheduled event; 0 is never a handle, so it can stand for "none". */
export type Timer = number;

type Callback = (arg: unknown) => void;

const SLOT_BITS = 2_097_152; // 2^21 slots at once; the rest of the safe integer is the slot's generation

/** A run that does not come to its end: thrown by the event after the last one allowed, so at the same event in every process. */
export class StepLimitReached extends Error {
  constructor(steps: number, nowUs: number) {
    super(`more than ${steps} steps, at ${(nowUs / 1_000_000).toFixed(6)} s of simulated time`);
    this.name = 'StepLimitReached';
  }
}

export class Scheduler {
  /** Virtual time, microseconds since the start of the run. */
  nowUs = 0;
  /** Events run so far. */
  dispatched = 0;
  /** Most events that may run before {@link runUntil} throws {@link StepLimitReached}. Default: no limit. */
  stepLimit = Infinity;

  private sequence = 0;
  private size = 0;
  private cancelled = 0;
  private times = new Float64Array(1024);
  private sequences = new Float64Array(1024);
  private slots = new Int32Array(1024);

  private readonly callbacks: (Callback | null)[] = [];
  private readonly args: unknown[] = [];
  private readonly owners: (EventOwner | null)[] = [];
  private readonly incarnations: number[] = [];
  private readonly generations: number[] = [];
  private readonly freeSlots: number[] = [];

  /** Events waiting, cancelled ones not counted. */
  get pending(): number {
    return this.size - this.cancelled;
  }

  /** Time of the next event, or -1 when nothing waits. May name a cancelled one: it is then a lower bound. */
  get nextUs(): number {
    return this.size === 0 ? -1 : (this.times[0] as number);
  }

  /**
   * Runs `fn(arg)` at `atUs` (not before now). With an owner the event dies with the owner's present incarnation
   * and waits while the owner is paused.
   */
  at<A>(atUs: number, fn: (arg: A) => void, arg: A, owner: EventOwner | null = null): Timer {
    const slot = this.takeSlot();
    this.callbacks[slot] = fn as Callback;
    this.args[slot] = arg;
    this.owners[slot] = owner;
    this.incarnations[slot] = owner === null ? 0 : owner.incarnation;
    this.push(atUs < this.nowUs ? this.nowUs : atUs, slot);
    return (this.generations[slot] as number) * SLOT_BITS + slot;
  }

  /** Like {@link at}, `delayUs` from now. */
  after<A>(delayUs: number, fn: (arg: A) => void, arg: A, owner: EventOwner | null = null): Timer {
    return this.at(this.nowUs + delayUs, fn, arg, owner);
  }

  /** Takes an event back. A handle that has run, or was cancelled, or is 0, is ignored. */
  cancel(timer: Timer): void {
    if (timer === 0) return;
    const slot = timer % SLOT_BITS;
    if (this.generations[slot] !== (timer - slot) / SLOT_BITS || this.callbacks[slot] === null) return;
    this.callbacks[slot] = null;
    this.args[slot] = undefined;
    this.owners[slot] = null;
    this.cancelled++;
    if (this.cancelled > 512 && this.cancelled * 2 > this.size) this.dropCancelled();
  }

  /** Runs the next event; false when none is left. */
  step(): boolean {
    while (this.size > 0) if (this.takeRoot()) return true;
    return false;
  }

  /** Runs every event up to and including `untilUs`; the clock then stands at `untilUs`. */
  runUntil(untilUs: number): void {
    while (this.size > 0 && (this.times[0] as number) <= untilUs) {
      this.takeRoot();
      if (this.dispatched > this.stepLimit) throw new StepLimitReached(this.stepLimit, this.nowUs);
    }
    if (this.nowUs < untilUs) this.nowUs = untilUs;
  }

  /** Takes the first entry off the heap; false when it was not to be run (cancelled, owner dead or paused). */
  private takeRoot(): boolean {
    const slot = this.slots[0] as number;
    const timeUs = this.times[0] as number;
    this.popRoot();
    const fn = this.callbacks[slot] as Callback | null;
    if (fn === null) {
      this.cancelled--;
      this.release(slot);
      return false;
    }
    const arg = this.args[slot];
    const owner = this.owners[slot] as EventOwner | null;
    const incarnation = this.incarnations[slot];
    const timer = (this.generations[slot] as number) * SLOT_BITS + slot;
    this.callbacks[slot] = null;
    this.args[slot] = undefined;
    this.owners[slot] = null;
    this.release(slot);
    this.nowUs = timeUs;
    if (owner !== null) {
      if (owner.incarnation !== incarnation) return false;
      if (owner.paused) {
        owner.defer(fn, arg, timer);
        return false;
      }
    }
    this.dispatched++;
    fn(arg);
    return true;
  }

  private takeSlot(): number {
    const free = this.freeSlots.pop();
    if (free !== undefined) return free;
    const slot = this.callbacks.length;
    this.callbacks.push(null);
    this.args.push(undefined);
    this.owners.push(null);
    this.incarnations.push(0);
    this.generations.push(1);
    return slot;
  }

  private release(slot: number): void {
    this.generations[slot] = (this.generations[slot] as number) + 1;
    this.freeSlots.push(slot);
  }

  private push(timeUs: number, slot: number): void {
    if (this.size === this.times.length) this.grow();
    let i = this.size++;
    const sequence = this.sequence++;
    const { times, sequences, slots } = this;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      // A new entry has the highest sequence, so equal times never move up.
      if ((times[parent] as number) <= timeUs) break;
      times[i] = times[parent] as number;
      sequences[i] = sequences[parent] as number;
      slots[i] = slots[parent] as number;
      i = parent;
    }
    times[i] = timeUs;
    sequences[i] = sequence;
    slots[i] = slot;
  }

  private popRoot(): void {
    const last = --this.size;
    if (last === 0) return;
    const { times, sequences, slots } = this;
    this.siftDown(0, times[last] as number, sequences[last] as number, slots[last] as number);
  }

  private siftDown(start: number, timeUs: number, sequence: number, slot: number): void {
    const { times, sequences, slots, size } = this;
    let i = start;
    for (;;) {
      const first = (i << 2) + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let best = first;
      let bestTime = times[first] as number;
      for (let child = first + 1; child < end; child++) {
        const time = times[child] as number;
        if (time < bestTime || (time === bestTime && (sequences[child] as number) < (sequences[best] as number))) {
          best = child;
          bestTime = time;
        }
      }
      if (bestTime > timeUs || (bestTime === timeUs && (sequences[best] as number) > sequence)) break;
      times[i] = bestTime;
      sequences[i] = sequences[best] as number;
      slots[i] = slots[best] as number;
      i = best;
    }
    times[i] = timeUs;
    sequences[i] = sequence;
    slots[i] = slot;
  }

  private dropCancelled(): void {
    const { times, sequences, slots } = this;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const slot = slots[i] as number;
      if (this.callbacks[slot] === null) {
        this.release(slot);
        continue;
      }
      times[kept] = times[i] as number;
      sequences[kept] = sequences[i] as number;
      slots[kept] = slot;
      kept++;
    }
    this.size = kept;
    this.cancelled = 0;
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.siftDown(i, times[i] as number, sequences[i] as number, slots[i] as number);
  }

  private grow(): void {
    const length = this.times.length * 2;
    const times = new Float64Array(length);
    const sequences = new Float64Array(length);
    const slots = new Int32Array(length);
    times.set(this.times);
    sequences.set(this.sequences);
    slots.set(this.slots);
    this.times = times;
    this.sequences = sequences;
    this.slots = slots;
  }
}
