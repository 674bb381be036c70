/**
 * Everything that happened around a failure, ready to be drawn: lanes, events, messages, lives of processes, cuts. Bounded: of a busy time the messages that bear
 * on the record are all kept, then what was lost or held back, then what is nearest to the failure; how much is left out is counted.
 */
import type { RecordedEvent } from '../../engine/events.js';
import type { NetworkCut, RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { StorySentence } from '../storySentence.js';
import { actorOfEvent, actorOfProcess, compareActors, type Actor } from '../traffic/actors.js';
import { familyOf, type MessageFamily } from '../traffic/messageFamily.js';
import { bearingMessages } from './bearing.js';
import type { SliceMark } from './causalSlice.js';
import { groupOf, signOf, type EventGroup, type Sign } from './eventGroups.js';
import { lanesOfLife, type LaneSpan } from './laneSpans.js';
import type { SpaceTimeFocus } from './SpaceTimeFocus.js';
import { isWithin, timeWindow, type TimeWindow } from './timeWindow.js';

const MOST_LANES = 24;
const MOST_EVENTS = 500;
const MOST_MESSAGES = 1_200;

/** An event of the run, or a moment that only a sentence tells of: what a client was told or saw. */
export interface DrawnEvent {
  /** `event-1234`, or `moment-5` for what the fifth sentence tells. */
  readonly id: string;
  /** -1 for a moment. */
  readonly index: number;
  readonly timeUs: number;
  readonly lane: number;
  /** Type of the event, and its fields; of a moment, the sentence. */
  readonly what: string;
  readonly about: string;
  readonly group: EventGroup;
  readonly sign: Sign;
  /** Number of the sentence that tells of it; 0 for none. */
  readonly sentence: number;
}

export interface DrawnMessage {
  readonly message: RecordedMessage;
  readonly family: MessageFamily;
  readonly fromLane: number;
  readonly toLane: number;
  readonly bears: boolean;
}

/** One direction, or both where nothing passes either way in the same time. */
export interface DrawnCut {
  readonly fromLane: number;
  readonly toLane: number;
  readonly bothWays: boolean;
  readonly fromUs: number;
  readonly toUs: number;
  readonly kind: NetworkCut['kind'];
}

export interface Surroundings {
  readonly window: TimeWindow;
  readonly lanes: readonly Actor[];
  readonly events: readonly DrawnEvent[];
  readonly messages: readonly DrawnMessage[];
  readonly spans: readonly LaneSpan[];
  readonly cuts: readonly DrawnCut[];
  /** What the window holds besides what is drawn. */
  readonly leftOut: { readonly lanes: number; readonly events: number; readonly messages: number };
}

/** @param marks of what led to the failure, empty where nothing failed. */
export function surroundingsOf(
  run: RecordedRun,
  marks: readonly SliceMark[],
  story: readonly StorySentence[],
  focus: SpaceTimeFocus,
): Surroundings {
  const window = timeWindow(run, marks, story, focus);
  const bearing = bearingMessages(run, focus.subject, marks, window);
  const centreUs = Math.min(window.toUs, focus.violation?.timeUs ?? (window.fromUs + window.toUs) / 2);
  const messages = run.traffic.messages.filter((message) => isWithin(message, window));
  const events = run.events.filter(({ timeUs }) => window.fromUs <= timeUs && timeUs <= window.toUs).flatMap((event) => candidate(event));
  const sentences = sentencesByEvent(story);
  const needed = new Set([
    ...marks.map(({ lane }) => lane),
    ...messages.filter(({ id }) => bearing.has(id)).flatMap(({ from, to }) => [actorOfProcess(from), actorOfProcess(to)]),
  ]);
  const { lanes, lanesLeftOut } = chosenLanes(messages, events, needed);
  const laneOf = new Map(lanes.map((lane, i) => [lane, i]));
  const drawnEvents = chosenEvents(events, laneOf, sentences, focus, centreUs);
  const drawnMessages = chosenMessages(run, messages, laneOf, bearing, centreUs);
  return {
    window,
    lanes,
    events: [...drawnEvents, ...moments(story, lanes, window)].sort((a, b) => a.timeUs - b.timeUs || a.index - b.index),
    messages: drawnMessages,
    spans: lanesOfLife(run, lanes, window, focus.subject?.partition ?? ''),
    cuts: drawnCuts(run, laneOf, window),
    leftOut: { lanes: lanesLeftOut, events: events.length - drawnEvents.length, messages: messages.length - drawnMessages.length },
  };
}

/** The first sentence that tells of an event, by the event's index. */
export function sentencesByEvent(story: readonly StorySentence[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  story.forEach(({ eventIndex }, i) => eventIndex < 0 || numbers.has(eventIndex) || numbers.set(eventIndex, i + 1));
  return numbers;
}

interface Candidate {
  readonly event: RecordedEvent;
  readonly actor: Actor;
  readonly group: EventGroup;
}

function candidate(event: RecordedEvent): Candidate[] {
  const [group, actor] = [groupOf(event.type), actorOfEvent(event)];
  return group === null || actor === null ? [] : [{ event, actor, group }];
}

function chosenLanes(
  messages: readonly RecordedMessage[],
  events: readonly Candidate[],
  needed: ReadonlySet<Actor>,
): { readonly lanes: Actor[]; readonly lanesLeftOut: number } {
  const activity = new Map<Actor, number>();
  const count = (actor: Actor): void => void activity.set(actor, (activity.get(actor) ?? 0) + 1);
  for (const { actor } of events) count(actor);
  for (const { from, to } of messages) [from, to].forEach((process) => count(actorOfProcess(process)));
  const worth = (actor: Actor): number => (needed.has(actor) ? 1e9 : 0) + (activity.get(actor) ?? 0);
  const all = [...new Set([...needed, ...activity.keys()])].sort((a, b) => worth(b) - worth(a) || compareActors(a, b));
  const lanes = all.slice(0, MOST_LANES).sort(compareActors);
  return { lanes, lanesLeftOut: all.length - lanes.length };
}

function chosenEvents(
  candidates: readonly Candidate[],
  laneOf: ReadonlyMap<Actor, number>,
  sentences: ReadonlyMap<number, number>,
  { subject }: SpaceTimeFocus,
  centreUs: number,
): DrawnEvent[] {
  const rank = ({ event, group }: Candidate): number => {
    if (sentences.has(event.index)) return 0;
    if (group === 'processes' || event.type === 'log-truncated') return 1;
    if (subject !== null && event.fields['partition'] === subject.partition) return 2;
    return group === 'elections' ? 3 : 4;
  };
  const chosen = nearest(
    candidates.filter(({ actor }) => laneOf.has(actor)),
    rank,
    ({ event }) => event.timeUs,
    centreUs,
    MOST_EVENTS,
  );
  return chosen.map(({ event, actor, group }) => ({
    id: `event-${event.index}`,
    index: event.index,
    timeUs: event.timeUs,
    lane: laneOf.get(actor) ?? 0,
    what: event.type,
    about: Object.entries(event.fields)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    group,
    sign: signOf(event, group),
    sentence: sentences.get(event.index) ?? 0,
  }));
}

/** Sentences that tell of no event, on the lane of the client with whose name they begin. */
function moments(story: readonly StorySentence[], lanes: readonly Actor[], { fromUs, toUs }: TimeWindow): DrawnEvent[] {
  return story.flatMap(({ timeUs, text, eventIndex }, i) => {
    const lane = lanes.findIndex((name) => text.startsWith(`${name} `));
    if (eventIndex >= 0 || lane < 0 || timeUs < fromUs || timeUs > toUs) return [];
    const common = { timeUs, lane, group: 'clients' as const, sign: 'client' as const, sentence: i + 1 };
    return [{ ...common, id: `moment-${i + 1}`, index: -1, what: 'told by the client', about: text }];
  });
}

const LIGHT: ReadonlySet<RecordedMessage['api']> = new Set(['ping', 'Heartbeat', 'ConsumerGroupHeartbeat', 'Metadata', 'read']);

function chosenMessages(
  run: RecordedRun,
  messages: readonly RecordedMessage[],
  laneOf: ReadonlyMap<Actor, number>,
  bearing: ReadonlySet<number>,
  centreUs: number,
): DrawnMessage[] {
  const all = run.traffic.messages;
  const laneFrom = (process: string): number => laneOf.get(actorOfProcess(process)) ?? -1;
  const rank = ({ message: { id, fate, heldUs, api, endedIndex, handledIndex }, family }: DrawnMessage): number => {
    if (bearing.has(id)) return 0;
    if (fate !== 'delivered' || heldUs >= 0) return 1;
    if (family === 'leadership') return 2;
    if (LIGHT.has(api)) return 5;
    return endedIndex < handledIndex ? 3 : 4;
  };
  const drawable = messages
    .map((message): DrawnMessage => ({
      message,
      family: familyOf(message, all),
      fromLane: laneFrom(message.from),
      toLane: laneFrom(message.to),
      bears: bearing.has(message.id),
    }))
    .filter(({ fromLane, toLane }) => fromLane >= 0 && toLane >= 0);
  const most = Math.max(MOST_MESSAGES, bearing.size);
  return nearest(drawable, rank, ({ message }) => message.sentUs, centreUs, most).sort((a, b) => a.message.id - b.message.id);
}

/** The best by rank, and of one rank those nearest in time. */
function nearest<T>(all: readonly T[], rank: (one: T) => number, timeUs: (one: T) => number, centreUs: number, most: number): T[] {
  if (all.length <= most) return [...all];
  const ranked = all.map((one, order) => ({ one, order, rank: rank(one), distance: Math.abs(timeUs(one) - centreUs) }));
  ranked.sort((a, b) => a.rank - b.rank || a.distance - b.distance || a.order - b.order);
  return ranked.slice(0, most).map(({ one }) => one);
}

function drawnCuts({ traffic, timeline }: RecordedRun, laneOf: ReadonlyMap<Actor, number>, window: TimeWindow): DrawnCut[] {
  const drawn = new Map<string, DrawnCut>();
  for (const { from, to, fromUs, toUs, kind } of traffic.cuts) {
    const [fromLane, toLane] = [laneOf.get(actorOfProcess(from)) ?? -1, laneOf.get(actorOfProcess(to)) ?? -1];
    const endUs = toUs < 0 ? timeline.endUs : toUs;
    if (fromLane < 0 || toLane < 0 || fromUs > window.toUs || endUs < window.fromUs) continue;
    const key = (a: number, b: number): string => `${a} ${b} ${fromUs} ${endUs} ${kind}`;
    const back = drawn.get(key(toLane, fromLane));
    if (back !== undefined && fromLane !== toLane) drawn.set(key(toLane, fromLane), { ...back, bothWays: true });
    else drawn.set(key(fromLane, toLane), { fromLane, toLane, bothWays: false, fromUs, toUs: endUs, kind });
  }
  return [...drawn.values()];
}
