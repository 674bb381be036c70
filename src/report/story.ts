/**
 * The biography of a record that was lost, changed, duplicated or reordered: from a recorded run, one finding and the clients' history to
 * sentences in order of time. Only what touches the record is told: its way in, its copies, its acknowledgement, and then the faults,
 * elections and truncations of its partition while a copy is left to lose. A finding that concerns no record gets the last moments of its
 * partition.
 */
import type { RecordedEvent } from '../engine/events.js';
import type { Finding } from '../check/Finding.js';
import type { History, SendRecord } from '../check/history.js';
import { concernsDelivery, tellDelivery } from './deliveryStory.js';
import { counted } from './numbers.js';
import { repeatedRefusals } from './refusals.js';
import type { StorySentence } from './storySentence.js';

export type { StorySentence } from './storySentence.js';

export interface StoryInput {
  readonly events: readonly RecordedEvent[];
  readonly history: History;
  readonly finding: Finding;
  /** `orders-0`, the finding's partition; empty when it concerns none. */
  readonly partition: string;
  /** `acks` of a producer client: -1 all. */
  readonly acksOf: (client: string) => number;
}

/** Without a record to follow: how long before the finding the story begins. */
const LAST_MOMENTS_US = 5_000_000;
const MOST_SENTENCES = 60;
const MOST_BACKGROUND = 30;

export function tellStory(input: StoryInput): StorySentence[] {
  const { finding, history } = input;
  const earlier = Number(finding.witness['earlierValue'] ?? finding.witness['valueB'] ?? -1);
  const values = [...new Set([finding.value, earlier])].filter((value) => value >= 0 && value < history.sends.length);
  const biographies = values.map((value) => new Biography(input, history.send(value)).tell());
  if (concernsDelivery(finding)) biographies.push(tellDelivery(input));
  if (biographies.length === 0) biographies.push(lastMoments(input));
  return [...inOrder(biographies.flat()).slice(0, MOST_SENTENCES), verdict(input)];
}

/** By time, then by event; what two biographies share is told once. */
function inOrder(sentences: readonly StorySentence[]): StorySentence[] {
  const told = new Set<string>();
  const isShorter = ({ text, eventIndex }: StorySentence): boolean =>
    sentences.some((other) => other.eventIndex === eventIndex && other.text !== text && other.text.startsWith(text.slice(0, -1)));
  const once = sentences.filter((sentence) => {
    const { text, eventIndex } = sentence;
    if (eventIndex >= 0 && isShorter(sentence)) return false;
    const key = `${eventIndex} ${text}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
  return once
    .map((sentence, order) => ({ sentence, order }))
    .sort((a, b) => a.sentence.timeUs - b.sentence.timeUs || a.order - b.order)
    .map(({ sentence }) => sentence);
}

/** Without a record to follow: from the first fault on, if that is no long story. */
function lastMoments(input: StoryInput): StorySentence[] {
  const { events, finding } = input;
  const nearUs = Math.min(finding.timeUs, healingUs(events)) - LAST_MOMENTS_US;
  const firstFaultUs = events.find(({ type }) => type === 'fault-began')?.timeUs ?? nearUs;
  const whole = new Biography(input, null, Math.min(firstFaultUs, nearUs)).tell();
  return whole.length <= MOST_BACKGROUND ? whole : new Biography(input, null, nearUs).tell();
}

function verdict({ finding, events }: StoryInput): StorySentence {
  const timeUs = Math.max(finding.timeUs, events[events.length - 1]?.timeUs ?? 0);
  const text = asSentence(finding.message);
  return { timeUs, text, eventIndex: -1, broker: -1 };
}

/** With a capital letter, unless it begins with somebody's name: `p1` and `orders-0` are written as they are. */
function asSentence(text: string): string {
  return /^(broker|controller|fault|the|message|replica|after)\b/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** One append of the record: with retries there may be several. */
interface Place {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  /** Of the record itself. */
  readonly offset: number;
  committed: boolean;
  overwritten: boolean;
}

type Fields = RecordedEvent['fields'];
const num = (fields: Fields, name: string): number => Number(fields[name] ?? -1);
const str = (fields: Fields, name: string): string => String(fields[name] ?? '');

class Biography {
  private readonly sentences: StorySentence[] = [];
  private readonly places: Place[] = [];
  /** Broker to the place whose copy it holds. */
  private readonly holders = new Map<number, Place>();
  /** Brokers that held it, lead, or are in sync: whose faults matter. */
  private readonly involved = new Set<number>();
  private readonly firstValue: number;
  /** When a broker last appended its batch. */
  private readonly lastAppendUs: number;
  private readonly indexInBatch: number;
  private readonly refusals: ReadonlyMap<number, number>;
  private lastIsr = '';
  private acknowledged = false;
  private over = false;

  constructor(
    private readonly input: StoryInput,
    private readonly send: SendRecord | null,
    private readonly sinceUs = 0,
  ) {
    this.firstValue = send === null ? -1 : this.findBatch(send);
    this.indexInBatch = send === null ? 0 : this.positionInBatch(send);
    const isAppend = ({ type, fields }: RecordedEvent): boolean =>
      type === 'batch-appended' && num(fields, 'firstValue') === this.firstValue;
    this.refusals = repeatedRefusals(input.events.filter(({ fields }) => this.isOfBatch(fields)));
    this.lastAppendUs = input.events.reduce((latestUs, event) => (isAppend(event) ? event.timeUs : latestUs), -1);
  }

  tell(): StorySentence[] {
    const { send, input } = this;
    const { events } = input;
    const fromUs = send?.invokedUs ?? this.sinceUs;
    if (send !== null) {
      this.tellMissedElection(fromUs);
      this.tellSend(send);
    }
    for (const fault of activeFaults(events, fromUs)) this.tellFault(fault);
    for (const event of events) {
      if (this.over || this.isToldBefore(event)) break;
      const repeated = this.refusals.get(event.index);
      if (repeated !== undefined) this.tellRefusals(event, repeated);
      else if (event.timeUs < fromUs) this.remember(event);
      else this.tellEvent(event);
    }
    return this.sentences;
  }

  /**
   * A broker that does not know that it leads no longer, and yet takes the record or is asked to: the story begins with the election that it missed, and with what
   * kept it from hearing of it.
   */
  private tellMissedElection(fromUs: number): void {
    const { events, partition } = this.input;
    const isElection = ({ type, timeUs, fields }: RecordedEvent): boolean =>
      type === 'leader-elected' && timeUs < fromUs && fields['partition'] === partition;
    const election = events.filter(isElection).at(-1);
    const { broker: leader, leaderEpoch } = this.firstAsked();
    if (election === undefined || leader < 0 || num(election.fields, 'leader') === leader) return;
    // It was elected later, and no zombie.
    if (leaderEpoch > num(election.fields, 'leaderEpoch')) return;
    const isOfLeader = ({ type, timeUs, fields }: RecordedEvent): boolean =>
      timeUs < election.timeUs && MISSING_TYPES.has(type) && brokerOf(fields) === leader;
    const missing = events.filter(isOfLeader).at(-1);
    this.involved.add(leader);
    if (missing !== undefined && missing.timeUs > 0) this.tellMachine(missing);
    this.elected(election);
  }

  private isOfBatch(fields: Fields): boolean {
    return this.firstValue >= 0 && fields['partition'] === this.input.partition && num(fields, 'firstValue') === this.firstValue;
  }

  /** The broker that appended the record first, or else the one it was sent to first, and the leader epoch if it appended; -1 when there is none. */
  private firstAsked(): { readonly broker: number; readonly leaderEpoch: number } {
    const { events } = this.input;
    const appended = events.find(({ type, fields }) => type === 'batch-appended' && this.isOfBatch(fields));
    if (appended !== undefined) return { broker: num(appended.fields, 'broker'), leaderEpoch: num(appended.fields, 'leaderEpoch') };
    const sent = events.find(({ type, fields }) => type === 'batch-sent' && this.isOfBatch(fields));
    return { broker: sent === undefined ? -1 : num(sent.fields, 'leader'), leaderEpoch: -1 };
  }

  /** Neither this event nor what follows belongs to the story. */
  private isToldBefore({ index, timeUs }: RecordedEvent): boolean {
    const { send, places } = this;
    const { finding } = this.input;
    if (send === null) return timeUs > finding.timeUs || (finding.eventIndex >= 0 && index > finding.eventIndex);
    const completedUs = Math.max(send.invokedUs, send.completedUs);
    if (finding.kind === 'duplicate-record' || finding.kind === 'producer-order-violated' || concernsDelivery(finding))
      return timeUs > Math.max(completedUs, this.lastAppendUs);
    return places.length === 0 && timeUs > completedUs + LAST_MOMENTS_US;
  }

  // ------------------------------------------------------------ what the clients saw

  private tellSend(send: SendRecord): void {
    const acks = acksText(this.input.acksOf(send.client));
    this.say(send.invokedUs, `${send.client} sends message ${send.value} to ${this.input.partition || send.topic} with ${acks}.`);
    if (send.outcome === 'ok') {
      const offset = send.offset >= 0 ? `: offset ${send.offset}` : ', which no broker confirmed';
      this.say(send.completedUs, `${send.client} reports message ${send.value} as sent${offset}.`);
    } else if (send.outcome !== 'pending') {
      this.say(send.completedUs, `${send.client} reports message ${send.value} as ${send.outcome} (${send.error}).`);
    }
    const read = this.input.history.polls.find((poll) => poll.values.includes(send.value));
    if (read === undefined) return;
    this.say(read.timeUs, `${read.client} reads message ${send.value} at offset ${read.offsets[read.values.indexOf(send.value)] ?? -1}.`);
  }

  /** First value of the batch that holds the record: the closest one before it that the same client had sent or a broker appended. */
  private findBatch(send: SendRecord): number {
    const { events, history, partition } = this.input;
    let first = -1;
    for (const { type, fields } of events) {
      if ((type !== 'batch-appended' && type !== 'batch-sent') || fields['partition'] !== partition) continue;
      const value = num(fields, 'firstValue');
      if (value > first && value <= send.value && history.sends[value]?.client === send.client) first = value;
    }
    return first;
  }

  private positionInBatch(send: SendRecord): number {
    let position = 0;
    for (let value = this.firstValue; value < send.value && value >= 0; value++) {
      const other = this.input.history.sends[value];
      if (other !== undefined && other.client === send.client && other.partition === send.partition) position++;
    }
    return position;
  }

  // ------------------------------------------------------------ events

  private tellEvent(event: RecordedEvent): void {
    if (event.fields['partition'] === this.input.partition && this.input.partition !== '') {
      if (this.send !== null && event.fields['client'] === this.send.client) this.tellProducer(event);
      else if (this.send !== null) this.tellRecord(event, this.send);
      this.tellPartition(event);
    } else if (event.type === 'fault-began') this.tellFault(event);
    else this.tellMachine(event);
  }

  /** Before the story: who leads and who is in sync. */
  private remember(event: RecordedEvent): void {
    if (event.fields['partition'] !== this.input.partition) return;
    if (event.type === 'became-leader' || event.type === 'became-follower') this.involved.add(num(event.fields, 'broker'));
    if (event.fields['isr'] !== undefined && event.type !== 'isr-change-proposed') this.lastIsr = str(event.fields, 'isr');
  }

  private tellProducer({ type, fields, timeUs, index }: RecordedEvent): void {
    if (num(fields, 'firstValue') !== this.firstValue) return;
    const attempt = num(fields, 'attempt');
    if (type === 'batch-sent')
      this.say(timeUs, `${str(fields, 'client')} sends its batch to broker ${num(fields, 'leader')}, attempt ${attempt + 1}.`, index);
    else if (type === 'batch-retried')
      this.say(timeUs, `${str(fields, 'client')} will send the batch again: ${str(fields, 'error')}.`, index);
  }

  private tellRefusals({ timeUs, fields, index }: RecordedEvent, times: number): void {
    if (times === 0) return;
    const error = str(fields, 'error');
    this.say(
      timeUs,
      `${this.send?.client ?? ''} tries again ${times === 1 ? 'once' : `${times} times`}, with the same answer: ${error}.`,
      index,
    );
  }

  private tellRecord(event: RecordedEvent, send: SendRecord): void {
    const { type, fields, timeUs, index } = event;
    const broker = num(fields, 'broker');
    switch (type) {
      case 'batch-appended':
        this.appended(event, send);
        break;
      case 'produce-refused':
        if (num(fields, 'firstValue') === this.firstValue)
          this.say(timeUs, `broker ${broker} refuses it: ${str(fields, 'error')}.`, index, broker);
        break;
      case 'batch-replicated': {
        const place = this.placeOf(fields);
        if (place === undefined) break;
        this.holders.set(broker, place);
        this.say(timeUs, `broker ${broker} copies message ${send.value} from broker ${num(fields, 'leader')}.`, index, broker);
        break;
      }
      case 'high-watermark-advanced': {
        const place = this.holders.get(broker);
        const to = num(fields, 'to');
        if (place === undefined || place.committed || to <= place.offset) break;
        place.committed = true;
        this.say(
          timeUs,
          `the high watermark of leader ${broker} passes it (${num(fields, 'from')} to ${to}): it is committed.`,
          index,
          broker,
        );
        break;
      }
      case 'produce-acknowledged':
        this.acknowledgedBy(event, send);
        break;
      default:
    }
  }

  private appended({ fields, timeUs, index }: RecordedEvent, send: SendRecord): void {
    const broker = num(fields, 'broker');
    const baseOffset = num(fields, 'baseOffset');
    const lastOffset = num(fields, 'lastOffset');
    const leaderEpoch = num(fields, 'leaderEpoch');
    if (num(fields, 'firstValue') === this.firstValue) {
      const offset = Math.min(lastOffset, baseOffset + this.indexInBatch);
      const again = this.places.length > 0 ? ' again' : '';
      const place = { baseOffset, lastOffset, leaderEpoch, offset, committed: false, overwritten: false };
      this.places.push(place);
      this.holders.set(broker, place);
      this.involved.add(broker);
      this.say(
        timeUs,
        `broker ${broker}, leader in epoch ${leaderEpoch}, appends message ${send.value}${again} at offset ${offset}.`,
        index,
        broker,
      );
      return;
    }
    const replaced = this.places.find(
      (place) => baseOffset <= place.offset && place.offset <= lastOffset && leaderEpoch > place.leaderEpoch,
    );
    if (replaced === undefined || replaced.overwritten) return;
    replaced.overwritten = true;
    this.say(
      timeUs,
      `broker ${broker}, leader in epoch ${leaderEpoch}, writes other records over offset ${replaced.offset}.`,
      index,
      broker,
    );
    this.over = this.holders.size === 0;
  }

  private acknowledgedBy({ fields, timeUs, index }: RecordedEvent, send: SendRecord): void {
    const broker = num(fields, 'broker');
    const place = this.holders.get(broker);
    if (place === undefined || place.baseOffset !== num(fields, 'baseOffset')) return;
    this.acknowledged = true;
    const holders = [...this.holders.keys()].sort((a, b) => a - b);
    const held = holders.length === 1 ? 'while no other broker holds it' : `held by brokers ${holders.join(', ')}`;
    const text = `broker ${broker} acknowledges message ${send.value} (${acksText(num(fields, 'acks'))}), ${counted(num(fields, 'isrSize'), 'replica')} in sync, ${held}.`;
    this.say(timeUs, text, index, broker);
  }

  private tellPartition(event: RecordedEvent): void {
    const { type, fields, timeUs, index } = event;
    const broker = num(fields, 'broker');
    const { partition } = this.input;
    switch (type) {
      case 'leader-elected':
        this.elected(event);
        break;
      case 'isr-altered':
      case 'isr-change-committed':
        this.isrIs(str(fields, 'isr'), timeUs, index);
        break;
      case 'became-leader': {
        this.involved.add(broker);
        const without = this.acknowledged && !this.holders.has(broker) ? ', without the message' : '';
        const text = `broker ${broker} leads ${partition} in epoch ${num(fields, 'leaderEpoch')} with its log ending at ${num(fields, 'startOffset')}${without}.`;
        this.say(timeUs, text, index, broker);
        break;
      }
      case 'log-truncated': {
        const keeps = this.holders.has(broker);
        const lost = this.dropCopy(broker, num(fields, 'to'));
        // What was cut too little matters where logs differ, and nowhere else.
        if (!lost && this.send !== null && !(keeps && this.input.finding.guarantee === 'no-divergence')) break;
        const kept = !lost && keeps ? ` and keeps message ${this.send?.value ?? -1}` : '';
        const why = reasonText(str(fields, 'reason'));
        this.say(
          timeUs,
          `broker ${broker} truncates ${partition} from ${num(fields, 'from')} to ${num(fields, 'to')} (${why})${kept}${this.copyGone(lost)}.`,
          index,
          broker,
        );
        break;
      }
      case 'log-recovered': {
        const lost = this.dropCopy(broker, num(fields, 'logEndAfter'));
        if (lost)
          this.say(
            timeUs,
            `broker ${broker} comes back with its log ending at ${num(fields, 'logEndAfter')}${this.copyGone(lost)}.`,
            index,
            broker,
          );
        break;
      }
      case 'replica-stopped':
        if (num(fields, 'deleted') === 1 && this.holders.delete(broker)) {
          this.say(timeUs, `broker ${broker} deletes its replica${this.copyGone(true)}.`, index, broker);
        }
        break;
      default:
    }
  }

  private elected({ fields, timeUs, index }: RecordedEvent): void {
    const controller = num(fields, 'controller');
    const leader = num(fields, 'leader');
    const how = num(fields, 'unclean') === 1 ? ' uncleanly' : '';
    const { partition } = this.input;
    const what = leader < 0 ? `leaves ${partition} without a leader` : `elects broker ${leader}${how} to lead ${partition}`;
    this.lastIsr = str(fields, 'isr');
    const text = `controller ${controller} ${what} in epoch ${num(fields, 'leaderEpoch')}, ISR {${this.lastIsr}}.`;
    this.say(timeUs, text, index, controller);
  }

  private isrIs(isr: string, timeUs: number, index: number): void {
    if (isr === this.lastIsr) return;
    this.lastIsr = isr;
    this.say(timeUs, `the ISR of ${this.input.partition} is now {${isr}}.`, index);
  }

  private tellMachine({ type, fields, timeUs, index }: RecordedEvent): void {
    const text = machineTexts[type];
    if (text === undefined) return;
    const broker = brokerOf(fields);
    if (!this.involved.has(broker)) return;
    const lost = type === 'disk-wiped' && this.holders.delete(broker);
    this.say(timeUs, `broker ${broker} ${text(fields)}${this.copyGone(lost)}.`, index, broker);
  }

  private tellFault({ fields, timeUs, index }: RecordedEvent): void {
    const targets = str(fields, 'targets').replaceAll(/,\s*/g, ', ');
    this.say(timeUs, `fault ${str(fields, 'id')} begins: ${str(fields, 'kind')}${targets === '' ? '' : ` of ${targets}`}.`, index);
  }

  // ------------------------------------------------------------ copies

  private placeOf(fields: Fields): Place | undefined {
    const [base, last, epoch] = [num(fields, 'baseOffset'), num(fields, 'lastOffset'), num(fields, 'leaderEpoch')];
    return this.places.find((place) => place.baseOffset === base && place.lastOffset === last && place.leaderEpoch === epoch);
  }

  private dropCopy(broker: number, logEnd: number): boolean {
    const place = this.holders.get(broker);
    return place !== undefined && place.offset >= logEnd && this.holders.delete(broker);
  }

  private copyGone(lost: boolean): string {
    if (!lost || this.send === null) return '';
    this.over = this.holders.size === 0;
    return this.holders.size === 0
      ? `: the last copy of message ${this.send.value} is gone`
      : `: its copy of message ${this.send.value} is gone`;
  }

  private say(timeUs: number, text: string, eventIndex = -1, broker = -1): void {
    this.sentences.push({ timeUs, text: asSentence(text), eventIndex, broker });
  }
}

/** What keeps a broker from hearing that another one leads. */
const MISSING_TYPES: ReadonlySet<string> = new Set(['process-died', 'process-paused', 'power-lost', 'broker-session-expired']);

/** The broker that an event of a machine, a process or a session happened to; -1 for others. */
function brokerOf(fields: Fields): number {
  const name = str(fields, 'process') === '' ? str(fields, 'host') : str(fields, 'process');
  return Number(/^(?:broker-|b)(\d+)$/.exec(name)?.[1] ?? num(fields, 'broker'));
}

const machineTexts: { readonly [type: string]: ((fields: Fields) => string) | undefined } = {
  'process-died': (fields) => `dies (${str(fields, 'cause')})`,
  'process-started': () => 'starts',
  'process-paused': () => 'is paused',
  'process-resumed': () => 'runs on',
  'power-lost': () => 'loses power: what it had not flushed is gone',
  'disk-wiped': () => 'has an empty disk',
  'broker-session-expired': () => 'learns that its ZooKeeper session has expired',
};

const truncationReasons: { readonly [reason: string]: string | undefined } = {
  'high-watermark': 'a follower of this release cuts its log to its own high watermark',
  'no-epoch-known': 'it knows no leader epoch, so it goes by its high watermark',
  'leader-epoch-end': 'there its last leader epoch ends at the leader',
  'epoch-unknown-to-leader': 'the leader does not know its last epoch',
  'diverging-epoch': "there its log and the leader's part",
  'leader-log-ends-before': "the leader's log ends there",
};

function reasonText(reason: string): string {
  return truncationReasons[reason] ?? reason;
}

/** When the faults were healed; a cluster that does not converge shows why about then. */
function healingUs(events: readonly RecordedEvent[]): number {
  return events.find(({ type }) => type === 'healing-began')?.timeUs ?? Number.MAX_SAFE_INTEGER;
}

/** Faults that began before the story and were still on. */
function activeFaults(events: readonly RecordedEvent[], fromUs: number): RecordedEvent[] {
  const active = new Map<string, RecordedEvent>();
  for (const event of events) {
    if (event.timeUs >= fromUs) break;
    if (event.type === 'fault-began') active.set(str(event.fields, 'id'), event);
    else if (event.type === 'fault-ended') active.delete(str(event.fields, 'id'));
  }
  return [...active.values()];
}

function acksText(acks: number): string {
  return acks === -1 ? 'acks=all' : `acks=${acks}`;
}
