/**
 * The events of a run that somebody who reads a log wants to see, each with the broker that it happened on, a letter and a few words: faults, lives of processes,
 * elections, in-sync replicas, truncations, groups and transactions that got into trouble. Leaves out the traffic: appends, fetches, acknowledgements, heartbeats.
 */
import type { RecordedEvent } from '../../engine/events.js';
import { grouped } from '../numbers.js';

export interface NotableEvent {
  readonly event: RecordedEvent;
  /** Broker that it happened on; -1: none, or many. */
  readonly broker: number;
  /** Who it happened to where that is no broker, `c1`; else empty. */
  readonly who: string;
  readonly text: string;
}

/** One letter for each type of event that has a column of its own. */
export const eventLetters: Readonly<Record<string, readonly [letter: string, meaning: string]>> = {
  'batch-appended': ['A', 'appends'],
  'batch-replicated': ['C', 'copies'],
  'produce-acknowledged': ['K', 'acknowledges'],
  'high-watermark-advanced': ['W', 'high watermark moves'],
  'log-truncated': ['T', 'truncates'],
  'log-recovered': ['V', 'recovers its log'],
  'became-leader': ['L', 'takes the lead'],
  'became-follower': ['F', 'follows'],
  'leader-elected': ['E', 'elects, as controller'],
  'isr-change-committed': ['I', 'changes the ISR'],
  'controller-elected': ['N', 'becomes controller'],
  'broker-failure-seen': ['G', 'sees, as controller, a broker gone'],
  'process-died': ['X', 'dies'],
  'power-lost': ['X', 'dies'],
  'broker-halted': ['X', 'dies'],
  'process-started': ['S', 'starts'],
  'process-paused': ['P', 'is paused'],
  'process-resumed': ['R', 'runs on'],
  'disk-wiped': ['D', 'loses its disk'],
  'coordinator-loaded': ['O', 'becomes coordinator'],
  'generation-started': ['B', 'rebalances a group, as coordinator'],
  'member-removed': ['M', 'removes a member, as coordinator'],
  'transaction-timed-out': ['Z', 'aborts a transaction that took too long'],
};

type Fields = RecordedEvent['fields'];
type Told = readonly [broker: number, who: string, text: string];

const number = (fields: Fields, name: string): number => Number(fields[name] ?? -1);
const text = (fields: Fields, name: string): string => String(fields[name] ?? '');

/** Null for what is not worth a line. */
export function notable(event: RecordedEvent): NotableEvent | null {
  const told = tell(event);
  if (told === null) return null;
  const [broker, who, words] = told;
  return { event, broker, who, text: words };
}

function tell({ type, fields }: RecordedEvent): Told | null {
  switch (type) {
    case 'fault-began': {
      const targets = text(fields, 'targets');
      return [
        -1,
        '',
        `fault ${text(fields, 'id')} begins: ${text(fields, 'kind')}${targets === '' ? '' : ` of ${targets.split(',').join(', ')}`}`,
      ];
    }
    case 'fault-ended':
      return [-1, '', `fault ${text(fields, 'id')} ends: ${text(fields, 'kind')}`];
    case 'healing-began':
      return [-1, '', 'every fault is healed'];
    default:
      return tellProcess(type, fields) ?? tellPartition(type, fields) ?? tellClients(type, fields);
  }
}

const processTexts: Readonly<Record<string, (fields: Fields) => string>> = {
  'process-died': (fields) => `dies (${text(fields, 'cause')})`,
  'process-started': () => 'starts',
  'process-paused': () => 'is paused',
  'process-resumed': () => 'runs on',
  'power-lost': () => 'loses power: what was not flushed is gone',
  'disk-wiped': () => 'has an empty disk',
};

function tellProcess(type: string, fields: Fields): Told | null {
  const words = processTexts[type];
  if (words === undefined) return null;
  const name = text(fields, 'process') || text(fields, 'host');
  const id = /^(?:broker-|b)(\d+)$/.exec(name)?.[1];
  return id === undefined ? [-1, name, words(fields)] : [Number(id), '', words(fields)];
}

function tellPartition(type: string, fields: Fields): Told | null {
  const partition = text(fields, 'partition');
  switch (type) {
    case 'controller-elected':
      return [number(fields, 'broker'), '', `becomes controller (epoch ${number(fields, 'controllerEpoch')})`];
    case 'broker-failure-seen':
      return [number(fields, 'controller'), '', `controller sees that broker ${number(fields, 'broker')} is gone`];
    case 'broker-halted':
      return [number(fields, 'broker'), '', `halts: ${text(fields, 'reason')}`];
    case 'leader-elected': {
      const leader = number(fields, 'leader');
      const whom = leader < 0 ? 'no leader' : `broker ${leader}`;
      const unclean = number(fields, 'unclean') === 1 ? ', unclean' : '';
      const epoch = number(fields, 'leaderEpoch');
      return [
        number(fields, 'controller'),
        '',
        `controller elects ${whom} for ${partition} (epoch ${epoch}, ISR ${text(fields, 'isr')}${unclean})`,
      ];
    }
    case 'became-leader':
      return [
        number(fields, 'broker'),
        '',
        `leads ${partition} in epoch ${number(fields, 'leaderEpoch')} from offset ${number(fields, 'startOffset')}`,
      ];
    case 'isr-change-committed':
      return [number(fields, 'broker'), '', `ISR of ${partition} is now ${text(fields, 'isr')}`];
    case 'log-truncated': {
      const [from, to] = [number(fields, 'from'), number(fields, 'to')];
      return from > to ? [number(fields, 'broker'), '', `truncates ${partition} from ${from} to ${to} (${text(fields, 'reason')})`] : null;
    }
    default:
      return null;
  }
}

function tellClients(type: string, fields: Fields): Told | null {
  switch (type) {
    case 'coordinator-loaded':
      return [
        number(fields, 'broker'),
        '',
        `becomes coordinator of ${text(fields, 'partition')} (${grouped(number(fields, 'records'))} records)`,
      ];
    case 'generation-started':
      return [number(fields, 'broker'), '', `group ${text(fields, 'group')} begins generation ${number(fields, 'generation')}`];
    case 'member-removed':
      return [number(fields, 'broker'), '', `group ${text(fields, 'group')} loses ${text(fields, 'member')} (${text(fields, 'reason')})`];
    case 'transaction-timed-out':
      return [number(fields, 'broker'), '', `transaction of ${text(fields, 'transactionalId')} takes too long and is aborted`];
    case 'batch-failed':
      return [-1, text(fields, 'client'), `gives a batch for ${text(fields, 'partition')} up: ${text(fields, 'error')}`];
    case 'batch-expired':
      return [-1, text(fields, 'client'), `gives a batch for ${text(fields, 'partition')} up: delivery.timeout.ms is over`];
    case 'transaction-failed':
      return [-1, text(fields, 'client'), `transaction ${number(fields, 'number')} fails: ${text(fields, 'error')}`];
    case 'member-fenced':
      return [-1, text(fields, 'client'), `is no longer a member of ${text(fields, 'group')}: ${text(fields, 'error')}`];
    case 'consumer-truncation-detected':
      return [-1, text(fields, 'client'), `finds ${text(fields, 'partition')} truncated`];
    case 'consumer-position-reset':
      return [
        -1,
        text(fields, 'client'),
        `position in ${text(fields, 'partition')} goes from ${number(fields, 'from')} to ${number(fields, 'to')}`,
      ];
    default:
      return null;
  }
}
