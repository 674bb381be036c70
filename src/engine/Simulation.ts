/**
 * One run's world: scheduler, chance, hosts, network, events and probes, and the acts that hurt them (kill, power loss, pause).
 * Knows nothing of Kafka; the systems under test are built on it.
 */
import { Buggify } from './Buggify.js';
import { Clock } from './Clock.js';
import { Disk, type TailSurvival } from './Disk.js';
import { diskWiped, machineBooted, powerLost, processDied, processPaused, processResumed, processStarted } from './engineEvents.js';
import { EventBus } from './events.js';
import { Host, Process } from './Host.js';
import { Network } from './Network.js';
import { Probes } from './probes.js';
import { Randomness } from './random.js';
import { Scheduler } from './Scheduler.js';

export class Simulation {
  readonly scheduler = new Scheduler();
  readonly bus = new EventBus(this.scheduler);
  readonly probes = new Probes();
  readonly randomness: Randomness;
  readonly network: Network;
  /** Off until somebody enables sites. */
  readonly buggify: Buggify;
  readonly hosts: Host[] = [];

  /** @param seed canonical text; the same seed and the same calls give the same run. */
  constructor(seed: string) {
    this.randomness = new Randomness(seed);
    this.network = new Network(this.scheduler, this.randomness, this.bus);
    this.buggify = new Buggify(this.randomness, this.bus, this.probes);
  }

  get nowUs(): number {
    return this.scheduler.nowUs;
  }

  /** Adds a machine with its own clock and disk. Names are unique. */
  addHost(name: string): Host {
    if (this.hosts.some((host) => host.name === name)) throw new Error(`host ${name} exists already`);
    const host = new Host(name, this.hosts.length, new Clock(this.scheduler), new Disk());
    this.hosts.push(host);
    this.network.addHost(host);
    return host;
  }

  /** Adds a process to a machine; it does not run until started. */
  addProcess(name: string, host: Host): Process {
    return new Process(name, host, this.scheduler);
  }

  start(process: Process, main: () => void): void {
    this.bus.emit(processStarted, this.bus.names.idOf(process.name), process.incarnation);
    process.start(main);
  }

  /** Ends a process at once (kill -9, exit, out of memory). Disk and page cache stay. */
  kill(process: Process, cause = 'killed'): void {
    if (!process.running) return;
    this.network.processDied(process);
    process.die();
    this.bus.emit(processDied, this.bus.names.idOf(process.name), this.bus.names.idOf(cause));
  }

  /** The machine loses power: its processes vanish without a word and the page cache is lost. */
  losePower(host: Host, survival: TailSurvival): void {
    if (!host.up) return;
    this.network.hostDied(host);
    for (const process of host.processes) {
      if (process.running) this.bus.emit(processDied, this.bus.names.idOf(process.name), this.bus.names.idOf('power-loss'));
      process.die();
    }
    host.up = false;
    host.disk.losePower(survival, this.randomness.stream(`disk/${host.name}`));
    this.bus.emit(powerLost, this.bus.names.idOf(host.name));
  }

  /** Power is back; processes must be started by whoever supervises them. */
  boot(host: Host): void {
    if (host.up) return;
    host.up = true;
    this.bus.emit(machineBooted, this.bus.names.idOf(host.name));
  }

  /** Replaces the disk by an empty one. The processes on it must be dead. */
  wipeDisk(host: Host): void {
    host.disk.wipe();
    this.bus.emit(diskWiped, this.bus.names.idOf(host.name));
  }

  pause(process: Process): void {
    if (process.paused || !process.running) return;
    process.pause();
    this.bus.emit(processPaused, this.bus.names.idOf(process.name));
  }

  resume(process: Process): void {
    if (!process.paused) return;
    this.bus.emit(processResumed, this.bus.names.idOf(process.name));
    process.resume();
  }
}
