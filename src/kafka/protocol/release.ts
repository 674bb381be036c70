/**
 * The Kafka releases that Trialrun can be: one per change of behaviour that the simulation follows, in order. Defaults of the
 * properties and the protocol features depend on it. A version that lies between two of them behaves like the earlier one.
 */

/** Oldest first. */
export const kafkaReleases = ['0.8.1', '0.8.2', '0.10.2', '0.11', '1.1', '2.0', '2.1', '2.4', '2.7', '3.3', '3.7', '3.9'] as const;

/** One of the releases that can be simulated: `releases` lists them. */
export type KafkaRelease = (typeof kafkaReleases)[number];

/** The newest release that still runs on ZooKeeper. */
export const defaultRelease: KafkaRelease = '3.9';

export function isKafkaRelease(text: string): text is KafkaRelease {
  return (kafkaReleases as readonly string[]).includes(text);
}

/**
 * Below 0 when `a` is older than `b`, 0 when they are the same, above 0 when it is newer. Takes any dotted Kafka version, not only
 * those that can be simulated: '0.9' comes between '0.8.2' and '0.10.2', and '2.0.0' is '2.0'.
 */
export function compareReleases(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = Number(left[i] ?? '0') - Number(right[i] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}
