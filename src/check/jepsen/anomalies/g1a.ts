/**
 * G1a, aborted read: somebody was given a record whose writer failed. It is only as good as the outcomes of the history: a client that reports as failed what may yet be
 * written (a lost answer, "not leader or follower": KAFKA-13574) makes one out of nothing.
 *
 * Differs from Jepsen: polls of operations that themselves failed count as well (a consumer must be safe whatever becomes of its transaction), and a consumer with
 * read_uncommitted is shown aborted records by design, though never what was refused outside of a transaction.
 */
import type { Analysis } from '../Analysis.js';
import { keyText, Tally, valueText, who } from '../Anomaly.js';
import { FAIL } from '../JepsenHistory.js';

export function g1a(analysis: Analysis): Tally {
  const tally = new Tally('G1a', analysis);
  const { history, versions } = analysis;
  const { opRuns, runKey, runPairs, pairRecord, pairSlot, recordWriter, opType } = history;
  tally.judged = pairRecord.length;
  const failed = recordWriter.map((writer, record) =>
    writer >= 0 && opType[writer] === FAIL && (versions.reader[record] as number) >= 0 ? 1 : 0,
  );
  if (!failed.includes(1)) return tally;
  for (let op = 0; op < history.opCount; op++) {
    for (let run = opRuns[op] as number; run < (opRuns[op + 1] as number); run++) {
      for (let pair = runPairs[run] as number; pair < (runPairs[run + 1] as number); pair++) {
        const record = pairRecord[pair] as number;
        if (failed[record] !== 1) continue;
        const writer = recordWriter[record] as number;
        tally.found(whyNotPromised(analysis, op, record), () => {
          const key = keyText(analysis, runKey[run] as number);
          const offset = history.slotOffset[pairSlot[pair] as number] as number;
          return {
            key,
            ops: [writer, op],
            message: `${who(analysis, op)} was given ${valueText(analysis, record)} at offset ${offset} of ${key}, whose writer, ${who(analysis, writer)}, failed.`,
            detail: { value: history.recordValue[record] as number, offset },
          };
        });
      }
    }
  }
  return tally;
}

function whyNotPromised(analysis: Analysis, reader: number, record: number): string {
  if (analysis.shownUncommitted(reader, record)) return 'isolation.level=read_uncommitted shows what is aborted later';
  return analysis.notPromised('G1a', analysis.history.recordWriter[record] as number);
}
