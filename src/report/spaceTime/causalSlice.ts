/**
 * The few events of a run that the loss of one record is made of: its batch on the way in, its copies, its acknowledgement, the elections and
 * truncations of its partition, the faults of its replicas. Everything else that happened to the cluster is left out.
 */
import type { RecordedEvent } from '../../engine/events.js';

export interface SliceSubject {
  /** `orders-0`. */
  readonly partition: string;
  /** Offset of the record; -1 when nobody told. */
  readonly offset: number;
  /** The client that sent it; empty when the finding concerns no record. */
  readonly client: string;
  /** Value of the record (message id); -1 when the finding concerns none. */
  readonly value: number;
  /** From when on; the send's invocation, say. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** A mark on the lane of one node, and what happened there in a few words. */
export interface SliceMark {
  readonly event: RecordedEvent;
  /** `p1`, `broker 2`, `zookeeper`. */
  readonly lane: string;
  readonly tone: 'plain' | 'good' | 'bad' | 'fault' | 'leader';
  readonly text: string;
  /** Lane and event index that this one came from, where known. */
  from: { readonly lane: string; readonly index: number } | null;
}

/** Marks from before the record was sent: who came to lead, and who went away. */
const PROLOGUE = 12;
const PROLOGUE_TYPES: ReadonlySet<string> = new Set([
  ...['leader-elected', 'became-leader', 'log-truncated', 'log-recovered', 'broker-failure-seen', 'controller-elected'],
  ...['process-died', 'process-started', 'process-paused', 'process-resumed', 'power-lost', 'disk-wiped'],
]);

/** At most `limit` marks, in order of time; what is nearest to the end is kept, and of what repeats itself the first. */
export function causalSlice(events: readonly RecordedEvent[], subject: SliceSubject, limit = 48): SliceMark[] {
  const replicas = replicasOf(events, subject.partition);
  const before: SliceMark[] = [];
  const after: SliceMark[] = [];
  const seen = new Set<string>();
  for (const event of events) {
    if (event.timeUs > subject.toUs) break;
    const isBefore = event.timeUs < subject.fromUs;
    // Everything starts at time 0: that is no news.
    if (isBefore && (event.timeUs === 0 || !PROLOGUE_TYPES.has(event.type))) continue;
    const mark = markOf(event, subject, replicas);
    if (mark === null) continue;
    const text = `${mark.lane} ${mark.text}`;
    if (!isBefore && seen.has(text)) continue;
    if (!isBefore) seen.add(text);
    (isBefore ? before : after).push(mark);
  }
  // The way in (the first third) and the way out.
  const head = Math.floor(limit / 3);
  const kept = after.length <= limit ? after : [...after.slice(0, head), ...after.slice(after.length - (limit - head))];
  const marks = [...before.slice(-PROLOGUE), ...kept];
  connect(marks);
  return marks;
}

type Fields = RecordedEvent['fields'];
const number = (fields: Fields, name: string): number => Number(fields[name] ?? -1);
const broker = (id: number): string => `broker ${id}`;

function replicasOf(events: readonly RecordedEvent[], partition: string): ReadonlySet<number> {
  const replicas = new Set<number>();
  for (const { type, fields } of events) {
    if (fields['partition'] !== partition) continue;
    if (type === 'batch-appended' || type === 'batch-replicated' || type === 'became-follower' || type === 'became-leader')
      replicas.add(number(fields, 'broker'));
  }
  return replicas;
}

function markOf(event: RecordedEvent, subject: SliceSubject, replicas: ReadonlySet<number>): SliceMark | null {
  const { fields } = event;
  if (fields['partition'] === subject.partition) return partitionMark(event, subject);
  const process = String(fields['process'] ?? fields['host'] ?? '');
  const id = /^(?:broker-|b)(\d+)$/.exec(process)?.[1];
  if (id !== undefined && replicas.has(Number(id))) return machineMark(event, broker(Number(id)));
  if (event.type === 'broker-failure-seen' && replicas.has(number(fields, 'broker'))) {
    return mark(event, broker(number(fields, 'controller')), 'leader', `controller sees that broker ${number(fields, 'broker')} is gone`);
  }
  if (event.type === 'controller-elected')
    return mark(event, broker(number(fields, 'broker')), 'leader', `becomes controller (epoch ${number(fields, 'controllerEpoch')})`);
  return null;
}

function mark(event: RecordedEvent, lane: string, tone: SliceMark['tone'], text: string): SliceMark {
  return { event, lane, tone, text, from: null };
}

function machineMark(event: RecordedEvent, lane: string): SliceMark | null {
  switch (event.type) {
    case 'process-died':
      return mark(event, lane, 'fault', `dies (${String(event.fields['cause'])})`);
    case 'process-started':
      return mark(event, lane, 'good', 'starts');
    case 'process-paused':
      return mark(event, lane, 'fault', 'is paused');
    case 'process-resumed':
      return mark(event, lane, 'good', 'runs on');
    case 'power-lost':
      return mark(event, lane, 'fault', 'loses power: what was not flushed is gone');
    case 'disk-wiped':
      return mark(event, lane, 'fault', 'has an empty disk');
    default:
      return null;
  }
}

function partitionMark(event: RecordedEvent, { offset, client, value }: SliceSubject): SliceMark | null {
  const { type, fields } = event;
  const lane = broker(number(fields, 'broker'));
  const epoch = number(fields, 'leaderEpoch');
  const covers = offset >= 0 && number(fields, 'baseOffset') <= offset && offset <= number(fields, 'lastOffset');
  const range = `${number(fields, 'baseOffset')}–${number(fields, 'lastOffset')}`;
  switch (type) {
    case 'batch-sent':
      return fields['client'] === client &&
        number(fields, 'firstValue') <= value &&
        value < number(fields, 'firstValue') + 400 * number(fields, 'records')
        ? mark(event, client, 'plain', `sends a batch of ${number(fields, 'records')} to broker ${number(fields, 'leader')}`)
        : null;
    case 'batch-appended':
      return covers ? mark(event, lane, 'plain', `appends offsets ${range} (epoch ${epoch})`) : null;
    case 'batch-replicated':
      return covers ? mark(event, lane, 'plain', `copies offsets ${range} from broker ${number(fields, 'leader')}`) : null;
    case 'produce-acknowledged':
      return covers ? mark(event, lane, 'good', `acknowledges offsets ${range} (acks=${acksText(number(fields, 'acks'))})`) : null;
    case 'high-watermark-advanced':
      return offset >= 0 && number(fields, 'from') <= offset && offset < number(fields, 'to')
        ? mark(event, lane, 'good', `high watermark passes the record: ${number(fields, 'to')}`)
        : null;
    case 'log-truncated':
      return number(fields, 'from') > number(fields, 'to')
        ? mark(event, lane, 'bad', `truncates from ${number(fields, 'from')} to ${number(fields, 'to')} (${String(fields['reason'])})`)
        : null;
    case 'log-recovered':
      return mark(event, lane, 'plain', `recovers its log up to offset ${number(fields, 'logEndAfter')} (${String(fields['how'])})`);
    case 'became-leader':
      return mark(event, lane, 'leader', `leads with epoch ${epoch} from offset ${number(fields, 'startOffset')}`);
    case 'became-follower': {
      const leader = number(fields, 'leader');
      const whom = leader < 0 ? 'has no leader to follow' : `follows broker ${leader}`;
      return mark(event, lane, 'plain', `${whom} in epoch ${epoch}, log end ${number(fields, 'logEndOffset')}`);
    }
    case 'leader-elected': {
      const leader = number(fields, 'leader');
      const unclean = number(fields, 'unclean') === 1 ? ', unclean' : '';
      const what = leader < 0 ? 'finds no leader' : `elects broker ${leader}`;
      return mark(
        event,
        broker(number(fields, 'controller')),
        'leader',
        `controller ${what} (epoch ${epoch}, ISR ${String(fields['isr'])}${unclean})`,
      );
    }
    case 'isr-change-committed':
      return mark(event, lane, 'plain', `ISR is now ${String(fields['isr'])}`);
    default:
      return null;
  }
}

function acksText(acks: number): string {
  return acks === -1 ? 'all' : String(acks);
}

/** Says where a mark came from: an append from its send, a copy from the leader's append, a leader from its election. */
function connect(marks: readonly SliceMark[]): void {
  marks.forEach((to, i) => {
    const before = marks.slice(0, i).reverse();
    const { type, fields } = to.event;
    const source = before.find(({ event, lane }) => {
      if (type === 'batch-appended') return event.type === 'batch-sent' && number(event.fields, 'leader') === number(fields, 'broker');
      if (type === 'batch-replicated') {
        return (
          lane === broker(number(fields, 'leader')) &&
          event.type.startsWith('batch-') &&
          number(event.fields, 'lastOffset') >= number(fields, 'baseOffset')
        );
      }
      if (type === 'became-leader' || type === 'became-follower') {
        return event.type === 'leader-elected' && number(event.fields, 'leaderEpoch') === number(fields, 'leaderEpoch');
      }
      return false;
    });
    if (source !== undefined && source.lane !== to.lane) to.from = { lane: source.lane, index: source.event.index };
  });
}
