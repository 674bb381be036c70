/**
 * P8: in the committed state a partition has no leader or one that is in its ISR, the ISR names nobody twice, and only assigned replicas
 * (hachikuji's LeaderInIsr). Looked at whenever the controller or a leader has written the state.
 */
import type { EventBus } from '../../engine/events.js';
import { isrAltered, isrChangeCommitted, leaderElected } from '../../kafka/events.js';
import { Invariant, setText } from './Invariant.js';

export class LeaderInIsr extends Invariant {
  readonly id = 'P8';
  readonly name = 'LeaderInIsr';
  readonly statement = 'the committed leader is in the committed ISR, and the ISR is a set of assigned replicas';

  watch(bus: EventBus): void {
    bus.subscribe((_type, timeUs, _broker, partition) => this.check(timeUs, partition), [leaderElected, isrAltered, isrChangeCommitted]);
  }

  private check(timeUs: number, partition: number): void {
    const { cluster } = this.context;
    const state = cluster.state(partition);
    if (state === undefined) return;
    this.checks++;
    const { leader, isr, leaderEpoch } = state;
    const witness = { leader, leaderEpoch, isr: setText(isr) };
    if (leader >= 0 && !isr.includes(leader)) {
      this.violated(
        timeUs,
        partition,
        -1,
        `${this.text(partition)} is led by ${leader}, which is not in its ISR ${setText(isr)}.`,
        witness,
      );
    }
    const assigned = cluster.assignment(partition);
    for (let i = 0; i < isr.length; i++) {
      const member = isr[i] as number;
      if (assigned.includes(member) && isr.indexOf(member) === i) continue;
      const message = `${this.text(partition)} has the ISR ${setText(isr)} with assigned replicas ${setText(assigned)}: ${member} does not belong.`;
      this.violated(timeUs, partition, -1, message, witness);
    }
  }
}
