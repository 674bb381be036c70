/**
 * The network as connections, which is what Kafka sees of it.
 *
 * Models: order within one direction of a connection; bytes that stall while a link is cut and arrive after it heals, even when
 * their sender has closed the connection since (so a retry on a new connection may overtake them); one-way cuts (the request
 * arrives, the response does not); reset when a process dies on a live machine; silence when a machine dies; per-link latency,
 * bandwidth and spontaneous resets.
 * Leaves out: packet loss as such (TCP turns it into delay), flow control, and the retransmission limit that would break a
 * connection after a quarter of an hour of silence.
 */
import { connectionClosed, connectionOpened } from './engineEvents.js';
import type { EventBus } from './events.js';
import { Socket, type CloseReason, type Host, type Process, type Transport } from './Host.js';
import { LAN, LOOPBACK, sampleLatencyUs, type LatencyDistribution } from './latency.js';
import type { MessageLoss, MessageObserver } from './MessageObserver.js';
import type { Random, Randomness } from './random.js';
import type { Scheduler } from './Scheduler.js';

export { Socket, type CloseReason } from './Host.js';

const enum PacketKind {
  Syn,
  SynAck,
  Data,
  Fin,
  Reset,
}

interface Packet {
  readonly kind: PacketKind;
  readonly pipe: Pipe;
  readonly message: unknown;
  readonly sizeBytes: number;
  /** The observer's number of the message; 0 without an observer, and for what carries none. */
  readonly note: number;
}

/** One direction of one connection. */
interface Pipe {
  readonly link: Link;
  readonly receiver: Socket;
  readonly sender: Socket;
  lastDeliveryUs: number;
  stalled: Packet[];
  /** Who holds this one direction of this one connection back; 0 is nobody. */
  holds: number;
}

/** One direction between two hosts. */
export class Link {
  latency: LatencyDistribution = LAN;
  /** Bytes a microsecond; 0 for unlimited. */
  bandwidthBytesPerUs = 0;
  /** Chance, per message, that the connection carrying it is reset. */
  resetChance = 0;
  /** Cuts in force; 0 is an open link. */
  cuts = 0;
  freeAtUs = 0;
  readonly stalledPipes = new Set<Pipe>();

  constructor(
    readonly from: Host,
    readonly to: Host,
    readonly random: Random,
  ) {}
}

/** Round trip that a retransmission adds once a cut link heals. */
const RETRANSMIT_US = 200_000;

export class Network implements Transport {
  private readonly links: (Link | undefined)[][] = [];
  private readonly hosts: Host[] = [];
  /** Messages delivered so far. */
  delivered = 0;
  /** Latency of links that nobody has tuned; set it before the first connection. */
  latency: LatencyDistribution = LAN;
  /**
   * Asked once per message between two machines, where somebody explores schedules: microseconds that this one takes on top of what its link
   * makes it take. Null (the default): nothing. Whatever it answers, a connection keeps its order.
   */
  extraDelayUs: ((from: Host, to: Host) => number) | null = null;
  /** Watches every message; null (the default): nobody does. Set it before the first connection. */
  observer: MessageObserver | null = null;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly randomness: Randomness,
    private readonly bus: EventBus,
  ) {}

  addHost(host: Host): void {
    this.hosts.push(host);
    this.links.push([]);
  }

  link(from: Host, to: Host): Link {
    const row = this.links[from.index] as (Link | undefined)[];
    let link = row[to.index];
    if (link === undefined) {
      link = new Link(from, to, this.randomness.stream(`network/${from.name}>${to.name}`));
      link.latency = from === to ? LOOPBACK : this.latency;
      row[to.index] = link;
    }
    return link;
  }

  /** Blocks one direction between two hosts, on top of cuts already there. */
  cut(from: Host, to: Host): void {
    if (this.link(from, to).cuts++ === 0) this.observer?.cut(from, to);
  }

  /** Takes one cut back; what stalled follows once the last is gone, after a retransmission. */
  heal(from: Host, to: Host): void {
    const link = this.link(from, to);
    link.cuts--;
    if (link.cuts > 0) return;
    this.observer?.healed(from, to);
    for (const pipe of link.stalledPipes) this.scheduleDrain(pipe);
  }

  /**
   * Holds back what travels from one host to another over the connections that exist now; connections made later are not concerned. Call the returned
   * function once to let it go on, after a retransmission, closed though the connection may be by then.
   */
  stall(from: Host, to: Host): () => void {
    const held: Pipe[] = [];
    for (const process of from.processes) {
      for (const socket of process.sockets) {
        const pipe = socket.out as Pipe | null;
        if (pipe === null || pipe.link.to !== to) continue;
        pipe.holds++;
        held.push(pipe);
      }
    }
    this.observer?.stalled(from, to);
    return () => {
      this.observer?.resumed(from, to);
      for (const pipe of held) {
        pipe.holds--;
        if (pipe.holds === 0 && pipe.stalled.length > 0) this.scheduleDrain(pipe);
      }
    };
  }

  /** True while bytes pass in this direction. */
  passes(from: Host, to: Host): boolean {
    return from.up && to.up && this.link(from, to).cuts === 0;
  }

  /** Begins a connection; `onOpen` or `onClose` of the returned socket tells how it went. A cut link gives neither until it heals. */
  connect(process: Process, to: Host, service: string): Socket {
    const socket = new Socket(this, process, to, service, process.incarnation);
    process.sockets.add(socket);
    // The far end exists once the SYN arrives; until then the pipe leads to a placeholder owned by nobody.
    const far = new Socket(this, process, process.host, service, -1);
    socket.out = this.pipe(process.host, to, socket, far);
    this.transmit(socket, PacketKind.Syn, undefined, 64);
    return socket;
  }

  /** Closes and forgets the sockets of a dead process: its kernel resets them. */
  processDied(process: Process): void {
    this.observer?.died(process);
    for (const socket of [...process.sockets]) this.closeSocket(socket, PacketKind.Reset);
  }

  /** The machine is gone: its sockets vanish without a word. */
  hostDied(host: Host): void {
    for (const process of host.processes) {
      this.observer?.died(process);
      for (const socket of process.sockets) {
        socket.closed = true;
        const pipe = socket.out as Pipe | null;
        if (pipe !== null) {
          for (const packet of pipe.stalled) this.noteLoss(packet, 'sender-lost-power');
          pipe.stalled = [];
          pipe.link.stalledPipes.delete(pipe);
        }
      }
      process.sockets.clear();
    }
  }

  sendData(socket: Socket, message: unknown, sizeBytes: number): void {
    this.transmit(socket, PacketKind.Data, message, sizeBytes);
  }

  finish(socket: Socket): void {
    this.closeSocket(socket, PacketKind.Fin);
  }

  private transmit(socket: Socket, kind: PacketKind, message: unknown, sizeBytes: number): void {
    const pipe = socket.out as Pipe | null;
    if (pipe === null) return;
    const link = pipe.link;
    const now = this.scheduler.nowUs;
    let departUs = now;
    if (link.bandwidthBytesPerUs > 0) {
      departUs = Math.max(now, link.freeAtUs) + Math.ceil(sizeBytes / link.bandwidthBytesPerUs);
      link.freeAtUs = departUs;
    }
    let atUs = departUs + sampleLatencyUs(link.latency, link.random);
    if (this.extraDelayUs !== null && link.from !== link.to) atUs += this.extraDelayUs(link.from, link.to);
    if (atUs < pipe.lastDeliveryUs) atUs = pipe.lastDeliveryUs;
    pipe.lastDeliveryUs = atUs;
    const note = this.observer === null || kind !== PacketKind.Data ? 0 : this.observer.sent(socket, pipe.receiver, message);
    this.scheduler.at(atUs, this.arrive, { kind, pipe, message, sizeBytes, note });
    if (link.resetChance > 0 && kind === PacketKind.Data && link.random.chance(link.resetChance)) this.breakConnection(socket);
  }

  private closeSocket(socket: Socket, kind: PacketKind.Fin | PacketKind.Reset): void {
    if (socket.closed) return;
    this.transmit(socket, kind, undefined, 64);
    socket.closed = true;
    socket.process.sockets.delete(socket);
  }

  private pipe(from: Host, to: Host, sender: Socket, receiver: Socket): Pipe {
    return { link: this.link(from, to), sender, receiver, lastDeliveryUs: 0, stalled: [], holds: 0 };
  }

  private readonly arrive = (packet: Packet): void => {
    const pipe = packet.pipe;
    const link = pipe.link;
    if (link.cuts > 0 || pipe.holds > 0 || pipe.stalled.length > 0) {
      pipe.stalled.push(packet);
      link.stalledPipes.add(pipe);
      if (packet.note !== 0) this.observer?.held(packet.note);
      return;
    }
    this.deliver(packet);
  };

  private deliver(packet: Packet): void {
    const host = packet.pipe.link.to;
    if (!host.up) {
      this.noteLoss(packet, 'machine-down');
      return;
    }
    if (packet.kind === PacketKind.Syn) {
      this.accept(packet);
      return;
    }
    const receiver = packet.pipe.receiver;
    if (receiver.incarnation !== receiver.process.incarnation || receiver.closed) {
      this.noteLoss(packet, 'connection-gone');
      // The machine lives, the socket does not: its kernel answers with a reset, unless this packet only says goodbye.
      if (packet.kind === PacketKind.Data) this.answerReset(packet.pipe);
      // A goodbye may overtake its own connection request, which waits at a paused process: nobody is to be let in then.
      else receiver.closed = true;
      return;
    }
    if (receiver.process.paused) {
      if (packet.note !== 0) this.observer?.waits(packet.note, receiver.process);
      receiver.process.defer(this.receive as (arg: never) => void, packet);
    } else this.receive(packet);
  }

  private readonly receive = (packet: Packet): void => {
    const receiver = packet.pipe.receiver;
    if (receiver.closed) {
      this.noteLoss(packet, 'connection-gone');
      return;
    }
    switch (packet.kind) {
      case PacketKind.Data:
        this.delivered++;
        if (packet.note !== 0) this.observer?.received(packet.note);
        receiver.onMessage(packet.message, packet.sizeBytes);
        if (packet.note !== 0) this.observer?.handled(packet.note);
        return;
      case PacketKind.SynAck:
        receiver.open = true;
        this.bus.emit(connectionOpened, this.bus.names.idOf(receiver.process.name), this.bus.names.idOf(receiver.remote.name));
        receiver.onOpen();
        return;
      default:
        this.lose(receiver, packet.kind === PacketKind.Fin ? 'closed-by-peer' : receiver.open ? 'reset' : 'refused');
    }
  };

  private accept(packet: Packet): void {
    if (packet.pipe.receiver.closed) return;
    const client = packet.pipe.sender;
    const host = packet.pipe.link.to;
    const process = host.processes.find((p) => p.running && p.listeners.has(client.service));
    if (process === undefined) {
      this.answerReset(packet.pipe);
      return;
    }
    if (process.paused) {
      process.defer(this.acceptDeferred as (arg: never) => void, packet);
      return;
    }
    const server = new Socket(this, process, client.process.host, client.service, process.incarnation);
    server.open = true;
    process.sockets.add(server);
    server.out = this.pipe(host, client.process.host, server, client);
    (packet.pipe as { receiver: Socket }).receiver = server;
    (process.listeners.get(client.service) as (socket: Socket) => void)(server);
    this.transmit(server, PacketKind.SynAck, undefined, 64);
  }

  private readonly acceptDeferred = (packet: Packet): void => this.accept(packet);

  private answerReset(pipe: Pipe): void {
    const back = this.link(pipe.link.to, pipe.link.from);
    const atUs = this.scheduler.nowUs + sampleLatencyUs(back.latency, back.random);
    const answer: Pipe = { link: back, sender: pipe.receiver, receiver: pipe.sender, lastDeliveryUs: atUs, stalled: [], holds: 0 };
    this.scheduler.at(atUs, this.arrive, { kind: PacketKind.Reset, pipe: answer, message: undefined, sizeBytes: 64, note: 0 });
  }

  private noteLoss(packet: Packet, why: MessageLoss): void {
    if (packet.note !== 0) this.observer?.lost(packet.note, why);
  }

  private breakConnection(socket: Socket): void {
    const peer = (socket.out as Pipe | null)?.receiver;
    this.closeAfterReset(socket);
    if (peer !== undefined && peer.incarnation >= 0) this.closeAfterReset(peer);
  }

  private closeAfterReset(socket: Socket): void {
    this.scheduler.after(1, this.resetNow, socket, socket.process);
  }

  private readonly resetNow = (socket: Socket): void => {
    if (!socket.closed) this.lose(socket, 'reset');
  };

  private lose(socket: Socket, reason: CloseReason): void {
    socket.closed = true;
    socket.process.sockets.delete(socket);
    const names = this.bus.names;
    this.bus.emit(connectionClosed, names.idOf(socket.process.name), names.idOf(socket.remote.name), names.idOf(reason));
    socket.onClose(reason);
  }

  private scheduleDrain(pipe: Pipe): void {
    this.scheduler.after(this.retransmitUs(pipe), this.drain, pipe);
  }

  private retransmitUs(pipe: Pipe): number {
    return 1_000 + pipe.link.random.int(RETRANSMIT_US);
  }

  private readonly drain = (pipe: Pipe): void => {
    if (pipe.link.cuts > 0 || pipe.holds > 0) return;
    pipe.link.stalledPipes.delete(pipe);
    const packets = pipe.stalled;
    pipe.stalled = [];
    for (const packet of packets) this.deliver(packet);
  };
}
