/** What a campaign must have for one of Kafka's probes to be expected in it. */
import { defineProbes, type ProbeArea, type ProbeDeclaration } from '../../engine/probes.js';
import type { KafkaFeatures } from './features.js';

type FlagName = { [F in keyof KafkaFeatures]: KafkaFeatures[F] extends boolean ? F : never }[keyof KafkaFeatures];

export type KafkaNeed =
  /** A consumer group with members. */
  | 'groups'
  /** Such a group under the classic protocol, or under the consumer protocol (KIP-848). */
  | 'classic groups'
  | 'consumer protocol'
  /** `group.instance.id`. */
  | 'static members'
  /** Members that give up only what moves. */
  | 'cooperative assignor'
  | 'idempotence'
  | 'transactions'
  /** Somebody reads with `isolation.level=read_committed`. */
  | 'read_committed'
  /** Faults of the classes `client` or `power-loss`. */
  | 'client faults'
  | 'power loss'
  /** Seeds do not get there, or hardly ever: a lesson under `scenarios/`, or a scenario made for it, does. */
  | 'a scenario of its own'
  /** A behaviour of the release, or its absence. */
  | `feature ${FlagName}`
  | `no ${FlagName}`
  | 'truncation to the high watermark'
  | 'truncation before fetching'
  | 'truncation while fetching';

/** @see defineProbes */
export function kafkaProbes<const K extends string>(
  area: string,
  probes: Readonly<Record<K, ProbeDeclaration<KafkaNeed>>>,
): ProbeArea<K, KafkaNeed> {
  return defineProbes<KafkaNeed, K>(area, probes);
}
