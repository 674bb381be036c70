import { describe, expect, it } from 'vitest';
import { configurationFrom } from './configurationOptions.js';

describe('remarks on a configuration', () => {
  it('name min.insync.replicas above the replication factor, by what the release makes of it', () => {
    const topic = ['orders:min.insync.replicas=4'];
    expect(configurationFrom({ topic, kafka: '3.9' }).remarks).toEqual([
      expect.stringMatching(/above the replication factor, 3\. Kafka 3\.9 takes 3/),
    ]);
    expect(configurationFrom({ topic, kafka: '2.1' }).remarks).toEqual([expect.stringMatching(/Kafka 2\.1 refuses every acks=all write/)]);
  });

  it('name a topic with one replica, and one where each replica is needed', () => {
    expect(configurationFrom({ brokers: 1 }).remarks).toEqual([expect.stringMatching(/has one replica/)]);
    expect(configurationFrom({ brokers: 2 }).remarks).toEqual([expect.stringMatching(/one broker that is down stops/)]);
  });

  it('name a protocol that brokers speak and no group does', () => {
    const group = { application: 'commit-after' as const, feature: { consumerGroupProtocol: true } };
    expect(configurationFrom(group).remarks).toEqual([expect.stringMatching(/no group does\. Add --set group\.protocol=consumer/)]);
    expect(configurationFrom({ ...group, set: ['group.protocol=consumer'] }).remarks).toEqual([]);
  });

  it('are none for the recommended configuration', () => {
    expect(configurationFrom({}).remarks).toEqual([]);
  });
});
