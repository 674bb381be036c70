/**
 * What a run did, as a set of tokens: which kinds of events followed each other at the same node, and about the same partition, group or
 * transaction. After Mallory (Meng et al., CCS 2023), which summarizes a run by the happens-before pairs of its events, and P's feedback strategies, which
 * hash "the receiver saw A before B"; how often a pair came goes in as a power of two, as AFL counts edges.
 *
 * Tokens know no ids: what broker 1 did is the same as if broker 2 had done it. They do know why (reasons, errors, states). Left out: faults themselves,
 * which would make everything look new that was merely struck otherwise.
 */
import type { EventBus, EventType, Names } from '../../engine/events.js';
import { scramble, sketchOf, type Sketch } from './MinHash.js';

/** Fields that tell kinds of one event apart. */
const TELLING: ReadonlySet<string> = new Set(['#reason', '#error', '#from', '#to', '#how', '#outcome', '#policy', '#result', '#cause']);
/** Fields that say what an event is about, apart from who it happened to. */
const SUBJECTS: ReadonlySet<string> = new Set(['#partition', '#group', '#transactionalId']);
/** Event types from here on are the faults'. */
const FAULT_EVENTS = 600;

/** Where an event type's subject and telling fields are. */
interface Layout {
  readonly subject: number;
  readonly telling: readonly number[];
  /** Before the names of its first field, so that broker 1 and the name number 1 stay apart. */
  readonly actorSpace: number;
}

export class Fingerprint {
  private readonly layouts: (Layout | undefined)[] = [];
  private readonly textHashes: number[] = [];
  /** The last kind of event by node or subject. */
  private readonly last = new Map<number, number>();
  private readonly pairs = new Map<number, number>();

  constructor(bus: EventBus) {
    bus.subscribe((type, _timeUs, ...values) => {
      if (type.id < FAULT_EVENTS) this.take(type, values, bus.names);
    });
  }

  /** The set so far: pairs of kinds, each with the power of two that its count reaches. */
  tokens(): number[] {
    return [...this.pairs].map(([pair, count]) => scramble(pair ^ (32 - Math.clz32(count))));
  }

  sketch(): Sketch {
    return sketchOf(this.tokens());
  }

  private take(type: EventType, values: readonly number[], names: Names): void {
    const layout = (this.layouts[type.id] ??= layoutOf(type));
    let kind = scramble(type.id);
    for (const field of layout.telling) kind = scramble(kind ^ this.textHash(names, values[field] as number));
    this.follow(layout.actorSpace + (values[0] as number), kind, 0);
    if (layout.subject >= 0) this.follow(SUBJECT_SPACE + (values[layout.subject] as number), kind, 1);
  }

  /** What comes again and again counts once. */
  private follow(where: number, kind: number, scope: number): void {
    const before = this.last.get(where);
    if (before === kind) return;
    this.last.set(where, kind);
    if (before === undefined) return;
    const pair = scramble(before ^ scramble(kind + scope));
    this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
  }

  /** Numbers of names differ from run to run: their texts do not. */
  private textHash(names: Names, id: number): number {
    return (this.textHashes[id] ??= hashOf(names.text(id)));
  }
}

const NAME_SPACE = 1_000_000_000;
const SUBJECT_SPACE = 2_000_000_000;
const SESSION_SPACE = 3_000_000_000;

function layoutOf({ fields }: EventType): Layout {
  return {
    subject: fields.findIndex((field) => SUBJECTS.has(field)),
    telling: fields.flatMap((field, i) => (TELLING.has(field) ? [i] : [])),
    actorSpace: fields[0]?.startsWith('#') === true ? NAME_SPACE : fields[0] === 'session' ? SESSION_SPACE : 0,
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
