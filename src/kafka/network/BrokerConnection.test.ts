import { describe, expect, it } from 'vitest';
import { FakeBrokers } from '../client/testing.js';
import { BrokerConnection, type ConnectionOptions } from './BrokerConnection.js';

const MS = 1000;

class Bench {
  readonly brokers = new FakeBrokers([1]);
  readonly answers: [string, number][] = [];
  connection!: BrokerConnection;

  constructor(options: Partial<ConnectionOptions> = {}) {
    const { simulation, clientProcess, brokerHost } = this.brokers;
    this.brokers.startClient(() => {
      this.connection = new BrokerConnection(simulation.network, clientProcess, brokerHost(1), {
        clientId: 'c1',
        requestTimeoutUs: 500 * MS,
        connectionSetupTimeoutUs: 10_000 * MS,
        reconnectBackoffUs: 50 * MS,
        reconnectBackoffMaxUs: 1_000 * MS,
        ...options,
      });
    });
  }

  ask(): void {
    this.connection.send('Metadata', { topics: null }, 50, (response) => {
      this.answers.push([response === null ? 'failed' : 'answered', Math.floor(this.brokers.simulation.nowUs / MS)]);
    });
  }
}

describe('a connection to a broker', () => {
  it('is opened by its first request and serves the next', () => {
    const bench = new Bench();
    expect(bench.connection.connected).toBe(false);
    bench.ask();
    bench.brokers.runTo(10);
    bench.ask();
    bench.brokers.runTo(20);
    expect(bench.answers.map(([how]) => how)).toEqual(['answered', 'answered']);
    expect(bench.brokers.events('connection-opened')).toHaveLength(1);
  });

  it('can be opened without a request', () => {
    const bench = new Bench();
    let up = 0;
    bench.connection.onConnect = () => up++;
    bench.connection.connect();
    expect(bench.connection.connecting).toBe(true);
    bench.brokers.runTo(10);
    expect([up, bench.connection.connected, bench.connection.connecting]).toEqual([1, true, false]);
  });

  it('fails everything in flight when its oldest request times out, and the bytes still arrive', () => {
    const bench = new Bench();
    bench.ask();
    bench.brokers.runTo(10);
    const { network } = bench.brokers.simulation;
    const [from, to] = [bench.brokers.clientProcess.host, bench.brokers.brokerHost(1)];
    network.cut(from, to);
    bench.ask();
    bench.brokers.runTo(300);
    bench.ask();
    bench.brokers.runTo(520);
    expect(bench.answers.slice(1)).toEqual([
      ['failed', 510],
      ['failed', 510],
    ]);
    network.heal(from, to);
    bench.brokers.runTo(2_000);
    expect(bench.brokers.requestsFor('Metadata')).toBe(3);
    expect(bench.answers).toHaveLength(3);
  });

  it('can wait for one answer with a patience of its own, and the next request is measured by the usual one', () => {
    const bench = new Bench();
    const answered = (response: unknown): void =>
      void bench.answers.push([response === null ? 'failed' : 'answered', Math.floor(bench.brokers.simulation.nowUs / MS)]);
    let first = true;
    bench.brokers.script = (context): boolean => {
      if (!first) return true;
      first = false;
      bench.brokers.processes.get(1)?.after(800 * MS, () => context.respond(bench.brokers.metadata(), 100), undefined);
      return true;
    };
    bench.connection.send('Metadata', { topics: null }, 50, answered, true, 5_000 * MS);
    bench.brokers.runTo(1_000);
    bench.ask();
    bench.brokers.runTo(3_000);
    expect(bench.answers.map(([how]) => how)).toEqual(['answered', 'failed']);
    expect(bench.answers[1]?.[1]).toBe(1_500);
  });

  it('is tried again after a back-off that doubles up to its maximum and begins anew after success (KIP-144)', () => {
    const bench = new Bench();
    const waits: number[] = [];
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.connection.onDisconnect = () => {
      waits.push((bench.connection.backoffUntilUs - bench.brokers.simulation.nowUs) / MS);
      if (waits.length === 7) bench.brokers.startBroker(1);
      bench.connection.connect();
    };
    bench.connection.connect();
    bench.brokers.runTo(10_000);
    expect(bench.connection.connected).toBe(true);
    bench.brokers.simulation.kill(bench.brokers.processes.get(1)!);
    bench.brokers.runTo(10_010);
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_000, 1_000, 50]);
  });

  it('gives up waiting to be set up after its timeout', () => {
    const bench = new Bench();
    bench.brokers.simulation.network.cut(bench.brokers.clientProcess.host, bench.brokers.brokerHost(1));
    bench.ask();
    bench.brokers.runTo(9_999);
    expect(bench.answers).toEqual([]);
    bench.brokers.runTo(10_001);
    expect(bench.answers).toEqual([['failed', 10_000]]);
  });
});
