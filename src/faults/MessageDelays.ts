/** A scenario's message delays at work: tells the network how much later each message is to arrive. */
import type { Host } from '../engine/Host.js';
import type { Scheduler } from '../engine/Scheduler.js';
import type { NodeTarget } from './Fault.js';
import { NEXT_RECEIVER, type MessageDelay } from './MessageDelay.js';

/** One delay with its nodes resolved to machines; null: any. */
interface Active {
  readonly atUs: number;
  readonly byUs: number;
  readonly from: ReadonlySet<Host> | null;
  to: ReadonlySet<Host> | null;
  /** The first message decides who `to` is. */
  undecided: boolean;
  /** Messages still to be delayed. */
  left: number;
}

export class MessageDelays {
  private readonly active: readonly Active[];

  /** @param hostsOf the machines that a target means: several for a group, none for what does not exist. */
  constructor(
    delays: readonly MessageDelay[],
    private readonly scheduler: Pick<Scheduler, 'nowUs'>,
    hostsOf: (target: NodeTarget) => readonly Host[],
  ) {
    const hosts = (target: NodeTarget | null): ReadonlySet<Host> | null => (target === null ? null : new Set(hostsOf(target)));
    this.active = delays.map(({ from, to, atUs, count, byUs }) => ({
      ...{ atUs, byUs, from: hosts(from), to: to === NEXT_RECEIVER ? null : hosts(to) },
      undecided: to === NEXT_RECEIVER,
      left: count ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** For a message that is sent now: the longest of the delays that concern it, 0 without one. */
  extraUs(from: Host, to: Host): number {
    const nowUs = this.scheduler.nowUs;
    let longestUs = 0;
    for (const delay of this.active) {
      if (delay.atUs > nowUs || delay.left === 0) continue;
      if (delay.from !== null && !delay.from.has(from)) continue;
      if (delay.to !== null && !delay.to.has(to)) continue;
      if (delay.undecided) {
        delay.undecided = false;
        delay.to = new Set([to]);
      }
      delay.left--;
      if (delay.byUs > longestUs) longestUs = delay.byUs;
    }
    return longestUs;
  }
}
