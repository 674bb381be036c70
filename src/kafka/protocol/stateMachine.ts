/** The state machines of Kafka's parts, as far as coverage goes: which transitions each may make, and a counter for each. */
import { defineProbeTable, type Probes, type ProbeTable } from '../../engine/probes.js';

export interface StateMachine<S extends string = string> {
  readonly name: string;
  readonly states: readonly S[];
  readonly table: ProbeTable<S, S>;
  isLegal(from: S, to: S): boolean;
}

/**
 * @param name what goes from state to state
 * @param previous by state, the states that it may be entered from
 */
export function stateMachine<const S extends string>(name: string, previous: Readonly<Record<S, readonly NoInfer<S>[]>>): StateMachine<S> {
  const states = Object.keys(previous) as S[];
  const table = defineProbeTable(name, 'A transition from the row to the column.', states, states);
  return { name, states, table, isLegal: (from, to) => previous[to].includes(from) };
}

/** Counts a transition, a forbidden one too: that such a one happened is what coverage then shows. */
export function countTransition<S extends string>(probes: Probes, { table }: StateMachine<S>, from: S, to: S): void {
  probes.hitCell(table.cell(from, to));
}
