/**
 * duplicate: one record is at two offsets of its key. Reading one offset twice is none; it is a nonmonotonic poll.
 *
 * Differs from Jepsen: it counts against a producer only where retries are not written again, which takes idempotence (KIP-98). And idempotence covers one session of the
 * producer: one that has given a batch up for good begins the next and sends what is in flight once more, written or not (KIP-360), so that a copy of a record which
 * was in flight when its producer gave another up is excused. Within a transaction it is not: there a batch that is given up aborts the transaction.
 */
import type { Analysis } from '../Analysis.js';
import { counted, keyText, Tally, valueText, who, type Evidence } from '../Anomaly.js';
import { GivenUp } from '../GivenUp.js';
import { slotsOf } from '../Versions.js';

export function duplicate(analysis: Analysis): Tally {
  const tally = new Tally('duplicate', analysis);
  const { history, versions } = analysis;
  const givenUp = new GivenUp(analysis);
  tally.judged = versions.recordSlot.reduce((sum, slot) => sum + (slot >= 0 ? 1 : 0), 0);
  for (const record of [...versions.moreSlots.keys()].sort((a, b) => a - b)) {
    const writer = history.recordWriter[record] as number;
    const evidence = (): Evidence => {
      const offsets = slotsOf(versions, history, record).map((slot) => history.slotOffset[slot] as number);
      const key = keyText(analysis, history.recordKey[record] as number);
      const sent = writer < 0 ? 'whom nobody sent' : `which ${who(analysis, writer)} sent once`;
      const shown = offsets.slice(0, 4).join(', ') + (offsets.length > 4 ? ', …' : '');
      return {
        key,
        ops: [writer, versions.reader[record] as number].filter((op) => op >= 0),
        message: `${valueText(analysis, record)} of ${key}, ${sent}, is at ${counted(offsets.length, 'offset')}: ${shown}.`,
        detail: { value: history.recordValue[record] as number, offsets: offsets.slice(0, 32) },
      };
    };
    const because = writer < 0 ? '' : givenUp.between(writer, writer);
    if (because !== '') tally.excuse(because, evidence);
    else tally.found(writer < 0 ? '' : analysis.notPromised('duplicate', writer), evidence);
  }
  return tally;
}
