/**
 * P16: a replica does only what its role allows (ValidReplicaState, ValidFetcher, TypeOK): a leader neither fetches nor truncates (B-20), only a
 * leader appends, in its own epoch, and what it appended is at its log's end.
 */
import type { EventBus } from '../../engine/events.js';
import { batchAppended, batchReplicated, becameFollower, becameLeader, logTruncated } from '../../kafka/events.js';
import type { ReplicaView } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

export class ValidReplicaState extends Invariant {
  readonly id = 'P16';
  readonly name = 'ValidReplicaState';
  readonly statement = 'only leaders append, only followers copy and truncate, and offsets and epochs are in order';

  watch(bus: EventBus): void {
    const { cluster } = this.context;
    const on = (
      types: Parameters<EventBus['subscribe']>[1],
      flawOf: (replica: ReplicaView, a: number, b: number, c: number, d: number) => string,
    ): void =>
      bus.subscribe((_type, timeUs, broker, partition, a, b, c, d) => {
        const replica = cluster.replica(broker, partition);
        if (replica === undefined) return;
        this.checks++;
        const flaw = flawOf(replica, a, b, c, d);
        if (flaw === '') return;
        this.violated(timeUs, partition, -1, `broker ${broker} ${flaw} in ${this.text(partition)}.`, {
          broker,
          leaderEpoch: replica.leaderEpoch,
        });
      }, types);
    on([batchAppended], (replica, base, last, epoch) => appendFlaw(replica, base, last, epoch));
    on([batchReplicated], (replica, base, last) => copyFlaw(replica, base, last));
    on([logTruncated], (replica, from, to) => truncationFlaw(replica, from, to));
    on([becameLeader], (replica, epoch) => (replica.isLeader && epoch >= 0 ? '' : `became leader of epoch ${epoch} but is not leader`));
    on([becameFollower], (replica, epoch, leader) => followerFlaw(replica, epoch, leader));
  }
}

function appendFlaw(replica: ReplicaView, base: number, last: number, epoch: number): string {
  if (!replica.isLeader) return `appended offsets ${base}-${last} without being leader`;
  if (replica.leaderEpoch !== epoch) return `appended in epoch ${epoch} while leading epoch ${replica.leaderEpoch}`;
  return orderFlaw(replica, base, last);
}

function copyFlaw(replica: ReplicaView, base: number, last: number): string {
  return replica.isLeader ? `copied offsets ${base}-${last} from another broker while leading` : orderFlaw(replica, base, last);
}

function orderFlaw(replica: ReplicaView, base: number, last: number): string {
  if (base < 0 || last < base) return `wrote a batch from ${base} to ${last}`;
  return replica.log.logEndOffset > last ? '' : `wrote up to offset ${last} but its log ends at ${replica.log.logEndOffset}`;
}

function truncationFlaw(replica: ReplicaView, from: number, to: number): string {
  if (replica.isLeader) return `truncated from ${from} to ${to} while leading`;
  return to < 0 ? `truncated to ${to}` : '';
}

function followerFlaw(replica: ReplicaView, epoch: number, leader: number): string {
  if (replica.isLeader) return `became follower in epoch ${epoch} but still leads`;
  return leader === replica.brokerId ? `became a follower of itself in epoch ${epoch}` : '';
}
