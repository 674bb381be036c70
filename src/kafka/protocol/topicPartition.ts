/**
 * A topic-partition as one small number: the interned name `orders-0` in the run's event bus, so that maps are keyed by integers and events
 * carry it as they are.
 */
import type { Names } from '../../engine/events.js';

export function topicPartition(names: Names, topic: string, partitionIndex: number): number {
  return names.idOf(`${topic}-${partitionIndex}`);
}

/** The topic of an interned `topic-partition` name. */
export function topicOf(names: Names, partition: number): string {
  const text = names.text(partition);
  return text.slice(0, text.lastIndexOf('-'));
}

/** The partition number within its topic. */
export function partitionIndexOf(names: Names, partition: number): number {
  const text = names.text(partition);
  return Number(text.slice(text.lastIndexOf('-') + 1));
}
