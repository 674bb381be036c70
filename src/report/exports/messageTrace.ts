/** Messages as trace events: a moment at the sender, a moment at the reader, and a flow from one to the other. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfProcess } from '../traffic/actors.js';
import { messageText } from '../traffic/messageText.js';
import { span, type TraceEvent, type TraceTracks } from './TraceTracks.js';

/** What was lost has its moment at the sender, with its fate, and no flow. */
export function messageTrace({ traffic, result }: RecordedRun, tracks: TraceTracks): TraceEvent[] {
  const { names } = result.simulation.bus;
  return traffic.messages.flatMap((message) => {
    const { id, sentUs, endedUs, fate, counterpart } = message;
    const [sender, reader] = [
      tracks.thread(actorOfProcess(message.from), 'messages'),
      tracks.thread(actorOfProcess(message.to), 'messages'),
    ];
    const what = message.kind === 'notification' ? message.api : `${message.api} ${message.kind}`;
    const text = messageText(message, names);
    const about = { message: id, ...(text === '' ? {} : { says: text }), ...(counterpart === 0 ? {} : { counterpart }) };
    const sent = moment(sender, `${what} to ${message.to}`, sentUs, fate === 'delivered' ? about : { ...about, fate });
    if (fate !== 'delivered') return [sent];
    const flow = { cat: 'message', name: what, id };
    return [
      sent,
      { ph: 's', ...flow, ...sender, ts: sentUs },
      moment(reader, `${what} from ${message.from}`, endedUs, about),
      { ph: 'f', bp: 'e', ...flow, ...reader, ts: endedUs },
    ];
  });
}

function moment(
  track: Pick<TraceEvent, 'pid' | 'tid'>,
  name: string,
  timeUs: RecordedMessage['sentUs'],
  args: TraceEvent['args'],
): TraceEvent {
  return span(track, 'message', name, { fromUs: timeUs, toUs: timeUs }, args);
}
