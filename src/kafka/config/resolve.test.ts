import { describe, expect, it } from 'vitest';
import type { KafkaRelease } from '../protocol/release.js';
import type { ConfigKind, ConfigValue } from './definition.js';
import { NEVER, parseProperties, resolveBrokerConfig, resolveConsumerConfig, resolveProducerConfig, resolveTopicConfig } from './index.js';
import type { BrokerConfig, ConsumerConfig, ProducerConfig } from './index.js';

function valuesOf(kind: ConfigKind, release: KafkaRelease, properties: Record<string, string>): ReadonlyMap<string, ConfigValue> {
  const entries = Object.entries(properties).map(([name, value]) => ({ name, value, where: 'test' }));
  const { values, problems } = parseProperties(kind, entries, release);
  expect(problems).toEqual([]);
  return values;
}

const broker = (release: KafkaRelease, properties: Record<string, string> = {}): BrokerConfig =>
  resolveBrokerConfig(release, valuesOf('broker', release, properties));
const producer = (release: KafkaRelease, properties: Record<string, string> = {}): ProducerConfig =>
  resolveProducerConfig(release, valuesOf('producer', release, properties));
const consumer = (release: KafkaRelease, properties: Record<string, string> = {}): ConsumerConfig =>
  resolveConsumerConfig(release, valuesOf('consumer', release, properties));

describe('a broker', () => {
  it('has the defaults of 3.9', () => {
    expect(broker('3.9')).toEqual({
      minInsyncReplicas: 1,
      defaultReplicationFactor: 1,
      numPartitions: 1,
      uncleanLeaderElectionEnable: false,
      replicaLagTimeMaxUs: 30_000_000,
      replicaLagMaxMessages: NEVER,
      replicaFetchWaitMaxUs: 500_000,
      replicaFetchMinBytes: 1,
      replicaFetchMaxBytes: 1_048_576,
      replicaFetchResponseMaxBytes: 10_485_760,
      replicaFetchBackoffUs: 1_000_000,
      replicaSocketTimeoutUs: 30_000_000,
      replicaHighWatermarkCheckpointIntervalUs: 5_000_000,
      logFlushIntervalMessages: NEVER,
      logFlushIntervalUs: NEVER,
      logFlushSchedulerIntervalUs: NEVER,
      logFlushOffsetCheckpointIntervalUs: 60_000_000,
      logFlushStartOffsetCheckpointIntervalUs: 60_000_000,
      logSegmentBytes: 1_073_741_824,
      logRollUs: 604_800_000_000,
      logRetentionUs: 604_800_000_000,
      logRetentionBytes: NEVER,
      logRetentionCheckIntervalUs: 300_000_000,
      messageMaxBytes: 1_048_588,
      autoLeaderRebalanceEnable: true,
      leaderImbalanceCheckIntervalUs: 300_000_000,
      leaderImbalancePerBrokerPercentage: 10,
      controlledShutdownEnable: true,
      controlledShutdownMaxRetries: 3,
      controlledShutdownRetryBackoffUs: 5_000_000,
      controllerSocketTimeoutUs: 30_000_000,
      zookeeperSessionTimeoutUs: 18_000_000,
      zookeeperConnectionTimeoutUs: 18_000_000,
      requestTimeoutUs: 30_000_000,
      brokerRack: '',
      replicaSelectorClass: '',
      cleaner: {
        enable: true,
        backoffUs: 15_000_000,
        cleanupPolicy: 'delete',
        minCleanableRatio: 0.5,
        deleteRetentionUs: 86_400_000_000,
        minCompactionLagUs: 0,
        maxCompactionLagUs: NEVER,
      },
      groups: {
        offsetsTopicNumPartitions: 50,
        offsetsTopicReplicationFactor: 3,
        offsetsTopicSegmentBytes: 104_857_600,
        offsetsRetentionUs: 604_800_000_000,
        offsetsRetentionCheckIntervalUs: 600_000_000,
        offsetsCommitTimeoutUs: 5_000_000,
        offsetsCommitRequiredAcks: -1,
        groupInitialRebalanceDelayUs: 3_000_000,
        groupMinSessionTimeoutUs: 6_000_000,
        groupMaxSessionTimeoutUs: 1_800_000_000,
        groupMaxSize: 2_147_483_647,
        consumerSessionTimeoutUs: 45_000_000,
        consumerHeartbeatIntervalUs: 5_000_000,
        consumerAssignors: ['uniform', 'range'],
      },
      transactions: {
        stateLogNumPartitions: 50,
        stateLogReplicationFactor: 3,
        stateLogMinIsr: 2,
        stateLogSegmentBytes: 104_857_600,
        transactionMaxTimeoutUs: 900_000_000,
        transactionalIdExpirationUs: 604_800_000_000,
        abortTimedOutCleanupIntervalUs: 10_000_000,
        removeExpiredCleanupIntervalUs: 3_600_000_000,
        partitionVerificationEnable: true,
        producerIdExpirationUs: 86_400_000_000,
        producerIdExpirationCheckIntervalUs: 600_000_000,
      },
    });
  });

  it('has the defaults of its release', () => {
    expect(broker('0.10.2').groups).toMatchObject({ groupInitialRebalanceDelayUs: 0, offsetsRetentionUs: 86_400_000_000 });
    expect(broker('2.7').transactions.producerIdExpirationUs).toBe(604_800_000_000);
    expect(broker('0.10.2').uncleanLeaderElectionEnable).toBe(true);
    expect(broker('0.11').uncleanLeaderElectionEnable).toBe(false);
    expect(broker('2.4')).toMatchObject({
      replicaLagTimeMaxUs: 10_000_000,
      zookeeperSessionTimeoutUs: 6_000_000,
      messageMaxBytes: 1_000_012,
    });
    expect(broker('2.7')).toMatchObject({ replicaLagTimeMaxUs: 30_000_000, zookeeperSessionTimeoutUs: 18_000_000 });
    expect(broker('0.8.1')).toMatchObject({
      replicaLagMaxMessages: 4000,
      controlledShutdownEnable: false,
      replicaFetchResponseMaxBytes: NEVER,
    });
  });

  it('has no min.insync.replicas, and no say in unclean election, before 0.8.2', () => {
    const properties = { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'false' };
    expect(broker('0.8.1', properties)).toMatchObject({ minInsyncReplicas: 1, uncleanLeaderElectionEnable: true });
    expect(broker('0.8.2', properties)).toMatchObject({ minInsyncReplicas: 2, uncleanLeaderElectionEnable: false });
  });

  it('takes the finest of several units, and -1 for ever', () => {
    const coarse = { 'log.retention.hours': '1', 'log.retention.minutes': '5' };
    expect(broker('3.9', coarse).logRetentionUs).toBe(300_000_000);
    expect(broker('3.9', { ...coarse, 'log.retention.ms': '-1' }).logRetentionUs).toBe(NEVER);
    expect(broker('3.9', { 'log.roll.hours': '1', 'log.roll.ms': '7' }).logRollUs).toBe(7000);
  });

  it('takes the age to flush from the period of the flush task, and the connection timeout from the session', () => {
    expect(broker('3.9', { 'log.flush.scheduler.interval.ms': '2' })).toMatchObject({
      logFlushIntervalUs: 2000,
      logFlushSchedulerIntervalUs: 2000,
    });
    expect(broker('3.9', { 'log.flush.interval.ms': '2' })).toMatchObject({ logFlushIntervalUs: 2000, logFlushSchedulerIntervalUs: NEVER });
    expect(broker('3.9', { 'zookeeper.session.timeout.ms': '9000' }).zookeeperConnectionTimeoutUs).toBe(9_000_000);
  });
});

describe('a topic', () => {
  it('takes what it does not set from its broker', () => {
    const own = broker('3.9', { 'min.insync.replicas': '2', 'log.flush.interval.messages': '1', 'unclean.leader.election.enable': 'true' });
    expect(resolveTopicConfig(own, new Map())).toEqual({
      minInsyncReplicas: 2,
      uncleanLeaderElectionEnable: true,
      flushMessages: 1,
      flushUs: NEVER,
      segmentBytes: 1_073_741_824,
      segmentUs: 604_800_000_000,
      retentionUs: 604_800_000_000,
      retentionBytes: NEVER,
      maxMessageBytes: 1_048_588,
      deletesOldSegments: true,
      compaction: null,
    });
    const overrides = valuesOf('topic', '3.9', {
      'min.insync.replicas': '3',
      'unclean.leader.election.enable': 'false',
      'flush.ms': '1',
      'retention.ms': '-1',
      'retention.bytes': '100',
      'cleanup.policy': 'compact,delete',
      'delete.retention.ms': '5',
    });
    expect(resolveTopicConfig(own, overrides)).toMatchObject({
      minInsyncReplicas: 3,
      uncleanLeaderElectionEnable: false,
      flushMessages: 1,
      flushUs: 1000,
      retentionUs: NEVER,
      retentionBytes: 100,
      deletesOldSegments: true,
      compaction: { minCleanableDirtyRatio: 0.5, deleteRetentionUs: 5000, minCompactionLagUs: 0, maxCompactionLagUs: NEVER },
    });
  });
});

describe('a producer', () => {
  it('has the defaults of 3.9', () => {
    expect(producer('3.9')).toEqual({
      clientId: '',
      acks: -1,
      batchSizeBytes: 16_384,
      lingerUs: 0,
      bufferMemoryBytes: 33_554_432,
      maxRequestSizeBytes: 1_048_576,
      retries: 2_147_483_647,
      retryBackoffUs: 100_000,
      retryBackoffMaxUs: 1_000_000,
      deliveryTimeoutUs: 120_000_000,
      requestTimeoutUs: 30_000_000,
      maxInFlightRequestsPerConnection: 5,
      maxBlockUs: 60_000_000,
      metadataMaxAgeUs: 300_000_000,
      reconnectBackoffUs: 50_000,
      reconnectBackoffMaxUs: 1_000_000,
      partitioner: 'builtIn',
      partitionerIgnoreKeys: false,
      enableIdempotence: true,
      transactionalId: null,
      transactionTimeoutUs: 60_000_000,
    });
  });

  it('has the defaults of its release', () => {
    expect(producer('2.7')).toMatchObject({ acks: 1, retries: 2_147_483_647, retryBackoffMaxUs: 100_000, partitioner: 'sticky' });
    expect(producer('2.1')).toMatchObject({ deliveryTimeoutUs: 120_000_000, partitioner: 'classic' });
    expect(producer('2.0')).toMatchObject({ retries: 0, deliveryTimeoutUs: NEVER });
    expect(producer('0.10.2')).toMatchObject({ reconnectBackoffMaxUs: 50_000 });
  });

  it('is idempotent by default since 3.0, unless what was set does not allow it (KIP-679)', () => {
    expect(producer('2.7').enableIdempotence).toBe(false);
    expect(producer('0.10.2').enableIdempotence).toBe(false);
    expect(producer('3.9', { acks: '1' }).enableIdempotence).toBe(false);
    expect(producer('3.9', { retries: '0' }).enableIdempotence).toBe(false);
    expect(producer('3.9', { 'max.in.flight.requests.per.connection': '6' }).enableIdempotence).toBe(false);
    expect(producer('2.7', { 'transactional.id': 't1' })).toMatchObject({ enableIdempotence: true, transactionalId: 't1' });
  });

  it('has what idempotence needs where nobody set it (KIP-98)', () => {
    const on = { 'enable.idempotence': 'true' };
    expect(producer('2.0', on)).toMatchObject({ acks: -1, retries: 2_147_483_647, maxInFlightRequestsPerConnection: 5 });
    expect(producer('0.11', on).maxInFlightRequestsPerConnection).toBe(1);
    expect(producer('2.0', { ...on, retries: '3' }).retries).toBe(3);
    expect(producer('3.9', { 'transactional.id': 't1', 'transaction.timeout.ms': '5000' }).transactionTimeoutUs).toBe(5_000_000);
  });

  it('reads acks as a number of replicas', () => {
    expect(['all', '-1', '0', '1'].map((acks) => producer('3.9', { acks }).acks)).toEqual([-1, -1, 0, 1]);
    expect(producer('0.8.2', { acks: '2' }).acks).toBe(2);
  });

  it('raises the default delivery timeout over linger and request timeout', () => {
    expect(producer('3.9', { 'linger.ms': '100000', 'request.timeout.ms': '60000' }).deliveryTimeoutUs).toBe(160_000_000);
    expect(producer('3.9', { 'delivery.timeout.ms': '30000' }).deliveryTimeoutUs).toBe(30_000_000);
  });

  it('keeps reconnecting at the pause that was set alone', () => {
    expect(producer('3.9', { 'reconnect.backoff.ms': '20' }).reconnectBackoffMaxUs).toBe(20_000);
    expect(producer('3.9', { 'reconnect.backoff.ms': '20', 'reconnect.backoff.max.ms': '70' }).reconnectBackoffMaxUs).toBe(70_000);
  });

  it('takes a partitioner by its class, where the release has it', () => {
    const named = { 'partitioner.class': 'org.apache.kafka.clients.producer.RoundRobinPartitioner' };
    expect(producer('3.9', named).partitioner).toBe('roundRobin');
    expect(producer('2.1', named).partitioner).toBe('classic');
    const classic = { 'partitioner.class': 'org.apache.kafka.clients.producer.internals.DefaultPartitioner' };
    expect(producer('3.9', classic).partitioner).toBe('sticky');
  });
});

describe('a consumer', () => {
  it('knows the assignors by class name, as they were written', () => {
    const strategy = 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor, org.apache.kafka.clients.consumer.RoundRobinAssignor';
    expect(consumer('3.9', { 'partition.assignment.strategy': strategy }).partitionAssignmentStrategy).toEqual([
      'cooperative-sticky',
      'roundrobin',
    ]);
    expect(consumer('2.7').partitionAssignmentStrategy).toEqual(['range']);
  });

  it('has the defaults of 3.9, and those of its release', () => {
    expect(consumer('3.9')).toEqual({
      clientId: '',
      autoOffsetReset: 'latest',
      fetchMinBytes: 1,
      fetchMaxWaitUs: 500_000,
      fetchMaxBytes: 52_428_800,
      maxPartitionFetchBytes: 1_048_576,
      maxPollRecords: 500,
      isolationLevel: 'read_uncommitted',
      requestTimeoutUs: 30_000_000,
      retryBackoffUs: 100_000,
      retryBackoffMaxUs: 1_000_000,
      reconnectBackoffUs: 50_000,
      reconnectBackoffMaxUs: 1_000_000,
      metadataMaxAgeUs: 300_000_000,
      groupId: null,
      groupInstanceId: null,
      groupProtocol: 'classic',
      groupRemoteAssignor: null,
      partitionAssignmentStrategy: ['range', 'cooperative-sticky'],
      enableAutoCommit: true,
      autoCommitIntervalUs: 5_000_000,
      sessionTimeoutUs: 45_000_000,
      heartbeatIntervalUs: 3_000_000,
      maxPollIntervalUs: 300_000_000,
      defaultApiTimeoutUs: 60_000_000,
      clientRack: '',
    });
    expect(consumer('1.1').requestTimeoutUs).toBe(305_000_000);
    expect(consumer('0.8.2')).toMatchObject({ fetchMaxBytes: NEVER, maxPollRecords: 2_147_483_647 });
  });
});
