/**
 * precommitted-read: a transaction was given a record that it had sent itself. Legal in databases; but a record is not committed before its transaction is, so that
 * read_committed never shows it.
 *
 * Differs from Jepsen: legal with read_uncommitted, and outside of transactions. One report an operation, as there.
 */
import type { Analysis } from '../Analysis.js';
import { keyText, Tally, valueText, who } from '../Anomaly.js';

export function precommittedRead(analysis: Analysis): Tally {
  const tally = new Tally('precommitted-read', analysis);
  const { history, readsCommitted } = analysis;
  const { opSends, opTransactional, opSession } = history;
  for (let op = 0; op < history.opCount; op++) {
    if (opTransactional[op] !== 1 || opSends[op] === opSends[op + 1]) continue;
    tally.judged++;
    const own = firstOwnRead(analysis, op);
    if (own < 0) continue;
    const shown = readsCommitted[opSession[op] as number] === 0 ? 'isolation.level=read_uncommitted shows what is not committed yet' : '';
    tally.found(shown || analysis.notPromised('precommitted-read', op), () => {
      const record = history.pairRecord[own] as number;
      const slot = history.pairSlot[own] as number;
      const key = keyText(analysis, history.recordKey[record] as number);
      const offset = history.slotOffset[slot] as number;
      return {
        key,
        ops: [op],
        message: `${who(analysis, op)} was given ${valueText(analysis, record)} at offset ${offset} of ${key}, which it had itself sent.`,
        detail: { value: history.recordValue[record] as number, offset },
      };
    });
  }
  return tally;
}

/** The first pair that the operation wrote itself; -1 none. */
function firstOwnRead({ history }: Analysis, op: number): number {
  const { opRuns, runPairs, pairRecord, recordWriter } = history;
  const to = runPairs[opRuns[op + 1] as number] as number;
  for (let pair = runPairs[opRuns[op] as number] as number; pair < to; pair++) {
    if (recordWriter[pairRecord[pair] as number] === op) return pair;
  }
  return -1;
}
