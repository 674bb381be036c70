/** Which classes of faults a run is judged under. */
import { FAULT_CLASSES, type FaultClass, type FaultKindName } from './Fault.js';
import { faultKind } from './faultKinds.js';

/** The part of a scenario that says what disturbs it. */
export interface Disturbed {
  readonly faults: readonly { readonly kind: FaultKindName }[];
  readonly buggify?: Readonly<Record<string, number>>;
}

/** Classes of the scenario's faults, in the order in which people are shown them. Buggify sites alone lose connections and answers: that is the network's class. */
export function classesOf({ faults, buggify = {} }: Disturbed): FaultClass[] {
  const own = new Set(faults.map(({ kind }) => faultKind(kind).faultClass));
  if (own.size === 0 && Object.keys(buggify).length > 0) own.add('network');
  return FAULT_CLASSES.filter((name) => own.has(name));
}
