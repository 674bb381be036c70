/** Guarantees in words: what their violation is called, and what is asked of a run. */
import type { GuaranteeName } from '../../check/Finding.js';

interface GuaranteeWords {
  /** Of one or several, as it stands in the middle of a sentence. */
  readonly violation: string;
  /** What must hold, as one sentence. */
  readonly demand: string;
}

export const guaranteeWords: { readonly [G in GuaranteeName]: GuaranteeWords } = {
  'no-acknowledged-loss': {
    violation: 'loss of acknowledged records',
    demand: 'Each record whose send was reported as successful lies in the log of its partition at the end.',
  },
  'no-divergence': {
    violation: 'replicas with different records',
    demand: 'No two replicas hold different records at one offset below both high watermarks, or within one leader epoch.',
  },
  'consistent-offsets': {
    violation: 'records that changed after they were read',
    demand: 'An offset that was read once holds the same record whenever it is read again, and at the end.',
  },
  'producer-order': {
    violation: 'records of one producer out of order',
    demand: 'Within a producer session, acknowledged records lie in each partition in the order in which they were sent.',
  },
  'key-order': {
    violation: 'records of one key out of order',
    demand: 'Acknowledged records of one producer and key lie in one partition, in the order in which they were sent.',
  },
  'no-duplicates': {
    violation: 'duplicate records',
    demand: 'Within a producer session no record lies in its partition twice; copies in aborted transactions do not count.',
  },
  'no-aborted-reads': {
    violation: 'reads of records that were not committed',
    demand: 'No consumer with isolation.level=read_committed is given a record of a transaction that was aborted or had not ended.',
  },
  'transaction-atomicity': {
    violation: 'torn transactions',
    demand: 'Of each transaction all records are visible or none is, as its application was told.',
  },
  'exactly-once': {
    violation: 'inputs without exactly one output',
    demand: 'Each input below the committed offset of the group has exactly one committed output.',
  },
  'at-least-once': {
    violation: 'records that were committed and never processed',
    demand: 'Each record below the committed offset of the group was processed.',
  },
  'at-most-once': {
    violation: 'records that were processed twice',
    demand: 'No record is processed twice within a group.',
  },
  'no-skipped-records': {
    violation: 'records that a consumer skipped',
    demand: 'The position of a consumer moves past a record by returning it, or by a reset that is on record.',
  },
  'committed-offsets-honest': {
    violation: 'committed offsets that do not say how far the group is',
    demand: 'A committed offset does not go beyond what was read, does not go back, and is not forgotten.',
  },
  'single-owner': {
    violation: 'partitions with two owners',
    demand: 'A generation of a group gives each partition to one member, and no commit of an earlier generation takes effect.',
  },
  'eventually-converges': {
    violation: 'a cluster that does not come to rest',
    demand: 'Once all faults are healed, the cluster comes to rest within what its time-outs explain.',
  },
  'group-converges': {
    violation: 'consumer groups that do not come to rest',
    demand: 'Once all faults are healed, each partition gets an owner that reads to the end.',
  },
};

/** Of a guarantee or an invariant (`invariant/P11`). */
export function violationOf(guarantee: string): string {
  return guarantee.startsWith('invariant/')
    ? `violation of invariant ${guarantee.slice(10)}`
    : guaranteeWords[guarantee as GuaranteeName].violation;
}
