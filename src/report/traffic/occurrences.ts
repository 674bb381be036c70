/** Everything that happened in a run in its one true order: its events, and between them the sending and reading of messages. */
import type { RecordedEvent } from '../../engine/events.js';
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfEvent, actorOfProcess, type Actor } from './actors.js';

interface At {
  readonly timeUs: number;
  /** Null for what nobody in the cluster does: faults. */
  readonly actor: Actor | null;
}

export type Occurrence =
  | (At & { readonly kind: 'event'; readonly event: RecordedEvent })
  | (At & { readonly kind: 'sent' | 'received'; readonly message: RecordedMessage });

/** Messages that were lost are sent and never received. */
export function occurrencesOf({ events, traffic }: Pick<RecordedRun, 'events' | 'traffic'>): Occurrence[] {
  const ends = endsInOrder(traffic.messages);
  const out: Occurrence[] = [];
  let next = 0;
  for (const event of events) {
    for (let end = ends[next]; end !== undefined && end.index <= event.index; end = ends[++next]) out.push(end.occurrence);
    out.push({ kind: 'event', timeUs: event.timeUs, actor: actorOfEvent(event), event });
  }
  for (const end of ends.slice(next)) out.push(end.occurrence);
  return out;
}

interface End {
  readonly index: number;
  readonly occurrence: Occurrence;
}

function endsInOrder(messages: readonly RecordedMessage[]): End[] {
  const byOrder: (End | undefined)[] = [];
  for (const message of messages) {
    const { from, to, sentUs, sentIndex, sentOrder, fate, endedUs, endedIndex, endedOrder } = message;
    byOrder[sentOrder] = { index: sentIndex, occurrence: { kind: 'sent', timeUs: sentUs, actor: actorOfProcess(from), message } };
    if (fate !== 'delivered') continue;
    byOrder[endedOrder] = { index: endedIndex, occurrence: { kind: 'received', timeUs: endedUs, actor: actorOfProcess(to), message } };
  }
  return byOrder.filter((end) => end !== undefined);
}
