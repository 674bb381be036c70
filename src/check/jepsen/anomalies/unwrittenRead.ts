/**
 * unwritten-read: somebody was given a record that nobody ever sent. Every invocation is in the history, so that only a corrupted log, a mistake of the recorder or an edited
 * history explains it.
 *
 * Jepsen has no such anomaly: its checker throws, and the verdict is unknown.
 */
import type { Analysis } from '../Analysis.js';
import { keyText, Tally, valueText, who } from '../Anomaly.js';

export function unwrittenRead(analysis: Analysis): Tally {
  const tally = new Tally('unwritten-read', analysis);
  const { history, versions } = analysis;
  const { recordWriter, recordKey } = history;
  for (let record = 0; record < recordWriter.length; record++) {
    const reader = versions.reader[record] as number;
    if (reader < 0) continue;
    tally.judged++;
    if ((recordWriter[record] as number) >= 0) continue;
    tally.found('', () => {
      const key = keyText(analysis, recordKey[record] as number);
      const offset = history.slotOffset[versions.recordSlot[record] as number] as number;
      return {
        key,
        ops: [reader],
        message: `${who(analysis, reader)} was given ${valueText(analysis, record)} at offset ${offset} of ${key}, which nobody ever sent.`,
        detail: { value: history.recordValue[record] as number, offset },
      };
    });
  }
  return tally;
}
