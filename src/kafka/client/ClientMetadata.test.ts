import { describe, expect, it } from 'vitest';
import { FakeBrokers } from './testing.js';
import { type ConnectionConfig, resolveProducerConfig } from '../config/index.js';
import { ErrorCode } from '../protocol/errors.js';
import { type KafkaFeatures, PRESETS } from '../protocol/features.js';
import type { MetadataResponse } from '../protocol/messages.js';
import { ClientMetadata } from './ClientMetadata.js';
import { NetworkClient } from './NetworkClient.js';

/** Metadata alone, against fake brokers. */
class Bench {
  readonly brokers: FakeBrokers;
  metadata!: ClientMetadata;

  constructor(config: Partial<ConnectionConfig> = {}, features: KafkaFeatures = PRESETS['3.9'], leaders: readonly number[] = [1]) {
    this.brokers = new FakeBrokers(leaders);
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      const all = { ...resolveProducerConfig('3.9', new Map()), ...config };
      const client = new NetworkClient(
        simulation.network,
        clientProcess,
        brokerHost,
        'm1',
        all,
        5,
        simulation.randomness.stream('backoff'),
      );
      this.metadata = new ClientMetadata({
        simulation,
        process: clientProcess,
        clientId: 'm1',
        client,
        bootstrapBrokers: [1, 2, 3],
        config: all,
        features,
      });
      client.onChange = (_broker, up) => (up ? this.metadata.poll() : this.metadata.requestUpdate());
    });
  }

  get asked(): number {
    return this.brokers.requestsFor('Metadata');
  }

  leader(index = 0): number {
    return this.metadata.leaderOf(this.brokers.partition(index).id);
  }

  setLeader(leader: number, leaderEpoch: number): void {
    Object.assign(this.brokers.partition(0), { leader, leaderEpoch });
  }

  /** Answers Metadata with this, once changed by `edit`. */
  answer(edit: (response: MetadataResponse) => void): void {
    this.brokers.script = (context) => {
      const response = this.brokers.metadata();
      edit(response);
      context.respond(response, 100);
      return true;
    };
  }
}

describe('metadata', () => {
  it('is asked for once when a topic comes into use, and again after metadata.max.age.ms', () => {
    const bench = new Bench({ metadataMaxAgeUs: 10_000_000 });
    expect(bench.metadata.partitionCount('orders')).toBe(0);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(9_900);
    expect(bench.metadata.partitionCount('orders')).toBe(1);
    expect(bench.asked).toBe(1);
    bench.brokers.runTo(10_100);
    expect(bench.asked).toBe(2);
  });

  it('follows a change of leader on demand', () => {
    const bench = new Bench();
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(50);
    bench.setLeader(2, 2);
    bench.metadata.requestUpdate();
    bench.brokers.runTo(100);
    expect(bench.leader()).toBe(2);
    expect(bench.brokers.events('leader-changed-in-metadata')).toMatchObject([{ client: 'm1', partition: 'orders-0', from: 1, to: 2 }]);
  });

  it('grows with its topic', () => {
    const bench = new Bench();
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(50);
    bench.brokers.addPartition(3);
    bench.metadata.requestUpdate();
    bench.brokers.runTo(100);
    expect(bench.metadata.partitionCount('orders')).toBe(2);
    expect(bench.leader(1)).toBe(3);
  });

  it('with an older leader epoch is ignored (KIP-320)', () => {
    const bench = new Bench();
    bench.setLeader(2, 5);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(50);
    bench.setLeader(1, 4);
    bench.metadata.requestUpdate();
    bench.brokers.runTo(500);
    expect(bench.leader()).toBe(2);
    expect(bench.brokers.events('stale-metadata-ignored')).toMatchObject([{ staleEpoch: 4, leaderEpoch: 5 }]);
  });

  it('with an older leader epoch is believed before 2.1', () => {
    const bench = new Bench({}, PRESETS['2.0']);
    bench.setLeader(2, 5);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(50);
    bench.setLeader(1, 4);
    bench.metadata.requestUpdate();
    bench.brokers.runTo(500);
    expect(bench.leader()).toBe(1);
  });

  it('keeps being asked for while a partition has no leader, at the pace of the back-off', () => {
    const bench = new Bench({ retryBackoffMaxUs: 100_000 });
    bench.setLeader(-1, 1);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(1_050);
    expect(bench.asked).toBeGreaterThanOrEqual(9);
    expect(bench.asked).toBeLessThanOrEqual(11);
  });

  it('backs off longer and longer while answers bring nothing new (KIP-580)', () => {
    const bench = new Bench();
    bench.setLeader(-1, 1);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(5_000);
    expect(bench.asked).toBeGreaterThanOrEqual(6);
    expect(bench.asked).toBeLessThanOrEqual(11);
  });

  it('comes from another broker when one is dead', () => {
    const bench = new Bench();
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.brokers.simulation.kill(bench.brokers.processes.get(2)!);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(2_000);
    expect(bench.metadata.partitionCount('orders')).toBe(1);
  });

  it('without any broker is no answer', () => {
    const bench = new Bench();
    bench.answer((response) => (response.brokers.length = 0));
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(300);
    expect(bench.metadata.partitionCount('orders')).toBe(0);
    expect(bench.metadata.brokers).toEqual([1, 2, 3]);
    expect(bench.asked).toBeGreaterThan(1);
  });

  it('forgets leaders, not epochs, when a broker says that there is no such topic', () => {
    const bench = new Bench();
    bench.setLeader(1, 5);
    bench.metadata.addTopic('orders');
    bench.brokers.runTo(50);
    bench.answer((response) => {
      response.topics = [{ name: 'orders', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partitions: [] }];
    });
    bench.metadata.requestUpdate();
    bench.brokers.runTo(100);
    expect([bench.leader(), bench.metadata.partitionCount('orders')]).toEqual([-1, 0]);
    bench.setLeader(2, 4);
    bench.answer(() => {});
    bench.brokers.runTo(1_000);
    expect(bench.leader()).toBe(-1);
    bench.setLeader(2, 6);
    bench.metadata.requestUpdate();
    bench.brokers.runTo(4_000);
    expect(bench.leader()).toBe(2);
  });

  it('takes a leader named by a refusal when its epoch is newer, from 3.7 (KIP-951)', () => {
    for (const [release, expected] of [
      ['3.9', 3],
      ['3.3', 1],
    ] as const) {
      const bench = new Bench({}, PRESETS[release]);
      bench.metadata.addTopic('orders');
      bench.brokers.runTo(50);
      const { id } = bench.brokers.partition(0);
      expect(bench.metadata.learnLeader(id, 2, 1)).toBe(false);
      bench.metadata.learnLeader(id, 3, 2);
      expect(bench.leader()).toBe(expected);
    }
  });
});
