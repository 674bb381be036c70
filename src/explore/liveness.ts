/** How the healing of a run went, for its verdict: who was healed, how long it took, how long it might have taken and why, and what was excused. */
import type { ConvergenceInput, Left } from './convergence.js';
import type { BoundTerm } from './convergenceBound.js';

export interface Liveness {
  readonly healedUs: number;
  /** Brokers that were healed; null: all of them. */
  readonly core: readonly number[] | null;
  /** Brokers that stayed broken for good although they may run. */
  readonly outside: readonly number[];
  readonly boundUs: number;
  /** What the bound is the sum of; none where the scenario gave it. */
  readonly terms: readonly BoundTerm[];
  /** From the healing to the last look. */
  readonly tookUs: number;
  /** Nothing stood in the way at the last look. */
  readonly converged: boolean;
  /** What stood in the way and has an alibi. */
  readonly excused: readonly { readonly message: string; readonly alibi: string }[];
}

export function livenessOf(
  input: ConvergenceInput,
  left: Left,
  { healedUs, terms, boundUs, endedUs }: Pick<Liveness, 'healedUs' | 'terms' | 'boundUs'> & { readonly endedUs: number },
): Liveness {
  const { scenario, outside } = input;
  const obstacles = [...left.cluster, ...left.groups];
  return {
    ...{ healedUs, boundUs, terms, core: scenario.core, outside: [...outside].sort((a, b) => a - b) },
    tookUs: endedUs - healedUs,
    converged: obstacles.length === 0,
    excused: obstacles.filter(({ alibi }) => alibi !== '').map(({ message, alibi }) => ({ message, alibi })),
  };
}
