/** Events by what they are about, and the sign that stands for each in a diagram. What is only bookkeeping has none. */
import { eventTypeNamed, type RecordedEvent } from '../../engine/events.js';

export const eventGroups = ['processes', 'elections', 'copies', 'clients', 'group-events', 'transaction-events'] as const;
export type EventGroup = (typeof eventGroups)[number];

export const groupTitles: Readonly<Record<EventGroup, string>> = {
  processes: 'Processes',
  elections: 'Elections',
  copies: 'Appends, copies, acknowledgements',
  clients: 'Clients',
  'group-events': 'Consumer groups',
  'transaction-events': 'Transactions',
};

/** `loss`: a truncation. `confirm`: an acknowledgement. The others are the shapes of their groups. */
export type Sign = 'process' | 'election' | 'copy' | 'client' | 'group' | 'transaction' | 'loss' | 'confirm';

const BOOKKEEPING: ReadonlySet<string> = new Set([
  ...['connection-opened', 'connection-closed', 'buggify-fired', 'follower-high-watermark-set', 'partition-created'],
  ...['broker-started', 'broker-registered', 'broker-startup-seen', 'segment-rolled', 'segment-deleted', 'log-start-advanced'],
  ...['checkpoint-written', 'clean-shutdown-recorded', 'producer-state-dropped', 'last-stable-offset-advanced', 'metadata-refreshed'],
  ...['leader-changed-in-metadata', 'stale-metadata-ignored', 'preferred-replica-chosen', 'records-compacted'],
]);
const ELECTIONS: ReadonlySet<string> = new Set(['became-leader', 'became-follower', 'leadership-ended', 'replica-stopped']);

/** Null for what is not drawn. */
export function groupOf(type: string): EventGroup | null {
  if (BOOKKEEPING.has(type)) return null;
  if (type === 'zk-session-expired') return 'processes';
  if (ELECTIONS.has(type)) return 'elections';
  const id = eventTypeNamed(type)?.id ?? 0;
  if (id < 100) return 'processes';
  if (id < 200 || id >= 600) return null;
  if (id < 220 || (id >= 260 && id < 300)) return 'copies';
  if (id < 260) return 'elections';
  if (id < 340) return 'group-events';
  return id < 500 ? 'transaction-events' : 'clients';
}

const signs: Readonly<Record<EventGroup, Sign>> = {
  processes: 'process',
  elections: 'election',
  copies: 'copy',
  clients: 'client',
  'group-events': 'group',
  'transaction-events': 'transaction',
};

export function signOf({ type }: RecordedEvent, group: EventGroup): Sign {
  if (type === 'log-truncated') return 'loss';
  return type === 'produce-acknowledged' ? 'confirm' : signs[group];
}
