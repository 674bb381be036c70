import { beforeEach, describe, expect, it } from 'vitest';
import type { Host, Process } from './Host.js';
import type { Socket } from './Network.js';
import { Simulation } from './Simulation.js';

describe('Network', () => {
  let simulation: Simulation;
  let a: Host;
  let b: Host;
  let client: Process;
  let server: Process;
  let received: unknown[];
  let closes: string[];

  beforeEach(() => {
    simulation = new Simulation('network');
    a = simulation.addHost('a');
    b = simulation.addHost('b');
    client = simulation.addProcess('client', a);
    server = simulation.addProcess('server', b);
    received = [];
    closes = [];
    simulation.start(client, () => {});
    startServer();
  });

  function startServer(): void {
    simulation.start(server, () =>
      server.listen('echo', (socket) => {
        socket.onMessage = (message): void => {
          received.push(message);
          socket.send(`re ${String(message)}`, 10);
        };
        socket.onClose = (reason): void => void closes.push(`server: ${reason}`);
      }),
    );
  }

  function connect(name = 'client'): { socket: Socket; answers: unknown[] } {
    const socket = simulation.network.connect(client, b, 'echo');
    const answers: unknown[] = [];
    socket.onMessage = (message): void => void answers.push(message);
    socket.onClose = (reason): void => void closes.push(`${name}: ${reason}`);
    return { socket, answers };
  }

  const run = (us: number): void => simulation.scheduler.runUntil(simulation.nowUs + us);

  it('delivers what one connection carries in the order of sending, whatever the latencies', () => {
    simulation.network.link(a, b).latency = { minUs: 1, maxUs: 50_000, spikeChance: 0, spikeMeanUs: 0 };
    const { socket, answers } = connect();
    socket.onOpen = (): void => {
      for (let i = 0; i < 50; i++) socket.send(i, 10);
    };
    run(1_000_000);
    expect(received).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(answers).toHaveLength(50);
  });

  it('delivers a delayed message later, and whatever follows it on its connection behind it', () => {
    const { socket } = connect();
    run(10_000);
    simulation.network.extraDelayUs = (from, to): number => (from === a && to === b ? 50_000 : 0);
    socket.send('late', 10);
    simulation.network.extraDelayUs = null;
    socket.send('behind', 10);
    run(49_000);
    expect(received).toEqual([]);
    run(2_000);
    expect(received).toEqual(['late', 'behind']);
  });

  it('holds bytes back while the link is cut and delivers them after it heals', () => {
    const { socket } = connect();
    run(10_000);
    simulation.network.cut(a, b);
    socket.send('late', 10);
    run(1_000_000);
    expect(received).toEqual([]);
    simulation.network.heal(a, b);
    run(1_000_000);
    expect(received).toEqual(['late']);
  });

  it('lets a retry on a new connection overtake the bytes of the old one', () => {
    const old = connect('old');
    run(10_000);
    simulation.network.cut(a, b);
    old.socket.send('first attempt', 10);
    run(100_000);
    old.socket.close();
    simulation.network.heal(a, b);
    const retry = connect('retry');
    retry.socket.onOpen = (): void => retry.socket.send('second attempt', 10);
    run(1_000_000);
    expect(received).toEqual(['second attempt', 'first attempt']);
  });

  it('passes the request and keeps the response when only one direction is cut', () => {
    const { socket, answers } = connect();
    run(10_000);
    simulation.network.cut(b, a);
    socket.send('request', 10);
    run(1_000_000);
    expect(received).toEqual(['request']);
    expect(answers).toEqual([]);
  });

  it('keeps a link cut until the last of several cuts is taken back', () => {
    const { socket } = connect();
    run(10_000);
    simulation.network.cut(a, b);
    simulation.network.cut(a, b);
    socket.send('x', 10);
    simulation.network.heal(a, b);
    run(1_000_000);
    expect(received).toEqual([]);
    simulation.network.heal(a, b);
    run(1_000_000);
    expect(received).toEqual(['x']);
  });

  it('resets the peers of a killed process', () => {
    connect();
    run(10_000);
    simulation.kill(server);
    run(10_000);
    expect(closes).toEqual(['client: reset']);
  });

  it('says nothing when a machine loses power, and resets who writes to it once it is back', () => {
    const { socket } = connect();
    run(10_000);
    simulation.losePower(b, 'none');
    run(1_000_000);
    expect(closes).toEqual([]);
    simulation.boot(b);
    startServer();
    socket.send('hello?', 10);
    run(1_000_000);
    expect(received).toEqual([]);
    expect(closes).toEqual(['client: reset']);
  });

  it('refuses a connection to a process that does not run on a machine that does', () => {
    simulation.kill(server);
    connect();
    run(10_000);
    expect(closes).toEqual(['client: refused']);
  });

  it('keeps what arrives at a paused process for its return', () => {
    const { socket } = connect();
    run(10_000);
    simulation.pause(server);
    socket.send('x', 10);
    run(1_000_000);
    expect(received).toEqual([]);
    simulation.resume(server);
    run(10_000);
    expect(received).toEqual(['x']);
  });

  it('spreads a burst over time when bandwidth is limited', () => {
    simulation.network.link(a, b).bandwidthBytesPerUs = 1;
    const { socket } = connect();
    socket.onOpen = (): void => {
      for (let i = 0; i < 10; i++) socket.send(i, 100_000);
    };
    run(500_000);
    expect(received.length).toBeGreaterThan(2);
    expect(received.length).toBeLessThan(6);
  });

  it('breaks both ends of a flaky connection', () => {
    simulation.network.link(a, b).resetChance = 1;
    const { socket } = connect();
    socket.onOpen = (): void => socket.send('x', 10);
    run(1_000_000);
    expect([...closes].sort((x, y) => (x < y ? -1 : 1))).toEqual(['client: reset', 'server: reset']);
  });
});
