/** A scenario with other message delays. */
import type { MessageDelay } from '../../faults/MessageDelay.js';
import type { Scenario } from '../../scenario/Scenario.js';

/** A scenario without delays has no such field. */
export function withDelays({ delays: _former, ...scenario }: Scenario, delays: readonly MessageDelay[]): Scenario {
  return delays.length === 0 ? scenario : { ...scenario, delays: [...delays] };
}
