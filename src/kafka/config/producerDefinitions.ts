/**
 * Every property of `producer.properties`.
 *
 * The simulated client is the Java client at every release. What its first version already had counts as always there; names of
 * the Scala client (removed in 2.0) are known, so that an old file gets an answer, and are not modelled.
 *
 * Names, types, defaults, bounds and versions are facts of the Kafka documentation and of the releases 0.8.2 to 3.9.
 */
import { boolean, classname, int, list, long, short, string, INT_MAX } from './definition.js';
import type { ConfigDefinition } from './definition.js';
import { clientSecurityDefinitions } from './clientSecurityDefinitions.js';

/** The `partitioner.class` values that the simulation follows. */
const PARTITIONER_CLASSES = [
  'org.apache.kafka.clients.producer.internals.DefaultPartitioner',
  'org.apache.kafka.clients.producer.RoundRobinPartitioner',
  'org.apache.kafka.clients.producer.UniformStickyPartitioner',
] as const;

export const producerDefinitions: readonly ConfigDefinition[] = [
  string('acks', 'all', { was: [['3.0', '1']], effect: 'which replicas must have a record before the producer is told it is written' }),
  boolean('auto.include.jmx.reporter', true, { since: '3.4' }),
  int('batch.num.messages', 200, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use batch.size',
  }),
  int('batch.size', 16_384, { min: 0, effect: 'bytes of one batch' }),
  boolean('block.on.buffer.full', false, { until: '0.10.2', note: 'use max.block.ms' }),
  list('bootstrap.servers', '', { note: 'Trialrun places its own brokers' }),
  long('buffer.memory', 33_554_432, { min: 0, effect: 'bytes of records waiting to be sent; a full buffer blocks send()' }),
  string('client.dns.lookup', 'use_all_dns_ips', {
    oneOf: ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'],
    since: '2.1',
  }),
  string('client.id', '', { effect: 'name of the client in the story' }),
  string('compressed.topics', null, { until: '1.1' }),
  string('compression.codec', null, { until: '1.1' }),
  int('compression.gzip.level', -1, { since: '3.8' }),
  int('compression.lz4.level', 9, { since: '3.8' }),
  string('compression.type', 'none', { oneOf: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] }),
  int('compression.zstd.level', 3, { since: '3.8' }),
  long('connections.max.idle.ms', 540_000, { since: '0.9' }),
  int('delivery.timeout.ms', 120_000, { min: 0, since: '2.1', effect: 'time after which send() reports a failure, retries included' }),
  boolean('enable.idempotence', true, {
    since: '0.11',
    was: [['3.0', false]],
    effect: 'whether brokers refuse what a producer sends twice or out of order',
  }),
  boolean('enable.metrics.push', true, { since: '3.7' }),
  list('interceptor.classes', '', { since: '0.10.0' }),
  boolean('internal.auto.downgrade.txn.commit', false, { since: '2.6', until: '2.8', internal: true }),
  classname('key.serializer', null),
  string('key.serializer.class', null, { until: '1.1' }),
  long('linger.ms', 0, { min: 0, effect: 'how long a batch waits for more records' }),
  long('max.block.ms', 60_000, { min: 0, since: '0.9', effect: 'how long send() waits for metadata or buffer memory' }),
  int('max.in.flight.requests.per.connection', 5, {
    min: 1,
    effect: 'unanswered requests per broker; above 1 and without idempotence, a retry may reorder records',
  }),
  int('max.request.size', 1_048_576, { min: 0, effect: 'bytes of one produce request, and of one record' }),
  int('message.send.max.retries', 3, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use retries',
  }),
  string('metadata.broker.list', null, { until: '1.1', note: 'Trialrun places its own brokers' }),
  long('metadata.fetch.timeout.ms', 60_000, { min: 0, until: '0.10.2', note: 'use max.block.ms' }),
  long('metadata.max.age.ms', 300_000, { min: 0, effect: 'age at which metadata is refreshed unasked' }),
  long('metadata.max.idle.ms', 300_000, { min: 5000, since: '2.5' }),
  string('metadata.recovery.strategy', 'none', { oneOf: ['none', 'rebootstrap'], since: '3.8' }),
  list('metric.reporters', ''),
  int('metrics.num.samples', 2, { min: 1 }),
  string('metrics.recording.level', 'INFO', { oneOf: ['INFO', 'DEBUG', 'TRACE'], since: '0.11' }),
  long('metrics.sample.window.ms', 30_000, { min: 0 }),
  boolean('partitioner.adaptive.partitioning.enable', true, {
    since: '3.3',
    note: 'keyless records are spread uniformly, whatever the queue lengths',
  }),
  long('partitioner.availability.timeout.ms', 0, { min: 0, since: '3.3' }),
  classname('partitioner.class', null, { since: '0.9', modelledValues: PARTITIONER_CLASSES, effect: 'how a record finds its partition' }),
  boolean('partitioner.ignore.keys', false, { since: '3.3', effect: 'whether keys decide the partition' }),
  string('producer.type', 'sync', {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: sending is set by the workload',
  }),
  int('queue.buffering.max.messages', 10_000, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use buffer.memory',
  }),
  int('queue.buffering.max.ms', 5000, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use linger.ms',
  }),
  int('queue.enqueue.timeout.ms', -1, { until: '1.1' }),
  int('receive.buffer.bytes', 32_768, { min: -1 }),
  long('reconnect.backoff.max.ms', 1000, { min: 0, since: '0.11', effect: 'longest pause between reconnections' }),
  long('reconnect.backoff.ms', 50, { min: 0, was: [['0.9', 10]], effect: 'pause before the first reconnection' }),
  short('request.required.acks', 0, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use acks',
  }),
  int('request.timeout.ms', 30_000, { min: 0, effect: 'how long a response is awaited' }),
  int('retries', INT_MAX, { min: 0, was: [['2.1', 0]], effect: 'attempts after a retriable error' }),
  long('retry.backoff.max.ms', 1000, { min: 0, since: '3.7', effect: 'longest pause between retries' }),
  long('retry.backoff.ms', 100, { min: 0, effect: 'pause before the first retry' }),
  string('security.protocol', 'PLAINTEXT', { oneOf: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], since: '0.9' }),
  string('security.providers', null, { since: '2.4' }),
  int('send.buffer.bytes', 131_072, { min: -1 }),
  string('serializer.class', 'kafka.serializer.DefaultEncoder', { until: '1.1' }),
  long('socket.connection.setup.timeout.max.ms', 30_000, { since: '2.7' }),
  long('socket.connection.setup.timeout.ms', 10_000, { since: '2.7' }),
  int('timeout.ms', 30_000, { min: 0, until: '0.10.2', note: 'use request.timeout.ms' }),
  int('topic.metadata.refresh.interval.ms', 600_000, {
    until: '1.1',
    note: 'property of the Scala client (until 1.1); Trialrun runs the Java client: use metadata.max.age.ms',
  }),
  int('transaction.timeout.ms', 60_000, { since: '0.11', effect: 'how long a transaction may stay open' }),
  string('transactional.id', null, { since: '0.11', effect: 'name under which a producer has transactions' }),
  classname('value.serializer', null),
  ...clientSecurityDefinitions,
];
