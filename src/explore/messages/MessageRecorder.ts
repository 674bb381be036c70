/**
 * Writes down every message of a run while it happens, cheaply: numbers in arrays and a reference to what was sent. What it was, and which answer belongs to
 * which request, is found out by `finish`. A message is never changed once it is sent, so a reference is as good as a copy.
 */
import type { EventBus } from '../../engine/events.js';
import type { Host, Process, Socket } from '../../engine/Host.js';
import type { MessageLoss, MessageObserver } from '../../engine/MessageObserver.js';
import type { Scheduler } from '../../engine/Scheduler.js';
import { classified, type MessageClass } from './classified.js';
import type { MessageFate, NetworkCut, RecordedMessage, Traffic } from './RecordedMessage.js';

interface Note {
  readonly sender: Socket;
  readonly receiver: Socket;
  readonly content: unknown;
  readonly sentUs: number;
  readonly sentIndex: number;
  readonly sentOrder: number;
  heldUs: number;
  fate: MessageFate;
  endedUs: number;
  endedIndex: number;
  endedOrder: number;
  handledIndex: number;
}

type OpenCut = { -readonly [K in keyof NetworkCut]: NetworkCut[K] };

export class MessageRecorder implements MessageObserver {
  private readonly notes: Note[] = [];
  private readonly cuts: OpenCut[] = [];
  /** Numbers of messages that a process has not read or lost yet, by process. */
  private readonly unread = new Map<Process, Set<number>>();
  private order = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly bus: EventBus,
  ) {}

  sent(sender: Socket, receiver: Socket, content: unknown): number {
    const [sentUs, sentIndex, sentOrder] = [this.scheduler.nowUs, this.bus.count, this.order++];
    const ended = { heldUs: -1, fate: 'under-way' as const, endedUs: -1, endedIndex: -1, endedOrder: -1, handledIndex: -1 };
    return this.notes.push({ sender, receiver, content, sentUs, sentIndex, sentOrder, ...ended });
  }

  held(message: number): void {
    const note = this.note(message);
    if (note.heldUs < 0) note.heldUs = this.scheduler.nowUs;
  }

  received(message: number): void {
    this.end(message, 'delivered');
  }

  handled(message: number): void {
    this.note(message).handledIndex = this.bus.count;
  }

  lost(message: number, why: MessageLoss): void {
    this.end(message, why);
  }

  waits(message: number, reader: Process): void {
    let waiting = this.unread.get(reader);
    if (waiting === undefined) this.unread.set(reader, (waiting = new Set()));
    waiting.add(message);
  }

  died(process: Process): void {
    for (const message of this.unread.get(process) ?? []) if (this.note(message).endedUs < 0) this.end(message, 'reader-died');
    this.unread.delete(process);
  }

  cut(from: Host, to: Host): void {
    this.cuts.push({ from: nameOf(from), to: nameOf(to), fromUs: this.scheduler.nowUs, toUs: -1, kind: 'link' });
  }

  healed(from: Host, to: Host): void {
    this.endCut(from, to, 'link');
  }

  stalled(from: Host, to: Host): void {
    this.cuts.push({ from: nameOf(from), to: nameOf(to), fromUs: this.scheduler.nowUs, toUs: -1, kind: 'connections' });
  }

  resumed(from: Host, to: Host): void {
    this.endCut(from, to, 'connections');
  }

  finish(): Traffic {
    const pairing = new Pairing();
    const classes = this.notes.map((note, i) => pairing.classify(note, i + 1));
    const messages = this.notes.map(({ sender, receiver, ...note }, i): RecordedMessage => {
      const to = receiver.incarnation < 0 ? nameOf(sender.remote) : receiver.process.name;
      const { protocol, api, kind } = classes[i] as MessageClass;
      return { id: i + 1, from: sender.process.name, to, protocol, api, kind, counterpart: pairing.counterparts.get(i + 1) ?? 0, ...note };
    });
    return { messages, cuts: this.cuts };
  }

  private note(message: number): Note {
    return this.notes[message - 1] as Note;
  }

  private end(message: number, fate: MessageFate): void {
    const note = this.note(message);
    note.fate = fate;
    note.endedUs = this.scheduler.nowUs;
    note.endedIndex = this.bus.count;
    note.handledIndex = this.bus.count;
    note.endedOrder = this.order++;
  }

  /** The oldest cut of this kind that is still there: what stalls twice resumes twice. */
  private endCut(from: Host, to: Host, kind: NetworkCut['kind']): void {
    const [fromName, toName] = [nameOf(from), nameOf(to)];
    const cut = this.cuts.find((one) => one.toUs < 0 && one.kind === kind && one.from === fromName && one.to === toName);
    if (cut !== undefined) cut.toUs = this.scheduler.nowUs;
  }
}

/** Of the one process that a machine runs in every cluster that is built here, or else its own. */
function nameOf(host: Host): string {
  return host.processes[0]?.name ?? host.name;
}

/** Answers find their requests by connection and number; ZooKeeper's greetings and pings, which have none, in order. */
class Pairing {
  readonly counterparts = new Map<number, number>();
  /** By the asking end of a connection: what waits for its answer. */
  private readonly asked = new Map<Socket, Map<number | string, number[]>>();

  classify({ sender, receiver, content }: Note, id: number): MessageClass {
    const classOf = classified(sender.service, content);
    const { kind, pairKey } = classOf;
    if (pairKey === null) return classOf;
    if (kind === 'request') this.waiting(sender, pairKey).push(id);
    else this.pair(id, this.waiting(receiver, pairKey).shift());
    const api = kind === 'response' ? this.askedBy(id)?.api : undefined;
    this.classes.set(id, classOf);
    return api === undefined ? classOf : { ...classOf, api };
  }

  private readonly classes = new Map<number, MessageClass>();

  private askedBy(id: number): MessageClass | undefined {
    const request = this.counterparts.get(id);
    return request === undefined ? undefined : this.classes.get(request);
  }

  private pair(response: number, request: number | undefined): void {
    if (request === undefined) return;
    this.counterparts.set(response, request);
    this.counterparts.set(request, response);
  }

  private waiting(end: Socket, key: number | string): number[] {
    let byKey = this.asked.get(end);
    if (byKey === undefined) this.asked.set(end, (byKey = new Map()));
    let ids = byKey.get(key);
    if (ids === undefined) byKey.set(key, (ids = []));
    return ids;
  }
}
