/**
 * Is a history linearizable: could every operation have taken effect at one moment between its invocation and its completion, one at a time, with the results
 * that the clients were told (Herlihy and Wing, TOPLAS 1990)?
 *
 * Wing and Gong's search (JPDC 1993) with Lowe's cache (Testing for linearizability, CCPE 2017) and with two rules that spare it most of its work. A read that
 * fits is placed at once: in any order that has it later, it may as well stand here. And of several pending operations that ask for
 * the same, the one invoked first is tried first. The problem is NP-complete, so that the search may end undecided; then it says so.
 */
import type { Model, Operation } from './Model.js';
import { OperationList } from './OperationList.js';
import { SeenConfigurations } from './SeenConfigurations.js';

export interface Limits {
  /** Candidates to try before giving up; default 5 million, which is some seconds. */
  readonly steps?: number;
  /** Memory for configurations seen, in words of four bytes; default 50 million. */
  readonly words?: number;
}

const DEFAULT_STEPS = 5_000_000;
const DEFAULT_WORDS = 50_000_000;

export type Linearizability<Op, Result> =
  | { readonly verdict: 'linearizable'; readonly steps: number }
  /** The limits were reached: it may be linearizable or not. */
  | { readonly verdict: 'unknown'; readonly steps: number }
  | {
      readonly verdict: 'not-linearizable';
      readonly steps: number;
      /** A longest order that was found for a part of the operations, beginning with the first. */
      readonly prefix: readonly Operation<Op, Result>[];
      /** Open or next after it, of which one would have to come next and none can. The first is the one that completed first. */
      readonly stuck: readonly Operation<Op, Result>[];
      /** One sentence. */
      readonly message: string;
    };

/** @throws RangeError for an operation that completes before it is invoked. */
export function checkLinearizability<State, Op, Result>(
  model: Model<State, Op, Result>,
  operations: readonly Operation<Op, Result>[],
  limits: Limits = {},
): Linearizability<Op, Result> {
  return new Search(model, operations, limits).run();
}

/**
 * Checks each object by itself, which suffices: linearizability is local (Herlihy and Wing). The first object that is not linearizable decides; else, if some
 * object is undecided, so is the whole.
 */
export function checkEachLinearizability<State, Op, Result>(
  modelOf: (object: string) => Model<State, Op, Result>,
  byObject: ReadonlyMap<string, readonly Operation<Op, Result>[]>,
  limits: Limits = {},
): Linearizability<Op, Result> {
  let steps = 0;
  let undecided = false;
  for (const [object, operations] of byObject) {
    const checked = checkLinearizability(modelOf(object), operations, limits);
    steps += checked.steps;
    if (checked.verdict === 'not-linearizable') return { ...checked, steps };
    undecided ||= checked.verdict === 'unknown';
  }
  return { verdict: undecided ? 'unknown' : 'linearizable', steps };
}

/** An operation placed in the order, on top of those before it. */
interface Placed<State, Op, Result> {
  readonly below: Placed<State, Op, Result> | null;
  readonly operation: Operation<Op, Result>;
  /** Number among the completed operations, or among the pending ones. */
  readonly number: number;
  readonly isPending: boolean;
  /** A read that fits: there is no point in trying anything else in its place. */
  readonly isForced: boolean;
  readonly before: State;
}

/** What to do next: look at a node of the list, or at a pending operation. */
type Cursor = { readonly node: number } | { readonly pending: number };

class Search<State, Op, Result> {
  private readonly completed: readonly Operation<Op, Result>[];
  private readonly pending: readonly Operation<Op, Result>[];
  /** For each completed operation: is it a read? */
  private readonly isRead: readonly boolean[];
  /** For each pending operation the one before it that asks for the same; -1: none. */
  private readonly twin: readonly number[];
  private readonly list: OperationList;
  private readonly seen: SeenConfigurations;
  private readonly stateIds = new Map<string | number, number>();
  private readonly maxSteps: number;
  private readonly maxWords: number;
  private state: State;
  private top: Placed<State, Op, Result> | null = null;
  private left: number;
  private steps = 0;
  /** The longest order so far, and what had to come next. */
  private longest: { readonly top: Placed<State, Op, Result> | null; readonly left: number; readonly stuck: Operation<Op, Result>[] };

  constructor(
    private readonly model: Model<State, Op, Result>,
    operations: readonly Operation<Op, Result>[],
    { steps = DEFAULT_STEPS, words = DEFAULT_WORDS }: Limits,
  ) {
    const inOrder = [...operations].sort((a, b) => a.invoked - b.invoked);
    for (const { client, invoked, completed } of inOrder) {
      if (completed !== null && completed < invoked)
        throw new RangeError(`an operation of ${client} completes at ${completed}, before ${invoked}`);
    }
    this.completed = inOrder.filter(({ completed }) => completed !== null);
    this.pending = inOrder.filter(({ completed }) => completed === null);
    this.isRead = this.completed.map(({ op, result }) => model.isRead(op, result as Result));
    this.twin = twinsOf(this.pending.map(({ op }) => model.describe(op, null)));
    const times = this.completed.map(({ completed }) => completed as number);
    this.list = new OperationList(
      this.completed.map(({ invoked }) => invoked),
      times,
    );
    this.seen = new SeenConfigurations(this.completed.length, this.pending.length);
    this.left = this.completed.length;
    this.longest = { top: null, left: this.left + 1, stuck: [] };
    this.state = model.initial;
    this.maxSteps = steps;
    this.maxWords = words;
  }

  run(): Linearizability<Op, Result> {
    let cursor: Cursor | null = { node: this.list.first };
    while (this.left > 0) {
      if (cursor === null) return this.failure();
      if (this.steps > this.maxSteps || this.seen.words > this.maxWords) return { verdict: 'unknown', steps: this.steps };
      cursor = 'node' in cursor ? this.tryCompleted(cursor.node) : this.tryPending(cursor.pending);
    }
    return { verdict: 'linearizable', steps: this.steps };
  }

  /** Looks for a completed operation to come next, from a node of the list on; all calls before the first return are candidates. */
  private tryCompleted(from: number): Cursor | null {
    if (from === this.list.first) {
      const forced = this.placeForced();
      if (forced !== null) return forced ? { node: this.list.first } : this.backtrack();
    }
    for (let node = from; (node & 1) === 0; node = this.list.after(node)) {
      const number = node >> 1;
      if (this.isRead[number] === true) continue;
      const operation = this.completed[number] as Operation<Op, Result>;
      const next = this.step(operation);
      if (next === null) continue;
      if (this.place({ below: this.top, operation, number, isPending: false, isForced: false, before: this.state }, next))
        return { node: this.list.first };
    }
    return { pending: 0 };
  }

  /** Places a read that fits; null: there is none. False: there is one, and what it leads to has been tried before. */
  private placeForced(): boolean | null {
    for (let node = this.list.first; (node & 1) === 0; node = this.list.after(node)) {
      const number = node >> 1;
      if (this.isRead[number] !== true) continue;
      const operation = this.completed[number] as Operation<Op, Result>;
      const next = this.step(operation);
      if (next === null) continue;
      return this.place({ below: this.top, operation, number, isPending: false, isForced: true, before: this.state }, next);
    }
    return null;
  }

  private step({ op, result }: Operation<Op, Result>): State | null {
    this.steps++;
    return this.model.step(this.state, op, result);
  }

  /** Looks for a pending operation to come next, which may as well never have happened: so after all others. */
  private tryPending(from: number): Cursor | null {
    const deadline = this.firstReturn();
    for (let number = from; number < this.pending.length; number++) {
      const operation = this.pending[number] as Operation<Op, Result>;
      if (operation.invoked > deadline) break;
      const twin = this.twin[number] as number;
      if (this.seen.hasPending(number) || (twin >= 0 && !this.seen.hasPending(twin))) {
        this.steps++;
        continue;
      }
      const next = this.step(operation);
      if (next === null || this.model.key(next) === this.model.key(this.state)) continue;
      if (this.place({ below: this.top, operation, number, isPending: true, isForced: false, before: this.state }, next))
        return { node: this.list.first };
    }
    this.noteStuck();
    return this.backtrack();
  }

  /** Time of the first return: whatever comes next must be invoked by then. */
  private firstReturn(): number {
    let node = this.list.first;
    while ((node & 1) === 0) node = this.list.after(node);
    return (this.completed[node >> 1] as Operation<Op, Result>).completed as number;
  }

  /** False: this has been tried before. */
  private place(placed: Placed<State, Op, Result>, next: State): boolean {
    this.toggle(placed);
    if (!this.seen.add(this.idOf(next))) {
      this.toggle(placed);
      return false;
    }
    this.top = placed;
    this.state = next;
    if (!placed.isPending) {
      this.list.lift(placed.number);
      this.left--;
    }
    return true;
  }

  private toggle({ number, isPending }: Placed<State, Op, Result>): void {
    if (isPending) this.seen.togglePending(number);
    else this.seen.toggleCompleted(number);
  }

  /** Takes back what was placed last, down to something in whose place another may be tried. */
  private backtrack(): Cursor | null {
    for (let placed = this.top; placed !== null; placed = placed.below) {
      this.toggle(placed);
      this.state = placed.before;
      this.top = placed.below;
      if (placed.isPending) return { pending: placed.number + 1 };
      this.list.unlift(placed.number);
      this.left++;
      if (!placed.isForced) return { node: this.list.after(placed.number * 2) };
    }
    return null;
  }

  private idOf(state: State): number {
    const key = this.model.key(state);
    let id = this.stateIds.get(key);
    if (id === undefined) this.stateIds.set(key, (id = this.stateIds.size));
    return id;
  }

  private noteStuck(): void {
    if (this.left >= this.longest.left) return;
    const stuck: Operation<Op, Result>[] = [];
    let node = this.list.first;
    for (; (node & 1) === 0; node = this.list.after(node)) stuck.push(this.completed[node >> 1] as Operation<Op, Result>);
    const first = this.completed[node >> 1] as Operation<Op, Result>;
    this.steps += stuck.length;
    this.longest = { top: this.top, left: this.left, stuck: [first, ...stuck.filter((operation) => operation !== first)] };
  }

  private failure(): Linearizability<Op, Result> {
    const { top, stuck } = this.longest;
    const prefix: Operation<Op, Result>[] = [];
    for (let placed = top; placed !== null; placed = placed.below) prefix.push(placed.operation);
    prefix.reverse();
    const message = this.messageOf(prefix, stuck);
    return { verdict: 'not-linearizable', steps: this.steps, prefix, stuck, message };
  }

  private messageOf(prefix: readonly Operation<Op, Result>[], stuck: readonly Operation<Op, Result>[]): string {
    const state = prefix.reduce((before, { op, result }) => this.model.step(before, op, result) ?? before, this.model.initial);
    const texts = (operations: readonly Operation<Op, Result>[]): string =>
      operations.map(({ client, op, result }) => `${client}: ${this.model.describe(op, result)}`).join('; ');
    const last = prefix.slice(-SHOWN);
    const before =
      prefix.length === 0
        ? 'From'
        : `After ${prefix.length} of ${this.completed.length + this.pending.length} operations (… ${texts(last)}) with`;
    const more = stuck.length > SHOWN ? `; and ${stuck.length - SHOWN} more` : '';
    return `${before} ${this.model.describeState(state)}, none of those that could come next fits: ${texts(stuck.slice(0, SHOWN))}${more}.`;
  }
}

/** Operations named in a message. */
const SHOWN = 3;

/** For each text the place of the last one before it that is the same; -1: none. */
function twinsOf(texts: readonly string[]): number[] {
  const last = new Map<string, number>();
  return texts.map((text, i) => {
    const twin = last.get(text) ?? -1;
    last.set(text, i);
    return twin;
  });
}
