/** What each event of a run came of: the message that its process was reading when it happened, if it happened at once. */
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';

/** The message by whose reading an event came about; undefined for what timers, disks and faults did. Found in constant time. */
export type CauseOf = (eventIndex: number) => RecordedMessage | undefined;

export function causesIn(messages: readonly RecordedMessage[]): CauseOf {
  const causes = new Map<number, RecordedMessage>();
  for (const message of messages) {
    if (message.fate !== 'delivered') continue;
    for (let index = message.endedIndex; index < message.handledIndex; index++) causes.set(index, message);
  }
  return (eventIndex) => causes.get(eventIndex);
}
