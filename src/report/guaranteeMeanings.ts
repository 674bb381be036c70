/** What each guarantee says, and what it means that it is broken, for people who have never heard of it. */
import type { GuaranteeName } from '../check/Finding.js';

export interface GuaranteeMeaning {
  /** A sentence without its full stop. */
  readonly says: string;
  readonly broken: string;
}

export const guaranteeMeanings: Readonly<Record<GuaranteeName, GuaranteeMeaning>> = {
  'no-acknowledged-loss': {
    says: 'What a producer was told is written stays written',
    broken: 'a producer was told that its record is written, and the record is gone',
  },
  'no-divergence': {
    says: 'All replicas of a partition hold the same records',
    broken: 'two replicas of one partition hold different records, so what consumers see depends on who leads',
  },
  'consistent-offsets': {
    says: 'An offset that was read once holds the same record for ever',
    broken: 'a consumer read a record that was not there to stay: the offset holds something else later, or nothing',
  },
  'producer-order': {
    says: 'The records of one producer lie in a partition in the order in which they were sent',
    broken: 'records of one producer lie in another order than they were sent in',
  },
  'key-order': {
    says: 'The records of one key lie in one partition, in the order in which they were sent',
    broken: 'records of one key lie in another order than they were sent in, or in several partitions',
  },
  'no-duplicates': {
    says: 'A record that was sent once lies in the log once',
    broken: 'one send left the same record in the log more than once',
  },
  'no-aborted-reads': {
    says: 'A read_committed consumer sees nothing of a transaction that was aborted',
    broken: 'a read_committed consumer was given a record of a transaction that did not commit',
  },
  'transaction-atomicity': {
    says: 'A transaction takes effect as a whole or not at all, as its producer was told',
    broken: 'a transaction took effect in part, or otherwise than its producer was told',
  },
  'exactly-once': {
    says: 'Every input has exactly one committed output',
    broken: 'an input that counts as dealt with has no committed output, or more than one',
  },
  'at-least-once': {
    says: 'What a group has committed as read was processed',
    broken: 'a record counts as read and was never processed: the application lost it',
  },
  'at-most-once': {
    says: 'A group processes no record twice',
    broken: 'a record was processed twice',
  },
  'no-skipped-records': {
    says: 'A consumer reads on without a gap',
    broken: 'a consumer went past a record, or back, without having been told to',
  },
  'committed-offsets-honest': {
    says: 'A committed offset stands for what was read, and stays',
    broken: 'a committed offset claims more than was read, went back, or was forgotten',
  },
  'single-owner': {
    says: 'A partition has one owner in a group at a time',
    broken: 'two members of one group owned a partition at the same time',
  },
  'eventually-converges': {
    says: 'When the faults are over, the cluster comes to rest',
    broken: 'the faults are over, and something stays stuck for longer than any configured timeout explains',
  },
  'group-converges': {
    says: 'When the faults are over, every group comes to rest and reads to the end',
    broken: 'the faults are over, and a consumer group does not come to rest',
  },
};

/** An invariant has no meaning to a client of its own: it says that the protocol is broken inside. */
export function meaningOf(guarantee: string): GuaranteeMeaning {
  return (
    (guaranteeMeanings as Readonly<Record<string, GuaranteeMeaning>>)[guarantee] ?? {
      says: 'The brokers keep to the rules on which every guarantee rests',
      broken: 'the brokers reached a state that the protocol rules out; what clients lose by it is a matter of time',
    }
  );
}
