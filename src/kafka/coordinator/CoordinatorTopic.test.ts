import { expect, it } from 'vitest';
import { Simulation } from '../../engine/Simulation.js';
import { KafkaCluster } from '../cluster/KafkaCluster.js';
import { parseProperties } from '../config/index.js';
import { ErrorCode } from '../protocol/errors.js';
import { PRESETS } from '../protocol/features.js';
import { javaHash } from './CoordinatorTopic.js';

it('hashes ids as Java does', () => {
  expect(['', 'a', 'hello', 'polygenelubricants'].map(javaHash)).toEqual([0, 97, 99162322, -2147483648]);
});

it('appends nothing for a coordinator whose epoch is over by the time its disk is ready', () => {
  const simulation = new Simulation('coordinator');
  const { values } = parseProperties('topic', [{ name: 'min.insync.replicas', value: '2', where: 'test' }], '3.9');
  const cluster = new KafkaCluster(simulation, {
    ...{ release: '3.9', features: PRESETS['3.9'], brokers: 3, zookeeperServers: 3 },
    ...{ brokerProperties: new Map(), brokerOverrides: new Map() },
    topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, assignment: [[1, 2, 3]], config: values }],
  });
  cluster.start();
  simulation.scheduler.runUntil(3_000_000);
  const partition = cluster.partitions()[0] as number;
  const leader = cluster.replica(1, partition);
  const produce = cluster.node(1).broker?.replicas.produceHandler;
  if (leader === undefined || produce === undefined) throw new Error('broker 1 does not lead');
  const record = { key: 'k', value: -1, timestampMs: 0, sizeBytes: 50 };
  const batch = { producerId: -1, producerEpoch: -1, baseSequence: -1, sizeBytes: 100, records: [record] };
  const answers: number[] = [];
  const write = (leaderEpoch: number): void =>
    produce.produce(
      { acks: -1, timeoutUs: 1_000_000, partitions: [{ partition, batch, leaderEpoch }] },
      ({ partitions }) => answers.push(partitions[0]?.errorCode ?? -1),
      'coordinator',
    );
  write(leader.leaderEpoch - 1);
  write(leader.leaderEpoch);
  simulation.scheduler.runUntil(4_000_000);
  expect(answers).toEqual([ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NONE]);
  expect(leader.log.logEndOffset).toBe(1);
});
