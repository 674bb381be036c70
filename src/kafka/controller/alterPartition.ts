/**
 * ISR changes that leaders ask for (KIP-497; kafka.controller.KafkaController.processAlterPartition in ZooKeeper mode): checked against the
 * controller's context, then written to ZooKeeper conditional on the version that the leader knows.
 */
import { ErrorCode } from '../protocol/errors.js';
import type { AlterPartitionRequest, AlterPartitionResponse } from '../protocol/messages.js';
import { sameMembers, type Leadership, type PartitionContext } from './ControllerContext.js';
import { sendUpdateMetadata, type ControllerParts } from './controllerParts.js';
import type { StateChange } from './PartitionStates.js';
import { controllerProbes } from './probes.js';

type PartitionRequest = AlterPartitionRequest['partitions'][number];
type PartitionResponse = AlterPartitionResponse['partitions'][number];

export function refusedAlterPartition(errorCode: number): AlterPartitionResponse {
  return { errorCode, partitions: [] };
}

/** @param done gets the partitions whose state now is what was asked for, after `respond` */
export function alterPartitions(
  parts: ControllerParts,
  request: AlterPartitionRequest,
  respond: (response: AlterPartitionResponse) => void,
  done: (altered: readonly PartitionContext[]) => void,
): void {
  const brokerEpoch = parts.context.brokers.get(request.brokerId);
  if (brokerEpoch === undefined || (request.brokerEpoch !== -1 && request.brokerEpoch !== brokerEpoch)) {
    respond(refusedAlterPartition(ErrorCode.STALE_BROKER_EPOCH));
    done([]);
    return;
  }
  const responses: PartitionResponse[] = [];
  const altered: PartitionContext[] = [];
  const changes: StateChange[] = [];
  for (const asked of request.partitions) {
    const partition = parts.context.partitions.get(asked.partition);
    const verdict = judge(parts, request.brokerId, asked, partition);
    if (typeof verdict === 'number') responses.push(failure(asked.partition, verdict));
    else if (verdict === 'same') responses.push(success(partition as PartitionContext));
    else changes.push(verdict);
  }
  parts.states.write(changes, (outcomes) => {
    changes.forEach(({ partition }, i) => {
      if (outcomes[i] === 'written') {
        altered.push(partition);
        responses.push(success(partition));
      } else responses.push(failure(partition.id, ErrorCode.INVALID_UPDATE_VERSION));
    });
    parts.simulation.probes.hit(controllerProbes['alter-partition-accepted'], altered.length);
    respond({ errorCode: ErrorCode.NONE, partitions: responses });
    if (altered.length > 0) sendUpdateMetadata(parts, parts.context.brokers.keys(), altered);
    done(altered);
  });
}

/** An error, or that nothing need be done, or the change to write. */
function judge(
  parts: ControllerParts,
  leader: number,
  asked: PartitionRequest,
  partition: PartitionContext | undefined,
): number | 'same' | StateChange {
  const current = partition?.leadership ?? null;
  if (partition === undefined || current === null) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  // The leader knows more than this controller: it is not the one any more.
  if (asked.leaderEpoch > current.leaderEpoch || asked.partitionEpoch > current.partitionEpoch) return ErrorCode.NOT_CONTROLLER;
  const { isrChangesFenced } = parts.features;
  if (isrChangesFenced && asked.leaderEpoch < current.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (isrChangesFenced && leader !== current.leader) return ErrorCode.INVALID_REQUEST;
  // KAFKA-14144: an answer got lost and the leader asks again with the old partition epoch.
  if (sameMembers(asked.newIsr, current.isr)) {
    parts.simulation.probes.hit(controllerProbes['alter-partition-repeated']);
    return 'same';
  }
  if (isrChangesFenced && asked.partitionEpoch < current.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  // Guess: the ZooKeeper controller trusts its leaders here; the check is the KRaft controller's.
  if (!asked.newIsr.includes(leader) || asked.newIsr.some((id) => !partition.assignment.replicas.includes(id))) {
    return ErrorCode.INVALID_REQUEST;
  }
  // KAFKA-14140: neither dead replicas nor those about to leave.
  if (parts.features.isrMembersMustBeAlive && asked.newIsr.some((id) => !parts.context.isLive(id))) {
    parts.simulation.probes.hit(controllerProbes['alter-partition-ineligible-replica']);
    return ErrorCode.INELIGIBLE_REPLICA;
  }
  const next = {
    leader: current.leader,
    leaderEpoch: current.leaderEpoch,
    isr: asked.newIsr,
    controllerEpoch: parts.context.epoch,
  };
  return { partition, next, expectedVersion: current.partitionEpoch, kind: 'isr-change' };
}

function success(partition: PartitionContext): PartitionResponse {
  const { leader, leaderEpoch, isr, partitionEpoch } = partition.leadership as Leadership;
  return { partition: partition.id, errorCode: ErrorCode.NONE, leaderId: leader, leaderEpoch, isr: isr.slice(), partitionEpoch };
}

function failure(partition: number, errorCode: number): PartitionResponse {
  return { partition, errorCode, leaderId: -1, leaderEpoch: -1, isr: [], partitionEpoch: -1 };
}
