/** What can be wrong with groups, their applications and transactions: parts that do not fit each other, and settings that brokers would refuse at run time. */
import { parseProperties, resolveBrokerConfig, resolveConsumerConfig, resolveProducerConfig } from '../kafka/config/index.js';
import type { ConfigKind, ConfigValue } from '../kafka/config/index.js';
import { PRESETS } from '../kafka/protocol/features.js';
import { compareReleases } from '../kafka/protocol/release.js';
import { groupsOf, transactionalIdsOf } from './clients.js';
import type { PathStep, Problem } from './Problem.js';
import type { ApplicationSection, ConsumerSection, ProducerSection, Properties, Scenario } from './Scenario.js';

type Path = readonly PathStep[];

export function applicationProblems(scenario: Scenario): Problem[] {
  const { producers, consumers } = scenario.workload;
  return [
    ...producers.flatMap((producer, i) => producerProblems(scenario, producer, ['workload', 'producers', i])),
    ...consumers.flatMap((consumer, i) => memberProblems(scenario, consumer, ['workload', 'consumers', i])),
    ...instanceProblems(scenario),
    ...internalTopicProblems(scenario),
    ...expectedApplicationProblems(scenario),
  ];
}

function at(path: Path, message: string, remedy: string): Problem {
  return { path, atKey: false, message, remedy };
}

function producerProblems(scenario: Scenario, producer: ProducerSection, path: Path): Problem[] {
  const { transaction, mode, resends, properties } = producer;
  if (transaction === null) {
    if (!('transactional.id' in properties)) return [];
    return [
      at(
        [...path, 'transaction'],
        'a producer with a transactional.id can only send in transactions',
        'remove transaction or transactional.id',
      ),
    ];
  }
  const problems = releaseProblems(scenario, [...path, 'transaction']);
  if (mode === 'forget') problems.push(at([...path, 'mode'], 'a transaction ends with the results of its sends', 'write async or sync'));
  if (resends > 0) problems.push(at([...path, 'resends'], 'a transaction in which a send fails can only be aborted', 'remove resends'));
  return [...problems, ...transactionTimeoutProblems(scenario, properties, [...path, 'properties', 'transaction.timeout.ms'])];
}

function memberProblems(scenario: Scenario, consumer: ConsumerSection, path: Path): Problem[] {
  const { application, properties } = consumer;
  if (application === null) return [];
  const group = String(properties['group.id'] ?? '');
  const problems = outputProblems(scenario, consumer, application, [...path, 'application']);
  if (application.commit === 'transaction') problems.push(...releaseProblems(scenario, [...path, 'application', 'commit']));
  if (group === '') problems.push(at([...path, 'properties', 'group.id'], 'a member needs a group.id', 'write a name such as g1'));
  if (application.commit === 'auto' && String(properties['enable.auto.commit'] ?? true) === 'false') {
    const remedy = 'write commit: after (or before, or never), or remove enable.auto.commit';
    problems.push(at([...path, 'application', 'commit'], 'the client commits nothing with enable.auto.commit=false', remedy));
  }
  return [...problems, ...membershipProblems(scenario, properties, [...path, 'properties'])];
}

/** Transactions came with KIP-98. */
function releaseProblems({ release }: Scenario, path: Path): Problem[] {
  if (compareReleases(release, '0.11') >= 0) return [];
  return [at(path, `Kafka ${release} has no transactions`, 'choose release 0.11 or a newer one')];
}

function transactionProblems(output: string | null, workers: number, path: Path): Problem[] {
  const problems: Problem[] = [];
  if (output === null) {
    problems.push(at([...path, 'output'], 'offsets in a transaction need an output to be in it with', 'name the topic of the output'));
  }
  if (workers > 0) {
    problems.push(at([...path, 'workers'], 'a producer has one transaction at a time, so that workers cannot share it', 'write 0'));
  }
  return problems;
}

/** Applications as expectations change them. */
function expectedApplicationProblems(scenario: Scenario): Problem[] {
  return scenario.expect.flatMap((expectation, i) =>
    scenario.workload.consumers.flatMap(({ id, application }) => {
      if (expectation.application === undefined || application === null) return [];
      const { commit, output, workers } = { ...application, ...expectation.application };
      const found = commit === 'transaction' ? transactionProblems(output, workers, []) : [];
      return found.map(({ message, remedy }) => at(['expect', i, 'application'], `${id}: ${message}`, remedy));
    }),
  );
}

function outputProblems(scenario: Scenario, consumer: ConsumerSection, application: ApplicationSection, path: Path): Problem[] {
  const { commit, output, outputProperties, workers } = application;
  const problems = commit === 'transaction' ? transactionProblems(output, workers, path) : [];
  if (commit !== 'transaction' && 'transactional.id' in outputProperties) {
    const remedy = 'write commit: transaction, or remove transactional.id';
    problems.push(at([...path, 'outputProperties', 'transactional.id'], 'nothing is sent in transactions', remedy));
  }
  if (output !== null && !scenario.topics.some(({ name }) => name === output)) {
    const names = scenario.topics.map(({ name }) => name).join(', ');
    problems.push(at([...path, 'output'], `there is no topic ${output}`, `the topics are ${names}; add it to them, or name another`));
  }
  if (output !== null && consumer.topics.includes(output)) {
    problems.push(
      at([...path, 'output'], `${output} is what it reads: it would never come to an end`, 'name another topic, or give topics'),
    );
  }
  problems.push(...propertyProblems(scenario, 'producer', outputProperties, [...path, 'outputProperties']));
  if (commit === 'transaction')
    problems.push(...transactionTimeoutProblems(scenario, outputProperties, [...path, 'outputProperties', 'transaction.timeout.ms']));
  return problems;
}

function membershipProblems(scenario: Scenario, properties: Properties, path: Path): Problem[] {
  const values = valid(scenario, 'consumer', properties);
  const broker = valid(scenario, 'broker', scenario.cluster.properties);
  if (values === undefined || broker === undefined) return [];
  const { release } = scenario;
  const { groupProtocol, sessionTimeoutUs } = resolveConsumerConfig(release, values);
  if (groupProtocol === 'consumer') {
    if (scenario.features.consumerGroupProtocol ?? PRESETS[release].consumerGroupProtocol) return [];
    const remedy = 'add features: {consumerGroupProtocol: true}, or remove group.protocol';
    return [at([...path, 'group.protocol'], `brokers of Kafka ${release} do not speak the consumer protocol (KIP-848)`, remedy)];
  }
  const { groupMinSessionTimeoutUs, groupMaxSessionTimeoutUs } = resolveBrokerConfig(release, broker).groups;
  const ms = sessionTimeoutUs / 1000;
  const session = [...path, 'session.timeout.ms'];
  if (sessionTimeoutUs < groupMinSessionTimeoutUs) {
    const least = groupMinSessionTimeoutUs / 1000;
    return [
      at(session, `${ms} is below the brokers' group.min.session.timeout.ms, ${least}`, `raise it to ${least}, or lower that to ${ms}`),
    ];
  }
  if (sessionTimeoutUs <= groupMaxSessionTimeoutUs) return [];
  const most = groupMaxSessionTimeoutUs / 1000;
  return [at(session, `${ms} is above the brokers' group.max.session.timeout.ms, ${most}`, `lower it to ${most}, or raise that to ${ms}`)];
}

/** Two members of a group with one group.instance.id would throw each other out for ever (KIP-345). */
function instanceProblems(scenario: Scenario): Problem[] {
  const { consumers } = scenario.workload;
  return [...groupsOf(scenario)].flatMap(([group, members]) => {
    const seen = new Set<string>();
    return members.flatMap((member) => {
      const instance = member.properties['group.instance.id'];
      if (instance === undefined) return [];
      const known = seen.has(String(instance));
      seen.add(String(instance));
      const path = ['workload', 'consumers', consumers.indexOf(member), 'properties', 'group.instance.id'];
      return known ? [at(path, `a second member ${String(instance)} of ${group}`, 'give each member its own group.instance.id')] : [];
    });
  });
}

function transactionTimeoutProblems(scenario: Scenario, properties: Properties, path: Path): Problem[] {
  const values = valid(scenario, 'producer', properties);
  const broker = valid(scenario, 'broker', scenario.cluster.properties);
  if (values === undefined || broker === undefined) return [];
  const { transactionTimeoutUs } = resolveProducerConfig(scenario.release, values);
  const { transactionMaxTimeoutUs } = resolveBrokerConfig(scenario.release, broker).transactions;
  if (transactionTimeoutUs <= transactionMaxTimeoutUs) return [];
  const [ms, most] = [transactionTimeoutUs / 1000, transactionMaxTimeoutUs / 1000];
  return [at(path, `${ms} is above the brokers' transaction.max.timeout.ms, ${most}`, `lower it to ${most}, or raise that to ${ms}`)];
}

/** Brokers make an internal topic only while as many of them are alive as it has replicas. */
function internalTopicProblems(scenario: Scenario): Problem[] {
  const values = valid(scenario, 'broker', scenario.cluster.properties);
  if (values === undefined) return [];
  const { brokers } = scenario.cluster;
  const { groups, transactions } = resolveBrokerConfig(scenario.release, values);
  const problems: Problem[] = [];
  const check = (property: string, factor: number, whatFor: string): void => {
    if (factor <= brokers) return;
    const path = values.has(property) ? ['cluster', 'properties', property] : ['cluster', 'brokers'];
    const message = `${property} is ${factor}, above the number of brokers, ${brokers}: ${whatFor} would never work`;
    problems.push(at(path, message, `set ${property} to ${brokers} under cluster.properties, or raise cluster.brokers to ${factor}`));
  };
  if (groupsOf(scenario).size > 0) check('offsets.topic.replication.factor', groups.offsetsTopicReplicationFactor, 'consumer groups');
  if (transactionalIdsOf(scenario).length > 0) {
    check('transaction.state.log.replication.factor', transactions.stateLogReplicationFactor, 'transactions');
    if (transactions.stateLogMinIsr > transactions.stateLogReplicationFactor) {
      const property = 'transaction.state.log.min.isr';
      const path = ['cluster', 'properties', values.has(property) ? property : 'transaction.state.log.replication.factor'];
      const message = `${property}, ${transactions.stateLogMinIsr}, is above transaction.state.log.replication.factor, ${transactions.stateLogReplicationFactor}: transactions would never work`;
      problems.push(at(path, message, `lower ${property}, or raise transaction.state.log.replication.factor`));
    }
  }
  return problems;
}

function valid(scenario: Scenario, kind: ConfigKind, properties: Properties): ReadonlyMap<string, ConfigValue> | undefined {
  const { values, problems } = parseProperties(kind, entriesOf(properties), scenario.release);
  return problems.length > 0 ? undefined : values;
}

function propertyProblems(scenario: Scenario, kind: ConfigKind, properties: Properties, path: Path): Problem[] {
  return parseProperties(kind, entriesOf(properties), scenario.release).problems.map(({ name, message, remedy }) => {
    return { path: [...path, name], atKey: message.startsWith('unknown '), message, remedy };
  });
}

function entriesOf(properties: Properties): { name: string; value: string; where: string }[] {
  return Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: name }));
}
