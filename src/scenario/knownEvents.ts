/** Every event that a fault may wait for: importing the declarations makes their names known. */
import '../engine/engineEvents.js';
import '../faults/events.js';
import '../kafka/client/events.js';
import '../kafka/events.js';
import '../kafka/group/events.js';
import '../kafka/log/events.js';
import '../kafka/transaction/events.js';
import '../zookeeper/events.js';
import { allEventTypes, eventTypeNamed } from '../engine/events.js';
import type { EventType } from '../engine/events.js';

/** The event type of this name, or undefined. */
export function knownEvent(name: string): EventType | undefined {
  return eventTypeNamed(name);
}

/** Names of every event type. */
export function knownEventNames(): string[] {
  return allEventTypes().map((type) => type.name);
}

/** Names of an event's fields, as a trigger writes them. */
export function fieldNamesOf(type: EventType): string[] {
  return type.fields.map((field) => field.replace(/^#/, ''));
}
