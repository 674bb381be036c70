/**
 * The one stream of what happens inside a run. Everything else (determinism hash, invariants, probes, explanations, timelines)
 * reads it. An event is a type and up to seven whole numbers; text is interned. So an event nobody listens to costs its hash
 * and nothing more: no object is made.
 */
import type { Scheduler } from './Scheduler.js';

/** Field names of an event in order; a leading `#` marks a field that holds an interned name. */
export type FieldNames = readonly string[];

export interface EventType<F extends FieldNames = FieldNames> {
  /** Stable number, part of the hash: never re-used for another event. */
  readonly id: number;
  /** Kebab-case name in the past tense, such as `high-watermark-advanced`. */
  readonly name: string;
  readonly fields: F;
}

type Values<F extends FieldNames> = { [K in keyof F]: number };

const registry = new Map<number, EventType>();
const registryByName = new Map<string, EventType>();

/** Declares an event type; the ids 1-99 are the engine's, 100-199 ZooKeeper's, 200-499 Kafka's, 500-599 the clients', 600-699 the faults'. */
export function defineEvent<const F extends FieldNames>(id: number, name: string, fields: F): EventType<F> {
  if (registry.has(id) || registryByName.has(name)) throw new Error(`event ${id} ${name} is declared twice`);
  const type: EventType<F> = { id, name, fields };
  registry.set(id, type);
  registryByName.set(name, type);
  return type;
}

/** The type of this name, or undefined. */
export function eventTypeNamed(name: string): EventType | undefined {
  return registryByName.get(name);
}

/** Every declared type, by id. */
export function allEventTypes(): EventType[] {
  return [...registry.values()].sort((a, b) => a.id - b.id);
}

/** Receives events of the types that it subscribed to. Values beyond the type's fields are 0. */
export type EventReader = (
  type: EventType,
  timeUs: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
) => void;

/** Text to number and back, so that events are numbers only. 0 is the empty text. */
export class Names {
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly texts: string[] = [''];

  idOf(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      this.ids.set(text, id);
    }
    return id;
  }

  /** The id of a text already seen, or -1: a look-up that leaves the numbering untouched. */
  find(text: string): number {
    return this.ids.get(text) ?? -1;
  }

  text(id: number): string {
    return this.texts[id] ?? `?${id}`;
  }
}

/** A readable copy of one event. */
export interface RecordedEvent {
  readonly index: number;
  readonly timeUs: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, number | string>>;
}

export class EventBus {
  readonly names = new Names();
  /** Events emitted so far. */
  count = 0;

  private hashA = 0x9e3779b9 | 0;
  private hashB = 0x7f4a7c15 | 0;
  private readonly byType: (EventReader[] | undefined)[] = [];
  private readonly everyType: EventReader[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /** Calls `reader` for these types, or for every type when none is given. Readers run in the order of subscription. */
  subscribe(reader: EventReader, types?: readonly EventType[]): void {
    if (types === undefined) {
      this.everyType.push(reader);
      return;
    }
    for (const type of types) (this.byType[type.id] ??= []).push(reader);
  }

  emit<F extends FieldNames>(type: EventType<F>, ...values: Values<F>): void;
  emit(type: EventType, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): void {
    const scheduler = this.scheduler;
    const timeUs = scheduler.nowUs;
    this.count++;
    // The number of scheduler steps goes in too: two runs that differ only in silent steps still differ in their hash.
    let x = mix(this.hashA, type.id);
    let y = mix(this.hashB, timeUs | 0);
    x = mix(x, scheduler.dispatched | 0);
    y = mix(y, a | 0);
    x = mix(x, b | 0);
    y = mix(y, c | 0);
    x = mix(x, d | 0);
    y = mix(y, e | 0);
    x = mix(x, f | 0);
    y = mix(y, g | 0);
    this.hashA = (x + (y << 7)) | 0;
    this.hashB = y ^ (x >>> 3);
    const readers = this.byType[type.id];
    if (readers !== undefined) for (let i = 0; i < readers.length; i++) (readers[i] as EventReader)(type, timeUs, a, b, c, d, e, f, g);
    const every = this.everyType;
    for (let i = 0; i < every.length; i++) (every[i] as EventReader)(type, timeUs, a, b, c, d, e, f, g);
  }

  /** Rolling hash over everything emitted so far, 16 hexadecimal digits. */
  get hash(): string {
    return hex(finish(this.hashA ^ this.count)) + hex(finish(this.hashB));
  }

  /** Turns the numbers of an event back into names. */
  decode(type: EventType, index: number, timeUs: number, values: readonly number[]): RecordedEvent {
    const fields: Record<string, number | string> = {};
    type.fields.forEach((field, i) => {
      const value = values[i] ?? 0;
      if (field.startsWith('#')) fields[field.slice(1)] = this.names.text(value);
      else fields[field] = value;
    });
    return { index, timeUs, type: type.name, fields };
  }
}

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x85ebca6b);
  return Math.imul(h ^ (h >>> 15), 0xc2b2ae35) + 0x27d4eb2f;
}

function finish(hash: number): number {
  let h = hash | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** Keeps every event of a run in flat arrays; decoding waits until somebody asks. */
export class EventRecorder {
  private readonly types: EventType[] = [];
  private readonly times: number[] = [];
  private readonly values: number[] = [];

  constructor(private readonly bus: EventBus) {
    bus.subscribe((type, timeUs, a, b, c, d, e, f, g) => {
      this.types.push(type);
      this.times.push(timeUs);
      this.values.push(a, b, c, d, e, f, g);
    });
  }

  get length(): number {
    return this.types.length;
  }

  typeAt(index: number): EventType {
    return this.types[index] as EventType;
  }

  timeAt(index: number): number {
    return this.times[index] as number;
  }

  at(index: number): RecordedEvent {
    return this.bus.decode(this.typeAt(index), index, this.timeAt(index), this.values.slice(index * 7, index * 7 + 7));
  }

  /** Every event, decoded, in order; optionally only from one index to another (exclusive). */
  slice(from = 0, to: number = this.types.length): RecordedEvent[] {
    const out: RecordedEvent[] = [];
    for (let i = Math.max(0, from); i < Math.min(to, this.types.length); i++) out.push(this.at(i));
    return out;
  }
}

/** One line for people: `12.345678 s high-watermark-advanced broker=1 partition=orders-0 …`. */
export function eventText(event: RecordedEvent): string {
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${value}`);
  return `${(event.timeUs / 1_000_000).toFixed(6)} s ${event.type} ${fields.join(' ')}`.trimEnd();
}

/** Where two recordings of the same scenario part: the first differing event of each, or undefined when they are equal. */
export function firstDivergence(
  left: EventRecorder,
  right: EventRecorder,
): { readonly index: number; readonly left: string; readonly right: string } | undefined {
  const end = Math.max(left.length, right.length);
  for (let i = 0; i < end; i++) {
    const a = i < left.length ? eventText(left.at(i)) : '(the run had ended)';
    const b = i < right.length ? eventText(right.at(i)) : '(the run had ended)';
    if (a !== b) return { index: i, left: a, right: b };
  }
  return undefined;
}
