/**
 * unseen: a record was acknowledged and, by the end of the history, read by nobody. It may be lost or late: a history says which of the two only by going on until its
 * readers are at the end.
 *
 * Differs from Jepsen: a plain set difference (there, a key whose first mention is the very last poll counts as unseen); a key that nobody ever asked for is not judged; a record
 * that was read by a transaction of unknown end was seen; what lies below where every reader was put (auto.offset.reset=latest) is excused, and where the history says that it was cut
 * short, what is missing.
 */
import type { Analysis } from '../Analysis.js';
import { keyText, Tally, valueText, who, type Evidence } from '../Anomaly.js';
import { OK } from '../JepsenHistory.js';
import { ReadingBegan } from '../ReadingBegan.js';
import { SEEN_BY_INFO, SEEN_BY_OK } from '../Versions.js';

export function unseen(analysis: Analysis): Tally {
  const tally = new Tally('unseen', analysis);
  const { history, versions, traits } = analysis;
  const { opSends, sendRecord, sendKey, opType } = history;
  const asked = keysAskedFor(analysis);
  const began = new ReadingBegan(analysis);
  for (let op = 0; op < history.opCount; op++) {
    if (opType[op] !== OK) continue;
    for (let send = opSends[op] as number; send < (opSends[op + 1] as number); send++) {
      if (asked[sendKey[send] as number] !== 1) continue;
      tally.judged++;
      const record = sendRecord[send] as number;
      if (((versions.seen[record] as number) & (SEEN_BY_OK | SEEN_BY_INFO)) !== 0) continue;
      const notPromised = analysis.notPromised('unseen', op);
      const slot = history.sendSlot[send] as number;
      const below = slot < 0 ? '' : began.above(sendKey[send] as number, history.slotOffset[slot] as number);
      const because = below === '' && notPromised === '' ? traits.cutShort : below;
      if (because === '') tally.found(notPromised, () => report(analysis, op, send));
      else tally.excuse(because, () => report(analysis, op, send));
    }
  }
  return tally;
}

function report(analysis: Analysis, op: number, send: number): Evidence {
  const { history } = analysis;
  const slot = history.sendSlot[send] as number;
  const record = history.sendRecord[send] as number;
  const key = keyText(analysis, history.sendKey[send] as number);
  const offset = slot < 0 ? -1 : (history.slotOffset[slot] as number);
  const where = slot < 0 ? `in ${key}` : `at offset ${offset} of ${key}`;
  return {
    key,
    ops: [op],
    message: `${valueText(analysis, record)}, acknowledged to ${who(analysis, op)} ${where}, was read by nobody.`,
    detail: { value: history.recordValue[record] as number, offset },
  };
}

/** Keys that were polled, assigned or subscribed to. */
function keysAskedFor({ history }: Analysis): Uint8Array {
  const asked = new Uint8Array(history.keys.length);
  for (const key of history.runKey) asked[key] = 1;
  for (const { keys } of history.placements.values()) for (const key of keys) asked[key] = 1;
  return asked;
}
