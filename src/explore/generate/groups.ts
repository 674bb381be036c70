/** The consumer groups of a seed: members that begin together or one after the other, each with the configured application, at a pace that keeps up with the load. */
import type { Random, Randomness } from '../../engine/random.js';
import { resolveConsumerConfig, resolveProducerConfig, type ConsumerConfig } from '../../kafka/config/index.js';
import { Settings } from '../../kafka/config/Settings.js';
import type { ApplicationSection, ConsumerSection, Properties } from '../../scenario/Scenario.js';
import { applicationKinds, type ApplicationKind } from '../applications.js';
import type { GroupConfiguration, TrialConfiguration } from '../configuration.js';
import { drawMembershipProperties, drawTransactionProperties } from './applicationKnobs.js';
import { identifierOf, outputTopicOf } from './outputTopics.js';
import { drawConsumerProperties } from './timingKnobs.js';
import { QUIET_US } from './workload.js';

/** Members may begin as late as this share of the chaos phase. */
const LATEST_SHARE = 3;
const STATIC_CHANCE = 0.2;

/** Every member of every group. @param broker the cluster's properties as drawn. */
export function drawGroups(
  configuration: TrialConfiguration,
  broker: Properties,
  durationUs: number,
  randomness: Randomness,
): ConsumerSection[] {
  return configuration.groups.flatMap((group) => drawGroup(configuration, group, broker, durationUs, randomness));
}

function drawGroup(
  configuration: TrialConfiguration,
  group: GroupConfiguration,
  broker: Properties,
  durationUs: number,
  randomness: Randomness,
): ConsumerSection[] {
  const kind: ApplicationKind = applicationKinds[group.application];
  const random = randomness.stream(`group/${group.id}`);
  const membership = drawMembershipProperties(configuration, broker, kind.slow, random);
  const application = drawApplication(configuration, group, kind, memberConfig(configuration, membership), random);
  const instances = drawInstances(configuration, group, random);
  return Array.from({ length: group.members }, (_, i) => {
    const id = `${identifierOf(group.id)}-${i + 1}`;
    const own = randomness.stream(`client/${id}`);
    const properties: Properties = {
      ...drawConsumerProperties(configuration, own),
      ...membership,
      'group.id': group.id,
      ...(instances === null ? {} : { 'group.instance.id': `${instances}-${i + 1}` }),
      ...(kind.commit === 'auto' ? {} : { 'enable.auto.commit': configuration.consumerProperties.get('enable.auto.commit') ?? false }),
    };
    const reset = configuration.consumerProperties.get('auto.offset.reset');
    // Where reading begins decides what is skipped: it is never drawn for members.
    if (reset === undefined) delete properties['auto.offset.reset'];
    const transactional = kind.commit === 'transaction' ? { 'transactional.id': id } : {};
    const startUs = QUIET_US + (own.chance(0.25) ? wholeMs(own.int(Math.floor(durationUs / LATEST_SHARE))) : wholeMs(own.int(300_000)));
    return {
      ...{ id, topics: configuration.topics.map(({ name }) => name), startUs, pollEveryUs: 0, properties },
      application: { ...application, outputProperties: { ...application.outputProperties, ...transactional } },
    };
  });
}

function memberConfig({ release, consumerProperties }: TrialConfiguration, membership: Properties): ConsumerConfig {
  return resolveConsumerConfig(release, new Map([...consumerProperties, ...Object.entries(membership)]));
}

/** A full poll takes less than half of max.poll.interval.ms, whoever chose it: only slow handlers are to be too slow. */
function longestProcessUs({ maxPollIntervalUs, maxPollRecords }: ConsumerConfig): number {
  return Math.floor((maxPollIntervalUs - 1) / (2 * maxPollRecords));
}

/** A poll's records are one transaction, which must not run into its timeout: less than a third of it is for processing. */
function longestInTransactionUs({ release }: TrialConfiguration, output: Properties, { maxPollRecords }: ConsumerConfig): number {
  const { transactionTimeoutUs } = resolveProducerConfig(release, new Map(Object.entries(output)));
  return Math.floor(transactionTimeoutUs / (3 * maxPollRecords));
}

function drawApplication(
  configuration: TrialConfiguration,
  group: GroupConfiguration,
  { commit, commitMode, workers, transforms, slow }: ApplicationKind,
  member: ConsumerConfig,
  random: Random,
): ApplicationSection {
  // A pool does not hold the loop up: its records may take as long as its members can keep up with.
  const drawnUs =
    workers === 0
      ? Math.min(longestProcessUs(member), random.pick([0, 200, 1000, 1000, 5000, 10_000]))
      : random.pick([1000, 10_000, 30_000, 60_000]);
  const transaction = drawTransactionProperties(configuration, random);
  const properties = transforms ? { ...outputProperties(configuration), ...(commit === 'transaction' ? transaction : {}) } : {};
  return {
    ...{ commit, commitMode, workers },
    processUs: slow
      ? 30_000
      : commit === 'transaction'
        ? Math.min(drawnUs, longestInTransactionUs(configuration, properties, member))
        : drawnUs,
    output: transforms ? outputTopicOf(group) : null,
    outputProperties: properties,
  };
}

/** The producers' own properties hold for outputs too, identities aside. */
function outputProperties({ producerProperties }: TrialConfiguration): Properties {
  return Object.fromEntries([...producerProperties].filter(([name]) => name !== 'transactional.id' && name !== 'client.id'));
}

/** Static membership, where it was asked for, and now and then where nothing was said (KIP-345, since 2.3); null for dynamic members. */
function drawInstances(configuration: TrialConfiguration, group: GroupConfiguration, random: Random): string | null {
  const own = configuration.consumerProperties.get('group.instance.id');
  const chosen = random.chance(STATIC_CHANCE);
  if (own !== undefined) return String(own);
  const known = new Settings('consumer', configuration.release, configuration.consumerProperties).has('group.instance.id');
  return chosen && known ? identifierOf(group.id) : null;
}

function wholeMs(us: number): number {
  return us - (us % 1000);
}
