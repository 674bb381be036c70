/**
 * What became of a record after it was written: who was given its partition, who read it, who processed it, who committed beyond it, what transactions it
 * came in and went out by, and which member was thrown out of the group meanwhile. Continues the biography of `story.ts`, in sentences of the same kind.
 *
 * Told are the partition and offset of the finding, in the group that the finding names (all groups, when it names none).
 */
import type { RecordedEvent } from '../engine/events.js';
import type { Finding, GuaranteeName } from '../check/Finding.js';
import type { CommitRecord, History, ProcessingRecord, TransactionRecord } from '../check/history.js';
import { counted } from './numbers.js';
import type { StorySentence } from './storySentence.js';

/** Guarantees that are broken, or kept, on the way from the log to an application. */
const DELIVERY: ReadonlySet<string> = new Set<GuaranteeName>([
  'at-least-once',
  'at-most-once',
  'exactly-once',
  'no-skipped-records',
  'committed-offsets-honest',
  'single-owner',
  'no-aborted-reads',
  'transaction-atomicity',
  'group-converges',
]);

export function concernsDelivery(finding: Finding): boolean {
  return DELIVERY.has(finding.guarantee) || /^invariant\/P2\d|^invariant\/P30/.test(finding.guarantee);
}

export interface DeliveryInput {
  readonly events: readonly RecordedEvent[];
  readonly history: History;
  readonly finding: Finding;
  /** `orders-0`; empty when the finding concerns none. */
  readonly partition: string;
}

export function tellDelivery(input: DeliveryInput): StorySentence[] {
  return new Delivery(input).tell();
}

type Fields = RecordedEvent['fields'];
const num = (fields: Fields, name: string): number => Number(fields[name] ?? -1);
const str = (fields: Fields, name: string): string => String(fields[name] ?? '');

class Delivery {
  private readonly sentences: StorySentence[] = [];
  private readonly group: string;
  /** Members that had to do with the record, or hold its partition: whose faults matter. */
  private readonly clients = new Set<string>();
  private readonly what: string;

  constructor(private readonly input: DeliveryInput) {
    const { finding } = input;
    this.group = String(finding.witness['group'] ?? '');
    this.what = finding.value >= 0 ? `message ${finding.value}` : `offset ${finding.offset}`;
    const client = String(finding.witness['client'] ?? '');
    if (client !== '') this.clients.add(client);
  }

  tell(): StorySentence[] {
    this.tellReading();
    this.tellProcessing();
    this.tellCommits();
    this.tellTransactions();
    this.tellOwnership();
    this.tellEvents();
    return this.sentences;
  }

  private inGroup(group: string): boolean {
    return this.group === '' || group === this.group;
  }

  // ------------------------------------------------------------ what the applications saw

  private tellReading(): void {
    const { history, finding } = this.input;
    for (const { client, timeUs, partition, offsets, values } of history.polls) {
      if (partition !== finding.partition) continue;
      const index = offsets.indexOf(finding.offset);
      if (index < 0) continue;
      this.clients.add(client);
      this.say(timeUs, `${client} reads message ${values[index] ?? -1} at offset ${finding.offset}.`);
    }
  }

  private tellProcessing(): void {
    const { history, finding } = this.input;
    const same = ({ partition, offset, group }: ProcessingRecord): boolean =>
      partition === finding.partition && offset === finding.offset && this.inGroup(group);
    for (const { client, value, beganUs, endedUs } of history.processed.filter(same)) {
      this.clients.add(client);
      if (endedUs >= 0 && endedUs === beganUs) this.say(endedUs, `${client} processes message ${value}.`);
      else {
        this.say(beganUs, `${client} begins to process message ${value}.`);
        if (endedUs >= 0) this.say(endedUs, `${client} has processed message ${value}.`);
      }
    }
  }

  /** The first commit of each member beyond the record, and the last one before it. */
  private tellCommits(): void {
    const { history, finding } = this.input;
    if (finding.partition < 0 || finding.offset < 0) return;
    const told = new Set<string>();
    let before: { commit: CommitRecord; offset: number } | null = null;
    for (const commit of history.commits) {
      const offset = commit.offsets.find(({ partition }) => partition === finding.partition)?.offset ?? -1;
      if (offset < 0 || !this.inGroup(commit.group)) continue;
      const key = `${commit.client} ${commit.generation} ${commit.outcome}`;
      if (offset <= finding.offset) before = { commit, offset };
      else if (!told.has(key)) {
        told.add(key);
        this.clients.add(commit.client);
        this.tellCommit(commit, offset, `, beyond ${this.what}`);
      }
    }
    if (before !== null) this.tellCommit(before.commit, before.offset, '');
  }

  private tellCommit({ client, kind, group, invokedUs, completedUs, outcome, error }: CommitRecord, offset: number, beyond: string): void {
    const { partition } = this.input;
    const how = kind === 'auto' ? ' (auto-commit)' : kind === 'transaction' ? ' in a transaction' : '';
    this.say(invokedUs, `${client} commits offset ${offset} of ${partition} for group ${group}${how}${beyond}.`);
    if (outcome === 'ok') this.say(completedUs, `the coordinator confirms ${client}'s commit of offset ${offset}.`);
    else if (outcome === 'failed') this.say(completedUs, `${client}'s commit of offset ${offset} is refused: ${error}.`);
    else if (outcome === 'unknown' && completedUs >= 0)
      this.say(completedUs, `${client} gets no answer to its commit of offset ${offset}.`);
  }

  private tellTransactions(): void {
    const { history, finding } = this.input;
    const ids = new Set<number>();
    const named = Number(finding.witness['transaction'] ?? -1);
    if (named >= 0) ids.add(named);
    const send = history.sends[finding.value];
    if (send !== undefined && send.transaction >= 0) ids.add(send.transaction);
    for (const other of history.sends) if (finding.value >= 0 && other.input === finding.value) this.tellOutput(other.value, ids);
    for (const id of ids) {
      const transaction = history.transactions[id];
      if (transaction !== undefined) this.tellTransaction(transaction);
    }
  }

  private tellOutput(value: number, ids: Set<number>): void {
    const { client, topic, invokedUs, transaction } = this.input.history.send(value);
    this.clients.add(client);
    this.say(invokedUs, `${client} sends message ${value} to ${topic}, made from ${this.what}.`);
    if (transaction >= 0) ids.add(transaction);
  }

  private tellTransaction({ id, client, transactionalId, beganUs, endingUs, endedUs, asked, outcome, error }: TransactionRecord): void {
    this.clients.add(client);
    this.say(beganUs, `${client} begins transaction ${id} as ${transactionalId}.`);
    if (endingUs >= 0 && asked !== 'none') this.say(endingUs, `${client} asks to ${asked} transaction ${id}.`);
    if (endedUs < 0) return;
    const result =
      outcome === 'unknown' ? `does not learn what became of transaction ${id}` : `is told that transaction ${id} is ${outcome}`;
    this.say(endedUs, `${client} ${result}${error === '' ? '' : ` (${error})`}.`);
  }

  private tellOwnership(): void {
    const { history, finding, partition } = this.input;
    for (const { client, group, generation, timeUs, kind, partitions, positions } of history.ownership) {
      const index = partitions.indexOf(finding.partition);
      if (index < 0 || !this.inGroup(group) || timeUs > this.input.finding.timeUs) continue;
      this.clients.add(client);
      const position = positions[index] ?? -1;
      if (kind === 'assigned') {
        const from = position < 0 ? '' : ` and reads on from offset ${position}`;
        this.say(timeUs, `${client} is given ${partition} in generation ${generation}${from}.`);
      } else if (kind === 'revoked') this.say(timeUs, `${client} gives ${partition} up (generation ${generation}).`);
      else this.say(timeUs, `${client} has lost ${partition}: it is no longer in generation ${generation}.`);
    }
  }

  // ------------------------------------------------------------ what happened inside

  private tellEvents(): void {
    for (const event of this.input.events) {
      if (event.timeUs > this.input.finding.timeUs) break;
      const { type, fields } = event;
      if (type === 'marker-appended' && fields['partition'] === this.input.partition) this.tellMarker(event);
      else if (fields['group'] !== undefined && this.inGroup(str(fields, 'group'))) this.tellGroup(event);
      else if (event.timeUs > 0 && CLIENT_TYPES[type] !== undefined && this.clients.has(str(fields, 'process'))) {
        this.say(event.timeUs, `${str(fields, 'process')} ${CLIENT_TYPES[type] ?? ''}.`, event.index);
      }
    }
  }

  private tellMarker({ timeUs, fields, index }: RecordedEvent): void {
    const broker = num(fields, 'broker');
    const what = num(fields, 'commit') === 1 ? 'commit' : 'abort';
    const text = `broker ${broker} writes the ${what} marker of producer ${num(fields, 'producerId')}, epoch ${num(fields, 'producerEpoch')}, at offset ${num(fields, 'offset')}.`;
    this.say(timeUs, text, index, broker);
  }

  private tellGroup({ type, timeUs, fields, index }: RecordedEvent): void {
    const broker = num(fields, 'broker');
    const group = str(fields, 'group');
    if (type === 'member-removed') {
      this.say(timeUs, `coordinator ${broker} removes ${memberText(fields)} from ${group}: ${str(fields, 'reason')}.`, index, broker);
    } else if (type === 'generation-started') {
      this.say(
        timeUs,
        `generation ${num(fields, 'generation')} of ${group} begins with ${counted(num(fields, 'members'), 'member')}.`,
        index,
        broker,
      );
    } else if (type === 'member-fenced') {
      this.say(timeUs, `${str(fields, 'client')} learns that it is out of ${group}: ${str(fields, 'error')}.`, index);
    } else if (type === 'offset-expired' && fields['partition'] === this.input.partition) {
      this.say(timeUs, `the committed offset of ${group} in ${this.input.partition} expires.`, index, broker);
    }
  }

  private say(timeUs: number, text: string, eventIndex = -1, broker = -1): void {
    const spelled = /^(broker|coordinator|generation|the)\b/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
    this.sentences.push({ timeUs, text: spelled, eventIndex, broker });
  }
}

/** Member ids begin with the client's id, as Kafka makes them. */
function memberText(fields: Fields): string {
  return `member ${str(fields, 'member')}`;
}

const CLIENT_TYPES: { readonly [type: string]: string | undefined } = {
  'process-died': 'dies',
  'process-started': 'starts',
  'process-paused': 'is paused',
  'process-resumed': 'runs on',
};
