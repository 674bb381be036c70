/**
 * Remembers the moments in clients and coordinators that explain what the history shows: where a consumer's position was set anew, when transactions got
 * their markers, what group coordinators took for committed. Empty, and free, in a run without them.
 */
import type { EventBus } from '../engine/events.js';
import { commitCompleted, consumerPositionReset, consumerTruncationDetected } from '../kafka/client/events.js';
import { partitionCreated } from '../kafka/events.js';
import { generationStarted, groupEpochBumped, offsetCommitted, offsetExpired } from '../kafka/group/events.js';
import { markerAppended } from '../kafka/transaction/events.js';
import type { History } from './history.js';

/** A coordinator reported that a commit took effect. */
export interface CommittedOffset {
  readonly group: string;
  readonly partition: number;
  readonly offset: number;
  /** -1: outside the group protocol. */
  readonly generation: number;
  readonly member: string;
  readonly timeUs: number;
  /** Index in the event stream. */
  readonly eventIndex: number;
}

export class Chronicle {
  readonly committed: CommittedOffset[] = [];
  private readonly createdAtUs = new Map<number, number>();
  /** By partition, then by the offset of the marker: when one was appended there first. */
  private readonly markers = new Map<number, Map<number, number>>();
  private readonly expired = new Set<string>();
  /** By group, then generation or group epoch: when it began first, and last. */
  private readonly generations = new Map<string, Map<number, { readonly firstUs: number; lastUs: number }>>();
  /** `client/partition/offset` of commits of which one attempt or more got no answer. */
  private readonly givenUp = new Set<string>();

  /** @param history gets what its consumers do not tell their applications. */
  constructor(
    private readonly bus: EventBus,
    history: History,
  ) {
    const { names } = bus;
    bus.subscribe(
      (_type, timeUs, client, partition, from, to) => history.positionReset({ client: names.text(client), partition, timeUs, from, to }),
      [consumerPositionReset, consumerTruncationDetected],
    );
    bus.subscribe(
      (_type, timeUs, _broker, group, partition, offset, generation, member) => {
        const eventIndex = bus.count - 1;
        this.committed.push({ group: names.text(group), partition, offset, generation, member: names.text(member), timeUs, eventIndex });
      },
      [offsetCommitted],
    );
    bus.subscribe(
      (_type, _timeUs, _broker, group, partition) => void this.expired.add(`${names.text(group)}/${partition}`),
      [offsetExpired],
    );
    // By text: a name that only the judge interned would move all later ones, and with them the run's hash.
    bus.subscribe(
      (_type, _timeUs, client, partition, offset, _generation, _kind, error) => {
        if (names.text(error) === 'NETWORK_EXCEPTION') this.givenUp.add(`${names.text(client)}/${partition}/${offset}`);
      },
      [commitCompleted],
    );
    bus.subscribe(
      (_type, timeUs, _broker, group, generation) => this.began(names.text(group), generation, timeUs),
      [generationStarted, groupEpochBumped],
    );
    bus.subscribe((_type, timeUs, _broker, partition, offset) => this.marked(partition, offset, timeUs), [markerAppended]);
    bus.subscribe((_type, timeUs, _controller, partition) => void this.createdAtUs.set(partition, timeUs), [partitionCreated]);
  }

  /** When the controller created the partition; 0 when nobody saw it. */
  createdUs(partition: number): number {
    return this.createdAtUs.get(partition) ?? 0;
  }

  /** When the marker at this offset was appended; -1 unknown. */
  markerUs(partition: number, offset: number): number {
    return this.markers.get(partition)?.get(offset) ?? -1;
  }

  /** When a generation of the group (KIP-848: an epoch) began, as far as a coordinator told; else 0. */
  generationBeganUs(group: string, generation: number): number {
    return this.generations.get(group)?.get(generation)?.firstUs ?? 0;
  }

  /** Did the generation begin before the other, and not anew since? Then only a coordinator that was deposed still works with it. */
  isFormerGeneration(group: string, generation: number, than: number): boolean {
    const generations = this.generations.get(group);
    const [former, later] = [generations?.get(generation), generations?.get(than)];
    return generation < than && former !== undefined && later !== undefined && former.lastUs <= later.firstUs;
  }

  /** Did the coordinator ever drop the group's offset for its age? */
  hasExpired(group: string, partition: number): boolean {
    return this.expired.has(`${group}/${partition}`);
  }

  /** Did an attempt of the client to commit this offset end without an answer, so that the broker may come across it later? */
  gaveUpCommit(client: string, partition: number, offset: number): boolean {
    return this.givenUp.has(`${client}/${partition}/${offset}`);
  }

  private began(group: string, generation: number, timeUs: number): void {
    let generations = this.generations.get(group);
    if (generations === undefined) this.generations.set(group, (generations = new Map()));
    const known = generations.get(generation);
    if (known === undefined) generations.set(generation, { firstUs: timeUs, lastUs: timeUs });
    else known.lastUs = timeUs;
  }

  private marked(partition: number, offset: number, timeUs: number): void {
    let offsets = this.markers.get(partition);
    if (offsets === undefined) this.markers.set(partition, (offsets = new Map()));
    if (!offsets.has(offset)) offsets.set(offset, timeUs);
  }
}
