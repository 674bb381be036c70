/**
 * The same scenario under other schedules. A counterexample often hangs on a thread: another release, or another configuration, sends one message more, and the fault
 * strikes a moment too late. Whether it is the rules that changed, or only the moment, is seen by trying the same faults many times.
 */
import { Randomness } from '../engine/random.js';
import type { Fault } from '../faults/Fault.js';
import type { Scenario } from '../scenario/Scenario.js';

/** Faults that begin at a time are moved by up to so much, back or forth. */
export const SHIFT_US = 50_000;

/**
 * The first variation (0) is the scenario as it is. The others have another seed each, so that latencies, back-offs, keys and the like are drawn anew; the even ones move
 * their faults as well. A fault that waits for an event goes on doing so.
 */
export function perturbed(scenario: Scenario, index: number): Scenario {
  if (index === 0) return scenario;
  const seed = `${scenario.seed}/again/${index}`;
  const randomness = new Randomness(seed);
  const faults = index % 2 === 0 ? scenario.faults.map((fault) => shifted(fault, randomness)) : scenario.faults;
  return { ...scenario, seed, faults };
}

function shifted(fault: Fault, randomness: Randomness): Fault {
  if (fault.on !== undefined) return fault;
  return { ...fault, atUs: Math.max(0, fault.atUs + randomness.stream(`shift/${fault.id}`).between(-SHIFT_US, SHIFT_US)) };
}
