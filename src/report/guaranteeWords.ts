/** Guarantees in words: for people who have never heard of them, and for those who want to know exactly what was asked. */
import type { GuaranteeName } from '../check/Finding.js';

export interface GuaranteeMeaning {
  /** In plain words, a sentence without its full stop. */
  readonly says: string;
  /** What it means to somebody that it is broken, in the middle of a sentence. */
  readonly broken: string;
}

export interface GuaranteeWords extends GuaranteeMeaning {
  /** What one or several violations are called, as it stands in the middle of a sentence. */
  readonly violation: string;
  /** What must hold, exactly, as one sentence. */
  readonly demand: string;
}

export const guaranteeWords: { readonly [G in GuaranteeName]: GuaranteeWords } = {
  'no-acknowledged-loss': {
    says: 'What a producer was told is written stays written',
    broken: 'a producer was told that its record is written, and the record is gone',
    violation: 'loss of acknowledged records',
    demand: 'Each record whose send was reported as successful lies in the log of its partition at the end.',
  },
  'no-divergence': {
    says: 'All replicas of a partition hold the same records',
    broken: 'two replicas of one partition hold different records, so what consumers see depends on who leads',
    violation: 'replicas with different records',
    demand: 'No two replicas hold different records at one offset below both high watermarks, or within one leader epoch.',
  },
  'consistent-offsets': {
    says: 'An offset that was read once holds the same record for ever',
    broken: 'a consumer read a record that was not there to stay: the offset holds something else later, or nothing',
    violation: 'records that changed after they were read',
    demand: 'An offset that was read once holds the same record whenever it is read again, and at the end.',
  },
  'producer-order': {
    says: 'The records of one producer lie in a partition in the order in which they were sent',
    broken: 'records of one producer lie in another order than they were sent in',
    violation: 'records of one producer out of order',
    demand: 'Within a producer session, acknowledged records lie in each partition in the order in which they were sent.',
  },
  'key-order': {
    says: 'The records of one key lie in one partition, in the order in which they were sent',
    broken: 'records of one key lie in another order than they were sent in, or in several partitions',
    violation: 'records of one key out of order',
    demand: 'Acknowledged records of one producer and key lie in one partition, in the order in which they were sent.',
  },
  'no-duplicates': {
    says: 'A record that was sent once lies in the log once',
    broken: 'one send left the same record in the log more than once',
    violation: 'duplicate records',
    demand: 'Within a producer session no record lies in its partition twice; copies in aborted transactions do not count.',
  },
  'no-aborted-reads': {
    says: 'A read_committed consumer sees nothing of a transaction that was aborted',
    broken: 'a read_committed consumer was given a record of a transaction that did not commit',
    violation: 'reads of records that were not committed',
    demand: 'No consumer with isolation.level=read_committed is given a record of a transaction that was aborted or had not ended.',
  },
  'transaction-atomicity': {
    says: 'A transaction takes effect as a whole or not at all, as its producer was told',
    broken: 'a transaction took effect in part, or otherwise than its producer was told',
    violation: 'torn transactions',
    demand: 'Of each transaction all records are visible or none is, as its application was told.',
  },
  'exactly-once': {
    says: 'Every input has exactly one committed output',
    broken: 'an input that counts as dealt with has no committed output, or more than one',
    violation: 'inputs without exactly one output',
    demand: 'Each input below the committed offset of the group has exactly one committed output.',
  },
  'at-least-once': {
    says: 'What a group has committed as read was processed',
    broken: 'a record counts as read and was never processed: the application lost it',
    violation: 'records that were committed and never processed',
    demand: 'Each record below the committed offset of the group was processed.',
  },
  'at-most-once': {
    says: 'A group processes no record twice',
    broken: 'a record was processed twice',
    violation: 'records that were processed twice',
    demand: 'No record is processed twice within a group.',
  },
  'no-skipped-records': {
    says: 'A consumer reads on without a gap',
    broken: 'a consumer went past a record, or back, without having been told to',
    violation: 'records that a consumer skipped',
    demand: 'The position of a consumer moves past a record by returning it, or by a reset that is on record.',
  },
  'committed-offsets-honest': {
    says: 'A committed offset stands for what was read, and stays',
    broken: 'a committed offset claims more than was read, went back, or was forgotten',
    violation: 'committed offsets that do not say how far the group is',
    demand: 'A committed offset does not go beyond what was read, does not go back, and is not forgotten.',
  },
  'single-owner': {
    says: 'A partition has one owner in a group at a time',
    broken: 'two members of one group owned a partition at the same time',
    violation: 'partitions with two owners',
    demand: 'A generation of a group gives each partition to one member, and no commit of an earlier generation takes effect.',
  },
  'eventually-converges': {
    says: 'When the faults are over, the cluster comes to rest',
    broken: 'the faults are over, and something stays stuck for longer than any configured timeout explains',
    violation: 'a cluster that does not come to rest',
    demand: 'Once all faults are healed, the cluster comes to rest within what its time-outs explain.',
  },
  'group-converges': {
    says: 'When the faults are over, every group comes to rest and reads to the end',
    broken: 'the faults are over, and a consumer group does not come to rest',
    violation: 'consumer groups that do not come to rest',
    demand: 'Once all faults are healed, each partition gets an owner that reads to the end.',
  },
};

/** An invariant has no meaning to a client of its own: it says that the protocol is broken inside. */
export function meaningOf(guarantee: string): GuaranteeMeaning {
  return (
    (guaranteeWords as Readonly<Record<string, GuaranteeMeaning>>)[guarantee] ?? {
      says: 'The brokers keep to the rules on which every guarantee rests',
      broken: 'the brokers reached a state that the protocol rules out; what clients lose by it is a matter of time',
    }
  );
}

/** Of a guarantee or an invariant (`invariant/P11`). */
export function violationOf(guarantee: string): string {
  return guarantee.startsWith('invariant/')
    ? `violation of invariant ${guarantee.slice(10)}`
    : guaranteeWords[guarantee as GuaranteeName].violation;
}
