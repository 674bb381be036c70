/** What a seed may vary besides the configuration: how many clients, each with what of its own, and which faults are there at all. */
import type { FaultKindName } from '../../faults/Fault.js';
import type { SetProperties } from '../configuration.js';

export interface Mix {
  /** One for each producer: what it has set besides, or otherwise than, the configuration says. */
  readonly producers: readonly SetProperties[];
  /** Consumers that only look. */
  readonly watchers: number;
  /** Kinds of faults that do not occur. */
  readonly kindsOff: ReadonlySet<FaultKindName>;
  /** How many faults there are, as a multiple of the usual number. */
  readonly faultiness: number;
}

const NOTHING: SetProperties = new Map();

/** Four producers alike, two consumers, every kind of fault. */
export const USUAL_MIX: Mix = { producers: [NOTHING, NOTHING, NOTHING, NOTHING], watchers: 2, kindsOff: new Set(), faultiness: 1 };
