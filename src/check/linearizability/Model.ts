/** What an object does when its operations come one at a time: the standard against which a concurrent history is held. */

/**
 * A sequential specification. States are values: `step` gives a new one and leaves the old as it is.
 * @template State what the object holds. @template Op what a client asks for. @template Result what it was told.
 */
export interface Model<State, Op, Result> {
  readonly initial: State;
  /**
   * The state after the operation, or null when it cannot have this result in this state.
   * @param result null: nobody was told one. Then the state after it, which is `state` itself where the operation would be refused.
   */
  step(state: State, op: Op, result: Result | null): State | null;
  /** Does the operation, with that result, leave every state as it is: a read, or a refusal? */
  isRead(op: Op, result: Result): boolean;
  /** Two states are the same when their keys are. */
  key(state: State): string | number;
  /** For a sentence: `set at version 3 → OK`. Without a result, operations that are told alike are taken to do the same. */
  describe(op: Op, result: Result | null): string;
  /** For a sentence: `version 4`. */
  describeState(state: State): string;
}

/** One operation of one client. Times are on whatever scale, such as places in a history; at the same moment operations count as concurrent. */
export interface Operation<Op, Result> {
  readonly client: string;
  readonly op: Op;
  readonly invoked: number;
  /** Null: nobody knows (info, or still open). It may take effect at any moment from its invocation on, or never. */
  readonly completed: number | null;
  /** Null only where `completed` is. An operation that certainly did nothing is left out of the history, unless its refusal says something. */
  readonly result: Result | null;
}
