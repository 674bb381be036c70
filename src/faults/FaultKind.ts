/**
 * What a kind of fault is: its data fields (from which the scenario schema, its checks and its file form are made) and its beginning. The
 * end needs no code of its own: whatever a beginning did through its context is undone there, in reverse order.
 */
import type { Fault, FaultClass, FaultKindName, FaultOf } from './Fault.js';
import type { FaultContext } from './FaultContext.js';
import type { FieldSpec } from './FieldSpec.js';

/** The names of the fields that a kind adds to every fault's own. */
export type OwnField<F extends Fault> = Exclude<keyof F, 'id' | 'kind' | 'atUs' | 'on' | 'forUs'>;

export interface FaultKind<K extends FaultKindName = FaultKindName> {
  readonly kind: K;
  readonly faultClass: FaultClass;
  /** One line for people. */
  readonly summary: string;
  /** Over at once: it has no `for`. */
  readonly instant: boolean;
  /** By normalized name. */
  readonly fields: { readonly [N in OwnField<FaultOf<K>>]: FieldSpec };
  begin(context: FaultContext, fault: FaultOf<K>): void;
}

/** Declares a kind of fault; `instant` is false unless given. */
export function defineFault<K extends FaultKindName>(kind: Omit<FaultKind<K>, 'instant'> & { readonly instant?: boolean }): FaultKind<K> {
  return { instant: false, ...kind };
}

// Fields that several kinds share.
export const brokerField = (about: string): FieldSpec => ({ type: 'broker', about });
export const brokersField = (about: string): FieldSpec => ({ type: 'brokers', about });
export const nodeField = (about: string): FieldSpec => ({ type: 'node', about });
export const clientField = (about: string): FieldSpec => ({ type: 'client', about });
export const groupField = (about: string): FieldSpec => ({ type: 'group', about });
export const nodesField = (about: string): FieldSpec => ({ type: 'nodes', about });
