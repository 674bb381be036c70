/**
 * P20 (NoDoubleAssignment): to the coordinator of a group a partition has at most one owner, in every generation (classic) or until the owner gave it up
 * (KIP-848). Three things are looked at:
 *
 * 1. nobody is given a partition that somebody else owns in the same generation, or has not released;
 * 2. nobody is given a partition that a member of the group still works on, having been told neither to stop nor that it is out (KIP-429, B-65);
 * 3. a commit of a former generation, or of a static member that has been replaced, never lands behind one of whoever came after it in the same partition: the log
 *    keeps the order of their admission.
 *
 * Two consumers that process the same partition at once are no violation: a zombie may go on until it notices, and only its commits are refused (B-64).
 * A static member that is away keeps its place in the group without giving its partitions up (KIP-345), which excuses the second rule. A coordinator that
 * has just loaded its partition knows what is in the log, and may have forgotten what it had only decided: what it told before counts no more.
 */
import type { EventBus } from '../../engine/events.js';
import { consumerAssigned, consumerRevoked } from '../../kafka/client/events.js';
import {
  coordinatorLoaded,
  generationStarted,
  memberJoined,
  memberRemoved,
  offsetCommitted,
  partitionAssigned,
  partitionReleased,
} from '../../kafka/group/events.js';
import { Invariant } from './Invariant.js';

interface Owner {
  readonly member: number;
  readonly generation: number;
}

interface Placed {
  readonly generation: number;
  readonly member: number;
  readonly logOffset: number;
}

interface Group {
  /** Coordinator that spoke last. */
  broker: number;
  /** By partition. */
  owners: Map<number, Owner>;
  /** Dynamic members that the coordinator counts in. */
  readonly members: Set<number>;
  readonly staticMembers: Set<number>;
  /** Static members whose place somebody has taken who came back under the same name, with their turn. */
  readonly replaced: Map<number, number>;
  /** By partition: the commit of the highest generation. */
  readonly commits: Map<number, Placed>;
  /** By partition: who has been told that it owns it and not yet given it up, with the generation in which it was told. */
  readonly holders: Map<number, Map<number, number>>;
}

export class SingleOwner extends Invariant {
  readonly id = 'P20';
  readonly name = 'NoDoubleAssignment';
  readonly statement = 'a partition has at most one owner in a group, and only its owner can commit for it';
  override readonly backs = 'single-owner';
  private readonly groups = new Map<number, Group>();
  /** Client events name the member, not always the group. */
  private readonly groupOfMember = new Map<number, number>();

  watch(bus: EventBus): void {
    bus.subscribe((_type, _timeUs, broker) => this.loaded(broker), [coordinatorLoaded]);
    bus.subscribe((_type, _timeUs, broker, group) => this.at(broker, group).owners.clear(), [generationStarted]);
    bus.subscribe(
      (_type, _timeUs, broker, group, _generation, member, instance) => {
        const state = this.at(broker, group);
        if (bus.names.text(instance) === '') state.members.add(member);
        else state.staticMembers.add(member);
      },
      [memberJoined],
    );
    bus.subscribe(
      (_type, _timeUs, broker, group, _generation, member, reason) => {
        this.removed(broker, group, member);
        const { replaced } = this.at(broker, group);
        if (bus.names.text(reason) === 'replaced' && !replaced.has(member)) replaced.set(member, replaced.size);
      },
      [memberRemoved],
    );
    bus.subscribe(
      (_type, timeUs, broker, group, generation, member, partition) => this.assigned(timeUs, broker, group, generation, member, partition),
      [partitionAssigned],
    );
    bus.subscribe(
      (_type, _timeUs, broker, group, _generation, member, partition) => this.released(broker, group, member, partition),
      [partitionReleased],
    );
    bus.subscribe(
      (_type, _timeUs, _client, partition, generation, member) => this.holdersOf(member, partition)?.set(member, generation),
      [consumerAssigned],
    );
    bus.subscribe(
      (_type, _timeUs, _client, partition, _generation, member) => this.holdersOf(member, partition)?.delete(member),
      [consumerRevoked],
    );
    bus.subscribe(
      (_type, timeUs, broker, group, partition, _offset, generation, member, logOffset) =>
        this.committed(timeUs, broker, group, partition, { generation, member, logOffset }),
      [offsetCommitted],
    );
  }

  private at(broker: number, id: number): Group {
    let group = this.groups.get(id);
    if (group === undefined) {
      group = {
        ...{ broker, owners: new Map(), members: new Set(), staticMembers: new Set(), replaced: new Map() },
        ...{ commits: new Map(), holders: new Map() },
      };
      this.groups.set(id, group);
    }
    if (group.broker !== broker) {
      group.broker = broker;
      group.owners = new Map();
    }
    return group;
  }

  private loaded(broker: number): void {
    for (const group of this.groups.values()) if (group.broker === broker) group.owners.clear();
  }

  private removed(broker: number, id: number, member: number): void {
    const group = this.at(broker, id);
    group.members.delete(member);
    group.staticMembers.delete(member);
    for (const [partition, owner] of group.owners) if (owner.member === member) group.owners.delete(partition);
    for (const holders of group.holders.values()) holders.delete(member);
  }

  private released(broker: number, id: number, member: number, partition: number): void {
    const group = this.at(broker, id);
    if (group.owners.get(partition)?.member === member) group.owners.delete(partition);
    group.holders.get(partition)?.delete(member);
  }

  private assigned(timeUs: number, broker: number, id: number, generation: number, member: number, partition: number): void {
    const group = this.at(broker, id);
    this.groupOfMember.set(member, id);
    this.checks++;
    const owner = group.owners.get(partition);
    group.owners.set(partition, { member, generation });
    if (this.context.committed.forfeitAnywhere) return;
    if (owner !== undefined && owner.member !== member) {
      const text = `${this.text(member)} in generation ${generation}, while ${this.text(owner.member)} has owned it since generation ${owner.generation}`;
      this.twoOwners(timeUs, id, partition, text, { member: this.text(member), owner: this.text(owner.member), generation });
      return;
    }
    for (const [holder, since] of group.holders.get(partition) ?? []) {
      // A coordinator that has been replaced may still speak of a former generation.
      if (since > generation || holder === member || !group.members.has(holder) || group.staticMembers.has(holder)) continue;
      const text = `${this.text(member)} in generation ${generation}, while ${this.text(holder)}, still a member, had not given it up`;
      this.twoOwners(timeUs, id, partition, text, { member: this.text(member), owner: this.text(holder), generation });
    }
  }

  private twoOwners(timeUs: number, id: number, partition: number, text: string, witness: Record<string, string | number>): void {
    this.kind = 'two-owners';
    this.violated(timeUs, partition, -1, `group ${this.text(id)} gave ${this.text(partition)} to ${text}.`, {
      group: this.text(id),
      ...witness,
    });
  }

  private committed(timeUs: number, broker: number, id: number, partition: number, commit: Placed): void {
    if (commit.generation < 0) return;
    const { commits, replaced } = this.at(broker, id);
    const before = commits.get(partition);
    this.checks++;
    const isFormer =
      before !== undefined &&
      commit.member !== before.member &&
      (commit.generation < before.generation ||
        (commit.generation === before.generation && (replaced.get(commit.member) ?? Infinity) < (replaced.get(before.member) ?? Infinity)));
    if (isFormer && commit.logOffset > before.logOffset) {
      if (this.context.committed.forfeitAnywhere) return;
      const message =
        `a commit of ${this.text(commit.member)} for ${this.text(partition)} in group ${this.text(id)} from generation ${commit.generation} took effect after ` +
        `one of ${this.text(before.member)} from generation ${before.generation}.`;
      this.kind = 'fenced-commit-took-effect';
      this.violated(timeUs, partition, -1, message, { group: this.text(id), generation: commit.generation, later: before.generation });
    } else if (before === undefined || commit.generation >= before.generation) commits.set(partition, commit);
  }

  private holdersOf(member: number, partition: number): Map<number, number> | undefined {
    const id = this.groupOfMember.get(member);
    const group = id === undefined ? undefined : this.groups.get(id);
    if (group === undefined) return undefined;
    let holders = group.holders.get(partition);
    if (holders === undefined) group.holders.set(partition, (holders = new Map()));
    return holders;
  }
}
