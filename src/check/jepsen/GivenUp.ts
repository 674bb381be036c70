/**
 * When producers gave batches up. An idempotent producer without transactions that gives one up begins a new session of sequence numbers, and what is in flight then is
 * covered neither against being written twice nor against coming late (KIP-360).
 */
import type { Analysis } from './Analysis.js';
import { OK, opText, SEND } from './JepsenHistory.js';

export class GivenUp {
  /** By session: its sends that did not succeed, in the order of their completions. Made when first asked for. */
  private readonly bySession = new Map<number, number[]>();

  constructor(private readonly analysis: Analysis) {}

  /** Why the two sends of one session are in no promised relation: a batch was given up between the invocation of the first and the completion of the last. Empty: none was. */
  between(first: number, last: number): string {
    const { history } = this.analysis;
    const { opTransactional, opSession, opInvoked, opCompleted } = history;
    if (opTransactional[first] === 1 || opTransactional[last] === 1) return '';
    const failures = this.failures(opSession[first] as number);
    const from = opInvoked[first] as number;
    const to = opCompleted[last] as number;
    let low = 0;
    let high = failures.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((opCompleted[failures[middle] as number] as number) < from) low = middle + 1;
      else high = middle;
    }
    const found = failures[low];
    if (found === undefined || (opCompleted[found] as number) > to) return '';
    return `the producer gave up ${opText(history, found)} meanwhile and began a new session (KIP-360)`;
  }

  private failures(session: number): number[] {
    let failures = this.bySession.get(session);
    if (failures === undefined) {
      const { bySession, history } = this.analysis;
      const own = bySession.rows.subarray(bySession.starts[session], bySession.starts[session + 1]);
      failures = [...own.filter((op) => history.opFunction[op] === SEND && history.opType[op] !== OK)];
      this.bySession.set(session, failures);
    }
    return failures;
  }
}
