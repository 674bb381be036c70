/**
 * Giving leadership back to the first assigned replica: on request through `/admin/preferred_replica_election`, and by itself where
 * `auto.leader.rebalance.enable` is set and a broker leads too few of the partitions that prefer it.
 */
import { inSequence } from './continuations.js';
import type { PartitionContext } from './ControllerContext.js';
import type { ControllerParts } from './controllerParts.js';
import { controllerProbes } from './probes.js';
import { PREFERRED_REPLICA_ELECTION_PATH, type PreferredReplicaElectionNode } from './znodes.js';

/** Carries out what the znode asks for and deletes it; leaves a watch for the next request. */
export function electPreferredOnRequest(parts: ControllerParts, done: () => void): void {
  const { zooKeeper, context } = parts;
  zooKeeper.getData(PREFERRED_REPLICA_ELECTION_PATH, false, (data) => {
    if (data === undefined) {
      zooKeeper.exists(PREFERRED_REPLICA_ELECTION_PATH, true, (stat) => {
        // Created between the two reads: the watch would only tell of its deletion.
        if (stat === undefined) done();
        else electPreferredOnRequest(parts, done);
      });
      return;
    }
    const asked: PartitionContext[] = [];
    for (const { topic, partition } of (data as PreferredReplicaElectionNode).partitions) {
      const known = context.partitionNamed(topic, partition);
      if (known !== undefined && known.leadership?.leader !== known.assignment.replicas[0]) asked.push(known);
    }
    electPreferred(parts, asked, () =>
      zooKeeper.write([{ op: 'delete', path: PREFERRED_REPLICA_ELECTION_PATH, version: -1 }], () => electPreferredOnRequest(parts, done)),
    );
  });
}

/** One round of the automatic rebalancing, broker by broker. */
export function rebalanceLeaders(parts: ControllerParts, done: () => void): void {
  const { context, config } = parts;
  const preferring = new Map<number, PartitionContext[]>();
  for (const partition of context.partitions.values()) {
    const preferred = partition.assignment.replicas[0];
    if (preferred === undefined) continue;
    const partitions = preferring.get(preferred);
    if (partitions === undefined) preferring.set(preferred, [partition]);
    else partitions.push(partition);
  }
  inSequence(
    [...preferring],
    ([brokerId, partitions], one) => {
      const elsewhere = partitions.filter((partition) => partition.leadership !== null && partition.leadership.leader !== brokerId);
      const candidates = elsewhere.filter((partition) => canLead(parts, partition, brokerId));
      const isImbalanced = elsewhere.length * 100 > config.leaderImbalancePerBrokerPercentage * partitions.length;
      if (isImbalanced && candidates.length > 0) electPreferred(parts, candidates, one);
      else one();
    },
    done,
  );
}

function canLead(parts: ControllerParts, partition: PartitionContext, brokerId: number): boolean {
  if (parts.context.beingReassigned.has(partition.id)) return false;
  return parts.context.isLive(brokerId) && partition.leadership?.isr.includes(brokerId) === true;
}

function electPreferred(parts: ControllerParts, partitions: readonly PartitionContext[], done: () => void): void {
  if (partitions.length === 0) {
    done();
    return;
  }
  parts.partitionStateMachine.toOnline(partitions, 'preferred', () => {
    const moved = partitions.filter((partition) => partition.leadership?.leader === partition.assignment.replicas[0]);
    parts.simulation.probes.hit(controllerProbes['preferred-election'], moved.length);
    done();
  });
}
