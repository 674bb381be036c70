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

describe('who watches the network', () => {
  /** What the observer is told, as text; messages by the number that it gave them. */
  function watched(): {
    readonly told: string[];
    readonly simulation: Simulation;
    readonly a: Host;
    readonly b: Host;
    readonly client: Process;
    readonly server: Process;
    readonly connect: () => Socket;
  } {
    const simulation = new Simulation('watched');
    const [a, b] = [simulation.addHost('a'), simulation.addHost('b')];
    const [client, server] = [simulation.addProcess('client', a), simulation.addProcess('server', b)];
    const told: string[] = [];
    let messages = 0;
    simulation.network.observer = {
      sent: (sender, receiver, message) => (
        told.push(`${sender.process.name} to ${receiver.process.name}: ${String(message)}`),
        ++messages
      ),
      held: (message) => void told.push(`${message} held`),
      waits: (message, reader) => void told.push(`${message} waits at ${reader.name}`),
      received: (message) => void told.push(`${message} received`),
      handled: (message) => void told.push(`${message} handled`),
      lost: (message, why) => void told.push(`${message} lost: ${why}`),
      cut: (from, to) => void told.push(`cut ${from.name} to ${to.name}`),
      healed: (from, to) => void told.push(`healed ${from.name} to ${to.name}`),
      stalled: (from, to) => void told.push(`stalled ${from.name} to ${to.name}`),
      resumed: (from, to) => void told.push(`resumed ${from.name} to ${to.name}`),
      died: (process) => void told.push(`${process.name} died`),
    };
    simulation.start(client, () => {});
    simulation.start(server, () =>
      server.listen('echo', (socket) => void (socket.onMessage = (message): void => void told.push(`read ${String(message)}`))),
    );
    const connect = (): Socket => {
      const socket = simulation.network.connect(client, b, 'echo');
      simulation.scheduler.runUntil(simulation.nowUs + 10_000);
      return socket;
    };
    return { told, simulation, a, b, client, server, connect };
  }

  it('is told of a message that leaves, arrives and has been dealt with', () => {
    const { told, simulation, connect } = watched();
    connect().send('x', 10);
    simulation.scheduler.runUntil(simulation.nowUs + 10_000);
    expect(told).toEqual(['client to server: x', '1 received', 'read x', '1 handled']);
  });

  it('is told of a cut once, however many cuts there are, and of what waits at it', () => {
    const { told, simulation, a, b, connect } = watched();
    const socket = connect();
    simulation.network.cut(a, b);
    simulation.network.cut(a, b);
    socket.send('x', 10);
    simulation.scheduler.runUntil(simulation.nowUs + 10_000);
    simulation.network.heal(a, b);
    simulation.network.heal(a, b);
    simulation.scheduler.runUntil(simulation.nowUs + 1_000_000);
    expect(told).toEqual(['cut a to b', 'client to server: x', '1 held', 'healed a to b', '1 received', 'read x', '1 handled']);
  });

  it('is told when connections stall and go on', () => {
    const { told, simulation, a, b, connect } = watched();
    const socket = connect();
    const goOn = simulation.network.stall(a, b);
    socket.send('x', 10);
    simulation.scheduler.runUntil(simulation.nowUs + 10_000);
    goOn();
    simulation.scheduler.runUntil(simulation.nowUs + 1_000_000);
    expect(told).toEqual(['stalled a to b', 'client to server: x', '1 held', 'resumed a to b', '1 received', 'read x', '1 handled']);
  });

  it('is told why a message is lost: nobody reads the connection, or the machine has no power', () => {
    const dead = watched();
    dead.connect().send('x', 10);
    dead.simulation.kill(dead.server);
    dead.simulation.scheduler.runUntil(dead.simulation.nowUs + 10_000);
    expect(dead.told).toEqual(['client to server: x', 'server died', '1 lost: connection-gone']);
    const dark = watched();
    dark.connect().send('x', 10);
    dark.simulation.losePower(dark.b, 'none');
    dark.simulation.scheduler.runUntil(dark.simulation.nowUs + 10_000);
    expect(dark.told).toEqual(['client to server: x', 'server died', '1 lost: machine-down']);
  });

  it('is told what a machine without power takes with it, waiting at a cut', () => {
    const { told, simulation, a, b, connect } = watched();
    const socket = connect();
    simulation.network.cut(a, b);
    socket.send('x', 10);
    simulation.scheduler.runUntil(simulation.nowUs + 10_000);
    simulation.losePower(a, 'none');
    expect(told).toEqual(['cut a to b', 'client to server: x', '1 held', 'client died', '1 lost: sender-lost-power']);
  });

  it('is told of a message that waits at a paused process, and is read when it resumes', () => {
    const { told, simulation, server, connect } = watched();
    const socket = connect();
    simulation.pause(server);
    socket.send('x', 10);
    simulation.scheduler.runUntil(simulation.nowUs + 10_000);
    simulation.resume(server);
    expect(told).toEqual(['client to server: x', '1 waits at server', '1 received', 'read x', '1 handled']);
  });
});
