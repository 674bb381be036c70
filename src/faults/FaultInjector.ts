/**
 * Runs a scenario's faults: begins each at its time or at its event, ends it when it has lasted long enough, and heals a core of the cluster when the
 * chaos phase is over. Roles are resolved when a fault begins and recorded.
 *
 * A fault begins in a step of its own, never inside the step that emitted the event it waited for.
 */
import type { EventType } from '../engine/events.js';
import { eventTypeNamed } from '../engine/events.js';
import type { Simulation } from '../engine/Simulation.js';
import { faultBegan, faultEnded, healingBegan } from './events.js';
import type { Fault, FaultClass, FaultKindName, FaultTrigger } from './Fault.js';
import type { FaultClients, FaultCluster } from './FaultCluster.js';
import { FaultContext } from './FaultContext.js';
import { faultKind } from './faultKinds.js';
import { FaultWorld } from './FaultWorld.js';
import type { FieldSpec } from './FieldSpec.js';
import type { MessageDelay } from './MessageDelay.js';
import { MessageDelays } from './MessageDelays.js';

/** What became of one fault that began. */
export interface FaultLogEntry {
  readonly id: string;
  readonly kind: FaultKindName;
  readonly class: FaultClass;
  readonly beganUs: number;
  /** -1 while in force, and for ever when it was left on brokers outside the core. */
  endedUs: number;
  /** What it got hold of: `broker-1`, `zookeeper-2`, `p1`, `orders-0`; empty when its role had no holder. */
  readonly targets: readonly string[];
}

interface ActiveFault {
  readonly fault: Fault;
  readonly context: FaultContext;
  readonly entry: FaultLogEntry;
}

export interface FaultInjectorOptions {
  readonly simulation: Simulation;
  readonly cluster: FaultCluster;
  readonly faults: readonly Fault[];
  /** Until the healing. Default: none. */
  readonly delays?: readonly MessageDelay[];
  readonly clients: FaultClients;
}

export class FaultInjector {
  /** Every fault that began, in that order. */
  readonly log: FaultLogEntry[] = [];

  private readonly simulation: Simulation;
  private readonly world: FaultWorld;
  private readonly initialBrokers: ReadonlySet<number>;
  private readonly active = new Map<Fault, ActiveFault>();
  /** Faults that may still begin. */
  private readonly planned: Set<Fault>;
  private healing = false;
  /** Brokers that stay broken for good although they may run: only after a healing that froze them. */
  readonly outside = new Set<number>();

  constructor(private readonly options: FaultInjectorOptions) {
    this.simulation = options.simulation;
    this.world = new FaultWorld(options.simulation, options.cluster, options.clients);
    this.initialBrokers = new Set(options.cluster.nodes().map((node) => node.id));
    this.planned = new Set(options.faults);
  }

  /** Schedules every fault. Call once, at time 0. */
  start(): void {
    this.delayMessages(this.options.delays ?? []);
    for (const fault of this.options.faults) this.schedule(fault);
  }

  /** Puts others in the place of the faults that have not begun; one that stays goes on waiting. Those in force end when they would have. */
  replacePlanned(by: (planned: readonly Fault[]) => readonly Fault[]): void {
    const before = [...this.planned];
    this.planned.clear();
    for (const fault of by(before)) {
      this.planned.add(fault);
      if (!before.includes(fault)) this.schedule(fault);
    }
  }

  private schedule(fault: Fault): void {
    if (fault.on === undefined) this.simulation.scheduler.at(fault.atUs, this.begin, fault);
    else this.await(fault, fault.on);
  }

  /** Faults in force now. */
  get inForce(): number {
    return this.active.size;
  }

  /**
   * Ends the chaos: no fault begins any more, and every fault ends as far as it concerns brokers in `core` (null: all brokers), brokers that
   * were added, clients and ZooKeeper. Those brokers run afterwards. Another broker that a fault still holds is lost for good: it is killed,
   * and stays dead. (Left half cut off it could keep a leadership that nobody takes from it, and Kafka has no remedy for that.)
   *
   * @param others `frozen`: it stays as it is instead, half cut off, paused, slow or dead; then only brokers of the core are started.
   */
  healAll(core: readonly number[] | null, others: 'lost' | 'frozen' = 'lost'): void {
    this.healing = true;
    this.simulation.network.extraDelayUs = null;
    this.simulation.bus.emit(healingBegan, this.simulation.bus.names.idOf(core === null ? '' : core.join(',')));
    const { cluster } = this.options;
    const ids = cluster.nodes().map((node) => node.id);
    const healed = core === null ? ids : ids.filter((id) => core.includes(id) || !this.initialBrokers.has(id));
    const lost = new Set<number>();
    for (const { fault, context, entry } of [...this.active.values()]) {
      if (context.undo(healed)) this.ended(fault, entry);
      else for (const id of context.heldBrokers()) if (!healed.includes(id)) lost.add(id);
    }
    if (others === 'frozen') this.freeze(ids, healed, lost);
    else {
      for (const id of lost) {
        this.world.supervisor.hold(id);
        if (this.world.supervisor.isRunning(id)) cluster.killBroker(id);
      }
      for (const id of ids) this.world.supervisor.startIfFree(id);
    }
    this.world.clientSupervisor.startAll();
  }

  /** What is dead outside of the core stays dead, whoever holds it down; what a fault still holds stays in that fault's hands. */
  private freeze(ids: readonly number[], healed: readonly number[], held: ReadonlySet<number>): void {
    const { supervisor } = this.world;
    for (const id of ids) {
      if (healed.includes(id)) supervisor.startIfFree(id);
      else if (held.has(id) || !supervisor.isRunning(id)) {
        this.outside.add(id);
        supervisor.hold(id);
      }
    }
  }

  private delayMessages(delays: readonly MessageDelay[]): void {
    if (delays.length === 0) return;
    const delayed = new MessageDelays(delays, this.simulation.scheduler, (target) => this.world.target(target).map(({ host }) => host));
    this.simulation.network.extraDelayUs = (from, to): number => delayed.extraUs(from, to);
  }

  private await(fault: Fault, trigger: FaultTrigger): void {
    const type = eventTypeNamed(trigger.event);
    if (type === undefined) throw new Error(`fault ${fault.id} waits for the event ${trigger.event}, which does not exist`);
    const matches = matcher(this.simulation, type, trigger.where ?? {});
    let left = trigger.count ?? 1;
    const { bus, scheduler } = this.simulation;
    bus.subscribe(
      (_type, timeUs, a, b, c, d, e, f, g) => {
        if (left === 0 || timeUs < fault.atUs || !matches([a, b, c, d, e, f, g])) return;
        left--;
        if (left === 0) scheduler.after(trigger.afterUs ?? 0, this.begin, fault);
      },
      [type],
    );
  }

  private readonly begin = (fault: Fault): void => {
    if (this.healing || !this.planned.delete(fault)) return;
    const kind = faultKind(fault.kind);
    const context = new FaultContext(this.world, fault.id);
    const entry: FaultLogEntry = {
      id: fault.id,
      kind: fault.kind,
      class: kind.faultClass,
      beganUs: this.simulation.nowUs,
      endedUs: -1,
      targets: context.targets,
    };
    this.log.push(entry);
    this.active.set(fault, { fault, context, entry });
    for (const [name, spec] of Object.entries<FieldSpec>(kind.fields)) context.noteField(spec, fault[name as keyof Fault]);
    const { bus } = this.simulation;
    bus.emit(faultBegan, bus.names.idOf(fault.id), bus.names.idOf(fault.kind), bus.names.idOf(context.targets.join(',')));
    kind.begin(context, fault as never);
    if (kind.instant) this.end(fault);
    else if (fault.forUs !== null) this.simulation.scheduler.after(fault.forUs, this.end, fault);
  };

  private readonly end = (fault: Fault): void => {
    const active = this.active.get(fault);
    // After the healing only what was left for ever is still in force.
    if (active === undefined || this.healing) return;
    active.context.undo(null);
    this.ended(fault, active.entry);
  };

  private ended(fault: Fault, entry: FaultLogEntry): void {
    this.active.delete(fault);
    entry.endedUs = this.simulation.nowUs;
    const { names } = this.simulation.bus;
    this.simulation.bus.emit(faultEnded, names.idOf(fault.id), names.idOf(fault.kind));
  }
}

/** Compares the wanted fields of an event; text fields by their text. */
function matcher(
  simulation: Simulation,
  type: EventType,
  where: Readonly<Record<string, number | string>>,
): (values: readonly number[]) => boolean {
  const { names } = simulation.bus;
  const wanted = Object.entries(where).map(([name, value]) => {
    const text = type.fields.indexOf(`#${name}`);
    return { index: text >= 0 ? text : type.fields.indexOf(name), text: text >= 0, value };
  });
  return (values) =>
    wanted.every(({ index, text, value }) => {
      const actual = values[index] ?? 0;
      return text ? names.text(actual) === String(value) : actual === Number(value);
    });
}
