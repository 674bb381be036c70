/**
 * Who did it: the process that an event or a message belongs to, by the name that reports call it. ZooKeeper's servers are one: they agree among themselves outside
 * of the simulated network.
 */
import { eventTypeNamed, type RecordedEvent } from '../../engine/events.js';

/** `broker 2`, `ZooKeeper`, or the client's own name. */
export type Actor = string;

export const ZOOKEEPER: Actor = 'ZooKeeper';

export function actorOfBroker(id: number): Actor {
  return `broker ${id}`;
}

/** @param process as messages and events name it: `broker-2`, `zk1`, `p1`; the machine `b2` too. */
export function actorOfProcess(process: string): Actor {
  const broker = /^(?:broker-|b)(\d+)$/.exec(process)?.[1];
  if (broker !== undefined) return actorOfBroker(Number(broker));
  if (/^zk\d+$/.test(process)) return ZOOKEEPER;
  return process;
}

/** The id in `broker 2`; -1 for every other actor. */
export function brokerIdOf(actor: Actor): number {
  const id = /^broker (\d+)$/.exec(actor)?.[1];
  return id === undefined ? -1 : Number(id);
}

/** Clients by name, then brokers by id, then ZooKeeper. */
export function compareActors(a: Actor, b: Actor): number {
  return rank(a) - rank(b) || brokerIdOf(a) - brokerIdOf(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(actor: Actor): number {
  return actor === ZOOKEEPER ? 2 : brokerIdOf(actor) >= 0 ? 1 : 0;
}

const [CLIENT_EVENTS, FAULT_EVENTS] = [500, 600];

/** Null for what nobody in the cluster does: faults, healing, sites of nasty behaviour. */
export function actorOfEvent({ type, fields }: RecordedEvent): Actor | null {
  const id = eventTypeNamed(type)?.id ?? 0;
  if (id >= FAULT_EVENTS || type === 'buggify-fired') return null;
  const { client, controller, broker, process, host } = fields;
  // A session bears its process's name and a number: `broker-2/0.1`.
  if (type.startsWith('zk-client-')) return actorOfProcess(String(client).replace(/\/[\d.]+$/, ''));
  if (id >= CLIENT_EVENTS) return actorOfProcess(String(client));
  if (controller !== undefined) return actorOfBroker(Number(controller));
  if (broker !== undefined) return actorOfBroker(Number(broker));
  if (process !== undefined || host !== undefined) return actorOfProcess(String(process ?? host));
  return ZOOKEEPER;
}
