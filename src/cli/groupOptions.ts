/**
 * Consumer groups and transactions from the command line: which groups there are, what their applications do, and how many producers send in transactions. A
 * consumer.properties with a group.id asks for one group of two members, whose application commits as that file says.
 */
import { parseProperties, resolveBrokerConfig, resolveConsumerConfig, type ConfigKind } from '../kafka/config/index.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import type { KafkaRelease } from '../kafka/protocol/release.js';
import { DEFAULT_MEMBERS, fittingApplication, PRODUCERS, type Applications } from '../explore/applicationDefaults.js';
import { applicationKinds, type ApplicationName } from '../explore/applications.js';
import type { SetProperties } from '../explore/configuration.js';
import { usageError } from './CliError.js';

export interface GroupOptions {
  groups?: number;
  members?: number;
  application?: ApplicationName;
  transactional?: number;
}

export function groupsFrom(options: GroupOptions, producer: SetProperties, consumer: SetProperties): Applications {
  const ownId = consumer.get('group.id');
  const asked = options.groups ?? options.members ?? options.application ?? ownId;
  const count = options.groups ?? (asked === undefined || asked === '' ? 0 : 1);
  const application = options.application ?? fittingApplication(consumer);
  const name = ownId === undefined || ownId === '' ? 'g' : String(ownId);
  const id = (i: number): string => (count === 1 && name !== 'g' ? name : name === 'g' ? `g${i + 1}` : `${name}-${i + 1}`);
  return {
    groups: Array.from({ length: count }, (_, i) => ({ id: id(i), members: options.members ?? DEFAULT_MEMBERS, application })),
    transactionalProducers: options.transactional ?? (producer.has('transactional.id') ? PRODUCERS : 0),
  };
}

interface Given {
  readonly brokers: number;
  readonly features: Partial<KafkaFeatures>;
  readonly broker: SetProperties;
  readonly producer: SetProperties;
  readonly consumer: SetProperties;
}

/** What Kafka would refuse, or what would never work. @throws CliError */
export function checkGroups(applications: Applications, release: KafkaRelease, given: Given): void {
  const { groups, transactionalProducers } = applications;
  const { groups: coordinator, transactions } = resolveBrokerConfig(release, given.broker);
  const transforming = groups.some(({ application }) => applicationKinds[application].commit === 'transaction');
  if (groups.length > 0) {
    checkReplicas('offsets.topic.replication.factor', coordinator.offsetsTopicReplicationFactor, given.brokers, 'consumer groups');
    checkCommitting(groups, given.consumer);
    checkProtocol(release, given);
    checkSession(release, given, coordinator);
  }
  if (transactionalProducers > 0 || transforming) {
    checkReplicas('transaction.state.log.replication.factor', transactions.stateLogReplicationFactor, given.brokers, 'transactions');
    refuse('producer', release, given.producer, 'transactional.id', 'p1', '--transactional');
  }
}

function checkReplicas(property: string, factor: number, brokers: number, whatFor: string): void {
  if (factor <= brokers) return;
  throw usageError(
    `${property} is ${factor}, above the number of brokers, ${brokers}: ${whatFor} would never work`,
    `add --brokers ${factor}, or --set ${property}=${brokers}`,
  );
}

function checkCommitting(groups: Applications['groups'], consumer: SetProperties): void {
  const committing = consumer.get('enable.auto.commit');
  const wrong = groups.find(({ application }) => applicationKinds[application].commit === 'auto');
  if (committing !== false || wrong === undefined) return;
  throw usageError(
    `--application ${wrong.application}: the client commits nothing with enable.auto.commit=false`,
    'write another application, such as --application commit-after, or leave enable.auto.commit out',
  );
}

function checkProtocol(release: KafkaRelease, { consumer, features }: Given): void {
  if (resolveConsumerConfig(release, consumer).groupProtocol !== 'consumer') return;
  if (features.consumerGroupProtocol ?? PRESETS[release].consumerGroupProtocol) return;
  throw usageError(
    `group.protocol=consumer: brokers of Kafka ${release} do not speak the consumer protocol (KIP-848)`,
    'add --feature consumerGroupProtocol=true, or remove group.protocol',
  );
}

function checkSession(
  release: KafkaRelease,
  { consumer }: Given,
  {
    groupMinSessionTimeoutUs: least,
    groupMaxSessionTimeoutUs: most,
  }: { groupMinSessionTimeoutUs: number; groupMaxSessionTimeoutUs: number },
): void {
  const { sessionTimeoutUs, groupProtocol } = resolveConsumerConfig(release, consumer);
  if (!consumer.has('session.timeout.ms') || groupProtocol === 'consumer' || (sessionTimeoutUs >= least && sessionTimeoutUs <= most))
    return;
  const [name, bound] =
    sessionTimeoutUs < least ? (['group.min.session.timeout.ms', least] as const) : (['group.max.session.timeout.ms', most] as const);
  const ms = sessionTimeoutUs / 1000;
  throw usageError(
    `session.timeout.ms is ${ms}, and the brokers' ${name} is ${bound / 1000}: they would refuse every member`,
    `add --set ${name}=${ms}, or set session.timeout.ms to ${bound / 1000}`,
  );
}

/** What Kafka refuses once this property is there too. */
function refuse(kind: ConfigKind, release: KafkaRelease, set: SetProperties, property: string, value: string, option: string): void {
  if (set.has(property)) return;
  const entries = [...set, [property, value] as const].map(([name, given]) => ({
    name,
    value: String(given),
    where: `${kind} properties`,
  }));
  const problem = parseProperties(kind, entries, release).problems[0];
  if (problem !== undefined) throw usageError(`${option}: ${problem.name}: ${problem.message}`, problem.remedy);
}
