/**
 * What a field of a fault is. One description gives the scenario schema, the checks of what it names, its file form, and the record of whom the
 * fault struck.
 */

/** The type of one field in a scenario file. */
export type FieldSpec = {
  readonly about: string;
  readonly default?: unknown;
  /** Names nodes that the fault spares. */
  readonly spares?: true;
} & (
  | { readonly type: 'broker' | 'brokers' | 'broker-ids' | 'node' | 'nodes' | 'clients' | 'servers' }
  /** One client by its id; a consumer group by its group.id. */
  | { readonly type: 'client' | 'group' }
  | { readonly type: 'partition' | 'partitions' | 'topic' }
  /** Text such as `2s`; a number alone is in milliseconds. The normalized field's name ends in Us. */
  | { readonly type: 'duration'; readonly signed?: boolean }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  /** A probability. */
  | { readonly type: 'chance' }
  | { readonly type: 'one-of' | 'some-of'; readonly values: readonly string[] }
);
