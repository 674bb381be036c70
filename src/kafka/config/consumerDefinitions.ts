/**
 * Every property of `consumer.properties`.
 *
 * The simulated client is the Java client at every release. What its first version already had counts as always there; names of
 * the Scala client (removed in 2.0) are known, so that an old file gets an answer, and are not modelled.
 *
 * Names, types, defaults, bounds and versions are facts of the Kafka documentation and of the releases 0.8.2 to 3.9.
 */
import { boolean, classname, int, list, long, string, INT_MAX } from './definition.js';
import type { ConfigDefinition } from './definition.js';
import { clientSecurityDefinitions } from './clientSecurityDefinitions.js';

export const consumerDefinitions: readonly ConfigDefinition[] = [
  boolean('allow.auto.create.topics', true, { since: '2.3' }),
  boolean('auto.commit.enable', true, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use enable.auto.commit',
  }),
  int('auto.commit.interval.ms', 5000, { min: 0, effect: 'time between two commits that the client makes by itself' }),
  boolean('auto.include.jmx.reporter', true, { since: '3.4' }),
  string('auto.offset.reset', 'latest', {
    oneOf: ['latest', 'earliest', 'none'],
    effect: 'where reading starts when there is no valid position',
  }),
  list('bootstrap.servers', '', { note: 'Trialrun places its own brokers' }),
  boolean('check.crcs', true),
  string('client.dns.lookup', 'use_all_dns_ips', {
    oneOf: ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'],
    since: '2.1',
  }),
  string('client.id', '', { effect: 'name of the client in the story' }),
  string('client.rack', '', { since: '2.3', effect: 'rack whose replicas the consumer would rather read from (KIP-392)' }),
  long('connections.max.idle.ms', 540_000),
  string('consumer.id', null, { until: '1.1' }),
  int('consumer.timeout.ms', -1, { until: '1.1' }),
  int('default.api.timeout.ms', 60_000, { min: 0, since: '2.0', effect: 'how long commitSync goes on trying' }),
  boolean('dual.commit.enabled', null, { until: '1.1' }),
  boolean('enable.auto.commit', true, { effect: 'the client commits what poll has returned, processed or not' }),
  boolean('enable.metrics.push', true, { since: '3.7' }),
  boolean('exclude.internal.topics', true, { since: '0.10.0' }),
  int('fetch.max.bytes', 52_428_800, { min: 0, since: '0.10.1', effect: 'bytes of one fetch' }),
  int('fetch.max.wait.ms', 500, { min: 0, effect: 'how long a broker holds a fetch open' }),
  int('fetch.message.max.bytes', 1_048_576, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use max.partition.fetch.bytes',
  }),
  int('fetch.min.bytes', 1, { min: 0, effect: 'bytes a broker gathers before it answers a fetch' }),
  int('fetch.wait.max.ms', 100, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use fetch.max.wait.ms',
  }),
  string('group.id', null, { effect: 'group whose members share the partitions and the committed offsets' }),
  string('group.instance.id', null, { since: '2.3', effect: 'name under which a static member comes back without a rebalance' }),
  string('group.protocol', 'classic', {
    oneOf: ['classic', 'consumer'],
    since: '3.7',
    effect: 'who decides on assignments: a member (classic) or the broker (consumer, KIP-848)',
  }),
  string('group.remote.assignor', null, { since: '3.7', effect: 'assignor on the broker, with group.protocol=consumer' }),
  int('heartbeat.interval.ms', 3000, { effect: 'time between two signs of life to the group coordinator' }),
  list('interceptor.classes', '', { since: '0.10.0' }),
  boolean('internal.leave.group.on.close', true, { since: '0.10.2', internal: true }),
  boolean('internal.throw.on.fetch.stable.offset.unsupported', false, { since: '2.6', internal: true }),
  string('isolation.level', 'read_uncommitted', {
    oneOf: ['read_committed', 'read_uncommitted'],
    since: '0.11',
    effect: 'whether records of open and aborted transactions are read',
  }),
  classname('key.deserializer', null),
  int('max.partition.fetch.bytes', 1_048_576, { min: 0, effect: 'bytes of one partition in a fetch' }),
  int('max.poll.interval.ms', 300_000, {
    min: 1,
    since: '0.10.1',
    effect: 'time that the application may take between two polls before its partitions go to others',
  }),
  int('max.poll.records', 500, { min: 1, since: '0.10.0', was: [['0.10.1', INT_MAX]], effect: 'records handed out by one poll' }),
  long('metadata.max.age.ms', 300_000, { min: 0, effect: 'age at which metadata is refreshed unasked' }),
  string('metadata.recovery.strategy', 'none', { oneOf: ['none', 'rebootstrap'], since: '3.8' }),
  list('metric.reporters', ''),
  int('metrics.num.samples', 2, { min: 1 }),
  string('metrics.recording.level', 'INFO', { oneOf: ['INFO', 'DEBUG', 'TRACE'], since: '0.10.2' }),
  long('metrics.sample.window.ms', 30_000, { min: 0 }),
  int('num.consumer.fetchers', 1, { until: '1.1' }),
  int('offsets.channel.backoff.ms', 1000, { until: '1.1' }),
  int('offsets.channel.socket.timeout.ms', 10_000, { until: '1.1' }),
  int('offsets.commit.max.retries', 5, { until: '1.1' }),
  string('offsets.storage', 'zookeeper', { until: '1.1' }),
  list('partition.assignment.strategy', 'range,cooperative-sticky', {
    since: '0.9',
    was: [['3.0', 'range']],
    effect: 'assignors that a member offers, the most wanted first',
  }),
  int('queued.max.message.chunks', 2, { until: '1.1' }),
  int('rebalance.backoff.ms', null, { until: '1.1' }),
  int('rebalance.max.retries', 4, { until: '1.1' }),
  int('receive.buffer.bytes', 65_536, { min: -1, was: [['0.10.0', 32_768]] }),
  long('reconnect.backoff.max.ms', 1000, { min: 0, since: '0.11', effect: 'longest pause between reconnections' }),
  long('reconnect.backoff.ms', 50, { min: 0, effect: 'pause before the first reconnection' }),
  int('refresh.leader.backoff.ms', 200, { until: '1.1' }),
  int('request.timeout.ms', 30_000, {
    min: 0,
    was: [
      ['0.10.1', 40_000],
      ['2.0', 305_000],
    ],
    effect: 'how long a response is awaited',
  }),
  long('retry.backoff.max.ms', 1000, { min: 0, since: '3.7', effect: 'longest pause between retries' }),
  long('retry.backoff.ms', 100, { min: 0, effect: 'pause before the first retry' }),
  string('security.protocol', 'PLAINTEXT', { oneOf: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] }),
  string('security.providers', null, { since: '2.4' }),
  int('send.buffer.bytes', 131_072, { min: -1 }),
  int('session.timeout.ms', 45_000, {
    was: [
      ['0.10.1', 30_000],
      ['3.0', 10_000],
    ],
    effect: 'time without a sign of life after which a member is taken for dead',
  }),
  long('socket.connection.setup.timeout.max.ms', 30_000, { since: '2.7' }),
  long('socket.connection.setup.timeout.ms', 10_000, { since: '2.7' }),
  int('socket.receive.buffer.bytes', 65_536, { until: '1.1' }),
  int('socket.timeout.ms', 30_000, { until: '1.1' }),
  classname('value.deserializer', null),
  string('zookeeper.connect', null, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: Trialrun places its own ZooKeeper ensemble',
  }),
  int('zookeeper.connection.timeout.ms', null, { until: '1.1' }),
  int('zookeeper.session.timeout.ms', 6000, { until: '1.1', was: [['2.5', 6000]] }),
  int('zookeeper.sync.time.ms', 2000, { until: '1.1' }),
  ...clientSecurityDefinitions,
];
