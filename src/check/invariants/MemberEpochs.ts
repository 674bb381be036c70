/**
 * P22 (MemberEpochMonotonic, ValidMemberEpoch): in the consumer protocol (KIP-848) a member's epoch never exceeds its group's and never goes back while the
 * same coordinator holds the member, and a group's epoch only grows. A member that was fenced begins again at 0, as a new one does, and so does a group
 * that was removed when it was empty.
 */
import type { EventBus } from '../../engine/events.js';
import { coordinatorLoaded, groupEpochBumped, groupStateChanged, memberEpochChanged, memberRemoved } from '../../kafka/group/events.js';
import { Invariant } from './Invariant.js';

export class MemberEpochs extends Invariant {
  readonly id = 'P22';
  readonly name = 'MemberEpochMonotonic';
  readonly statement = "a member's epoch never goes back and never exceeds its group's, which only grows";
  /** By broker, then group. */
  private readonly groupEpochs = new Map<number, Map<number, number>>();
  /** By broker, then member. */
  private readonly memberEpochs = new Map<number, Map<number, number>>();

  watch(bus: EventBus): void {
    bus.subscribe(
      (_type, _timeUs, broker) => {
        this.groupEpochs.delete(broker);
        this.memberEpochs.delete(broker);
      },
      [coordinatorLoaded],
    );
    bus.subscribe(
      (_type, _timeUs, broker, _group, _generation, member) => void this.memberEpochs.get(broker)?.delete(member),
      [memberRemoved],
    );
    // By text: a name that only the judge interned would move all later ones, and with them the run's hash.
    bus.subscribe(
      (_type, _timeUs, broker, group, _generation, _from, to) => {
        if (bus.names.text(to) === 'Dead') this.groupEpochs.get(broker)?.delete(group);
      },
      [groupStateChanged],
    );
    bus.subscribe((_type, timeUs, broker, group, epoch) => this.bumped(timeUs, broker, group, epoch), [groupEpochBumped]);
    bus.subscribe(
      (_type, timeUs, broker, group, member, epoch, groupEpoch) => this.moved(timeUs, broker, group, member, epoch, groupEpoch),
      [memberEpochChanged],
    );
  }

  private bumped(timeUs: number, broker: number, group: number, epoch: number): void {
    this.checks++;
    const epochs = mapAt(this.groupEpochs, broker);
    const before = epochs.get(group) ?? -1;
    if (epoch <= before) {
      const message = `the epoch of group ${this.text(group)} went from ${before} to ${epoch} on broker ${broker}.`;
      this.violated(timeUs, -1, -1, message, { broker, group: this.text(group), epoch, before });
    }
    epochs.set(group, epoch);
  }

  private moved(timeUs: number, broker: number, group: number, member: number, epoch: number, groupEpoch: number): void {
    this.checks++;
    const epochs = mapAt(this.memberEpochs, broker);
    const before = epochs.get(member) ?? -1;
    const wrong = epoch > groupEpoch ? `exceeds the group's, ${groupEpoch}` : epoch < before && epoch > 0 ? `was ${before} before` : '';
    if (wrong !== '') {
      const message = `epoch ${epoch} of member ${this.text(member)} of group ${this.text(group)} ${wrong}.`;
      this.violated(timeUs, -1, -1, message, { broker, group: this.text(group), epoch, before, groupEpoch });
    }
    epochs.set(member, epoch);
  }
}

function mapAt(maps: Map<number, Map<number, number>>, key: number): Map<number, number> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map()));
  return map;
}
