/** Messages as trace events: a moment at the sender, a moment at the reader, and a flow from one to the other. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfProcess } from '../traffic/actors.js';
import { messageText } from '../traffic/messageText.js';
import { span, type TraceEvent, type TraceTracks } from './TraceTracks.js';

/** What was lost has its moment at the sender, with its fate, and no flow. */
export function* messageTrace({ traffic, result }: RecordedRun, tracks: TraceTracks): Generator<TraceEvent> {
  const { names } = result.simulation.bus;
  for (const message of traffic.messages) {
    const { id, sentUs, endedUs, fate, counterpart, from, to } = message;
    const [sender, reader] = [tracks.thread(actorOfProcess(from), 'messages'), tracks.thread(actorOfProcess(to), 'messages')];
    const what = message.kind === 'notification' ? message.api : `${message.api} ${message.kind}`;
    const text = messageText(message, names);
    const about = { message: id, ...(text === '' ? {} : { says: text }), ...(counterpart === 0 ? {} : { counterpart }) };
    yield moment(sender, `${what} to ${to}`, sentUs, fate === 'delivered' ? about : { ...about, fate });
    if (fate !== 'delivered') continue;
    const flow = { cat: 'message', name: what, id };
    yield { ph: 's', ...flow, ...sender, ts: sentUs };
    // What it says is told at the sender.
    yield moment(reader, `${what} from ${from}`, endedUs, { message: id });
    yield { ph: 'f', bp: 'e', ...flow, ...reader, ts: endedUs };
  }
}

function moment(
  track: Pick<TraceEvent, 'pid' | 'tid'>,
  name: string,
  timeUs: RecordedMessage['sentUs'],
  args: TraceEvent['args'],
): TraceEvent {
  return span(track, 'message', name, { fromUs: timeUs, toUs: timeUs }, args);
}
