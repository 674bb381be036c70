/** The names of what can be wrong with a history, as Jepsen has them; `unwritten-read` is our own, and the cycles are told apart further by their edges. */
export const anomalyTypes = [
  'lost-write',
  'unseen',
  'duplicate',
  'inconsistent-offsets',
  'unwritten-read',
  'G1a',
  'precommitted-read',
  'poll-skip',
  'nonmonotonic-poll',
  'int-poll-skip',
  'int-nonmonotonic-poll',
  'nonmonotonic-send',
  'int-nonmonotonic-send',
  'int-send-skip',
  'G1c',
  'G0',
] as const;
export type AnomalyType = (typeof anomalyTypes)[number];

export const anomalyStatements: { readonly [A in AnomalyType]: string } = {
  'lost-write': 'a record that was written lies below one that was read, and nobody ever read it',
  unseen: 'a record was acknowledged, and nobody had read it when the history ended',
  duplicate: 'one record is at several offsets',
  'inconsistent-offsets': 'one offset holds several records',
  'unwritten-read': 'a record was read that nobody ever sent',
  G1a: 'a record was read whose writer failed',
  'precommitted-read': 'a transaction read what it had sent itself',
  'poll-skip': 'a consumer went on beyond records that it had not been given',
  'nonmonotonic-poll': 'a consumer was given again what it had read, or what lies before it',
  'int-poll-skip': 'one operation read on beyond records that it had not been given',
  'int-nonmonotonic-poll': 'one operation was given records out of order',
  'nonmonotonic-send': 'a producer sent a record after another, and it lies before it',
  'int-nonmonotonic-send': 'one operation sent a record after another, and it lies before it',
  'int-send-skip': 'records of others lie between those of one operation',
  G1c: 'transactions read from each other in a circle',
  G0: 'transactions wrote after each other in a circle',
};
