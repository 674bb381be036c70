/**
 * inconsistent-offsets: one offset of a key holds two records.
 *
 * Differs from Jepsen: what was *read* at an offset must stay there, whatever `acks` says, because consumers see only what every in-sync replica has; what was only
 * acknowledged there may be replaced where an acknowledgement does not promise to keep it. Jepsen has one rule for both.
 */
import type { Analysis } from '../Analysis.js';
import { counted, keyText, Tally, valueText, who } from '../Anomaly.js';
import { heldAt } from '../Versions.js';

export function inconsistentOffsets(analysis: Analysis): Tally {
  const tally = new Tally('inconsistent-offsets', analysis);
  const { history, versions } = analysis;
  tally.judged = versions.order.rows.length;
  for (const slot of [...versions.conflicts.keys()].sort((a, b) => a - b)) {
    const held = heldAt(versions, slot);
    tally.found(whyNotPromised(analysis, held), () => {
      const key = keyText(analysis, history.slotKey[slot] as number);
      const offset = history.slotOffset[slot] as number;
      const records = held.slice(0, 4).map(({ record, polled }) => {
        const writer = history.recordWriter[record] as number;
        const by = polled ? (versions.reader[record] as number) : writer;
        return {
          record,
          writer,
          by,
          text: `${valueText(analysis, record)} (${polled ? 'read by' : 'acknowledged to'} ${who(analysis, by)})`,
        };
      });
      return {
        key,
        ops: records.map(({ by }) => by),
        message: `offset ${offset} of ${key} holds ${counted(held.length, 'record')}: ${records.map(({ text }) => text).join(', ')}.`,
        detail: { offset, values: records.map(({ record }) => history.recordValue[record] as number) },
      };
    });
  }
  return tally;
}

function whyNotPromised(analysis: Analysis, held: ReturnType<typeof heldAt>): string {
  const { recordWriter } = analysis.history;
  const written = held.filter(({ record }) => (recordWriter[record] as number) >= 0);
  const reasonOf = (type: 'inconsistent-offsets' | 'lost-write', record: number): string =>
    analysis.notPromised(type, recordWriter[record] as number);
  for (const { record, polled } of written) {
    const reason = reasonOf('inconsistent-offsets', record) || (polled ? '' : reasonOf('lost-write', record));
    if (reason !== '') return reason;
  }
  return '';
}
