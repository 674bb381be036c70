/**
 * The messages by which the events of the causal slice came about: each event that happened while its process read a message has an arrow from whoever sent it, at
 * the place among the rows where it was sent.
 */
import type { NetworkCut, RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import { actorOfProcess, type Actor } from '../traffic/actors.js';
import type { CauseOf } from '../traffic/causes.js';
import type { SliceMark } from './causalSlice.js';

export interface SliceArrow {
  readonly from: Actor;
  /** Row at which it was sent: 2.5 is between the third and the fourth; -0.5 is before the first. */
  readonly fromRow: number;
  readonly to: Actor;
  /** Like {@link fromRow}. */
  readonly toRow: number;
  /** `Produce`, `Fetch response`. */
  readonly name: string;
  readonly message: RecordedMessage;
}

/** One arrow for each message, to the first row that came of it. */
export function sliceArrows(marks: readonly SliceMark[], causeOf: CauseOf): SliceArrow[] {
  const told = new Set<number>();
  return marks.flatMap(({ event, lane }, toRow) => {
    const message = causeOf(event.index);
    if (message === undefined || actorOfProcess(message.to) !== lane || told.has(message.id)) return [];
    const from = actorOfProcess(message.from);
    if (from === lane) return [];
    told.add(message.id);
    const name = message.kind === 'response' ? `${message.api} response` : message.api;
    return [{ from, fromRow: rowOf(marks, message), to: lane, toRow, name, message }];
  });
}

/** The answers that told producers of an acknowledgement: they lead to no row, as clients tell their applications and nobody else. */
export function acknowledgements(marks: readonly SliceMark[], messages: readonly RecordedMessage[]): SliceArrow[] {
  return marks.flatMap(({ event, lane }, fromRow) => {
    if (event.type !== 'produce-acknowledged') return [];
    const answer = messages.find(
      ({ api, kind, from, sentUs, sentIndex }) =>
        api === 'Produce' && kind === 'response' && sentUs === event.timeUs && sentIndex > event.index && actorOfProcess(from) === lane,
    );
    if (answer === undefined || answer.fate !== 'delivered') return [];
    const toRow = lastRowBefore(marks, answer.endedIndex) + 0.5;
    return [{ from: lane, fromRow, to: actorOfProcess(answer.to), toRow, name: 'Produce response', message: answer }];
  });
}

export interface SliceCut {
  readonly from: Actor;
  readonly to: Actor;
  readonly row: number;
  readonly begins: boolean;
  readonly bothWays: boolean;
  readonly kind: NetworkCut['kind'];
}

/** Where cuts between two of these lanes began and were healed, among the rows. */
export function sliceCuts(marks: readonly SliceMark[], lanes: readonly Actor[], cuts: readonly NetworkCut[]): SliceCut[] {
  const found = new Map<string, SliceCut>();
  for (const { from: fromProcess, to: toProcess, fromUs, toUs, kind } of cuts) {
    const [from, to] = [actorOfProcess(fromProcess), actorOfProcess(toProcess)];
    if (!lanes.includes(from) || !lanes.includes(to) || from === to) continue;
    for (const [timeUs, begins] of [
      [fromUs, true],
      [toUs, false],
    ] as const) {
      const row = marks.filter(({ event }) => event.timeUs <= timeUs).length - 0.5;
      if (row < 0 || row > marks.length - 1 || timeUs < 0) continue;
      const back = found.get(`${to} ${from} ${timeUs}`);
      if (back !== undefined) found.set(`${to} ${from} ${timeUs}`, { ...back, bothWays: true });
      else found.set(`${from} ${to} ${timeUs}`, { from, to, row, begins, bothWays: false, kind });
    }
  }
  return [...found.values()];
}

/** An event that the sender told of as it sent has its own row; otherwise it was between two rows. */
function rowOf(marks: readonly SliceMark[], { sentIndex, sentUs, from }: RecordedMessage): number {
  const last = lastRowBefore(marks, sentIndex);
  const before = marks[last];
  const isItself = before !== undefined && before.event.timeUs === sentUs && before.lane === actorOfProcess(from);
  return isItself ? last : last + 0.5;
}

function lastRowBefore(marks: readonly SliceMark[], index: number): number {
  const next = marks.findIndex(({ event }) => event.index >= index);
  return (next < 0 ? marks.length : next) - 1;
}
