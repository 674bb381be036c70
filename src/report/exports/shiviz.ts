/**
 * A run as a log for ShiViz, which draws who could have known what: one line for every event, sending and reading, with the vector clock of its process. The clocks
 * follow the messages that really travelled. ZooKeeper's servers are one process, as they agree outside of the simulated network.
 */
import type { Names, RecordedEvent } from '../../engine/events.js';
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import { compareActors, type Actor } from '../traffic/actors.js';
import { messageText } from '../traffic/messageText.js';
import { occurrencesOf, type Occurrence } from '../traffic/occurrences.js';

/** What to give ShiViz as its log parsing regular expression. */
export const SHIVIZ_PARSER = '(?<host>\\S+) (?<clock>\\{[^}]*\\}) (?<time>\\S+) (?<event>.*)';

/** Who injects faults has a clock of its own: nothing that happens to a process is something that it was told. */
const FAULTS: Actor = 'faults';

/** An occurrence with the clock of its process: how much of every process it may have known. */
export interface Clocked {
  readonly occurrence: Occurrence;
  readonly actor: Actor;
  /** By actor, in their order; itself included. Actors of which nothing was known are left out. */
  readonly clock: readonly (readonly [Actor, number])[];
}

/** Every occurrence with its vector clock, in the run's order. */
export function vectorClocks(occurrences: readonly Occurrence[]): Clocked[] {
  const actors = actorsIn(occurrences);
  const clocked: Clocked[] = [];
  tick(occurrences, actors, (occurrence, own, clock) => {
    const known = actors.map((name, i) => [name, clock[i] ?? 0] as const).filter(([, count]) => count > 0);
    clocked.push({ occurrence, actor: actors[own] ?? FAULTS, clock: known });
  });
  return clocked;
}

function actorsIn(occurrences: readonly Occurrence[]): Actor[] {
  return [...new Set(occurrences.map(({ actor }) => actor ?? FAULTS))].sort(compareActors);
}

/** Runs the clocks; `read` gets each occurrence with the place of its actor and that actor's clock, which goes on changing. */
function tick(
  occurrences: readonly Occurrence[],
  actors: readonly Actor[],
  read: (occurrence: Occurrence, own: number, clock: readonly number[]) => void,
): void {
  const places = new Map(actors.map((actor, i) => [actor, i]));
  const clocks = actors.map(() => new Array<number>(actors.length).fill(0));
  const carried = new Map<RecordedMessage, readonly number[]>();
  for (const occurrence of occurrences) {
    const own = places.get(occurrence.actor ?? FAULTS) ?? 0;
    const clock = clocks[own] as number[];
    clock[own] = (clock[own] ?? 0) + 1;
    if (occurrence.kind === 'sent' && occurrence.message.fate === 'delivered') carried.set(occurrence.message, [...clock]);
    if (occurrence.kind === 'received') {
      carried.get(occurrence.message)?.forEach((count, i) => (clock[i] = Math.max(clock[i] ?? 0, count)));
      carried.delete(occurrence.message);
    }
    read(occurrence, own, clock);
  }
}

export function shivizLog(run: RecordedRun): string {
  const { names } = run.result.simulation.bus;
  const occurrences = occurrencesOf(run);
  const actors = actorsIn(occurrences);
  const hosts = actors.map(hostName);
  const keys = hosts.map((host) => `${JSON.stringify(host)}:`);
  const texts = new Map<RecordedMessage, string>();
  let log = `# Trialrun, ${oneLine(run.scenario.name)}, hash ${run.result.hash}; to be parsed with ${SHIVIZ_PARSER}\n`;
  tick(occurrences, actors, (occurrence, own, clock) => {
    let counts = '';
    for (let i = 0; i < clock.length; i++) if ((clock[i] ?? 0) > 0) counts += `${counts === '' ? '' : ','}${keys[i]}${clock[i]}`;
    const what =
      occurrence.kind === 'event' ? eventWords(occurrence.event) : messageWords(occurrence, textOf(occurrence.message, names, texts));
    log += `${hosts[own]} {${counts}} ${(occurrence.timeUs / 1_000_000).toFixed(6)}s ${oneLine(what)}\n`;
  });
  return log;
}

/** What a message says, found out once for its sending and its reading. */
function textOf(message: RecordedMessage, names: Names, texts: Map<RecordedMessage, string>): string {
  const known = texts.get(message);
  texts.delete(message);
  if (known !== undefined) return known;
  const text = messageText(message, names);
  texts.set(message, text);
  return text;
}

function eventWords({ type, fields, index }: RecordedEvent): string {
  let words = type;
  for (const [name, value] of Object.entries(fields)) words += ` ${name}=${value}`;
  return `${words} #${index}`;
}

function messageWords({ kind, message }: Occurrence & { readonly kind: 'sent' | 'received' }, text: string): string {
  const way = kind === 'sent' ? `sends to ${message.to}` : `reads from ${message.from}`;
  const lost = kind === 'sent' && message.fate !== 'delivered' ? ` [${message.fate}]` : '';
  const what = message.kind === 'notification' ? message.api : `${message.api} ${message.kind}`;
  return `${way}: ${what}${text === '' ? '' : ` (${text})`}${lost}`;
}

/** Without blanks, which end a host's name in the log. */
function hostName(actor: Actor): string {
  return oneLine(actor).replace(/\s/g, '-');
}

const UNPRINTABLE = /[\u0000-\u001f\u007f\u2028\u2029]/;

function oneLine(text: string): string {
  return UNPRINTABLE.test(text) ? text.replace(new RegExp(UNPRINTABLE, 'g'), '\ufffd') : text;
}
