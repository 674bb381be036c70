/**
 * A run as a log for ShiViz, which draws who could have known what: one line for every event, sending and reading, with the vector clock of its process. The clocks
 * follow the messages that really travelled. ZooKeeper's servers are one process, as they agree outside of the simulated network.
 */
import { eventText } from '../../engine/events.js';
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import { secondsText } from '../numbers.js';
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
  const actors = [...new Set(occurrences.map(({ actor }) => actor ?? FAULTS))].sort(compareActors);
  const position = new Map(actors.map((actor, i) => [actor, i]));
  const clocks = actors.map(() => new Array<number>(actors.length).fill(0));
  const carried = new Map<RecordedMessage, readonly number[]>();
  return occurrences.map((occurrence) => {
    const actor = occurrence.actor ?? FAULTS;
    const own = position.get(actor) ?? 0;
    const clock = clocks[own] as number[];
    clock[own] = (clock[own] ?? 0) + 1;
    if (occurrence.kind === 'sent') carried.set(occurrence.message, [...clock]);
    if (occurrence.kind === 'received') {
      carried.get(occurrence.message)?.forEach((count, i) => (clock[i] = Math.max(clock[i] ?? 0, count)));
      carried.delete(occurrence.message);
    }
    const known = actors.map((name, i) => [name, clock[i] ?? 0] as const).filter(([, count]) => count > 0);
    return { occurrence, actor, clock: known };
  });
}

export function shivizLog(run: RecordedRun): string {
  const { names } = run.result.simulation.bus;
  const lines = vectorClocks(occurrencesOf(run)).map(({ occurrence, actor, clock }) => {
    const counts = clock.map(([name, count]) => `${JSON.stringify(hostName(name))}:${count}`).join(',');
    const what = occurrence.kind === 'event' ? eventWords(occurrence) : messageWords(occurrence, messageText(occurrence.message, names));
    return `${hostName(actor)} {${counts}} ${secondsText(occurrence.timeUs, 6).replace(' ', '')} ${oneLine(what)}\n`;
  });
  return `# Trialrun, ${oneLine(run.scenario.name)}, hash ${run.result.hash}; to be parsed with ${SHIVIZ_PARSER}\n${lines.join('')}`;
}

function eventWords({ event }: Occurrence & { readonly kind: 'event' }): string {
  return `${eventText(event).replace(/^\S+ s /, '')} #${event.index}`;
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

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, '\ufffd');
}
