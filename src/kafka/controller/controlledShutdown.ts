/**
 * A broker announces that it will leave (kafka.controller.KafkaController.doControlledShutdown): its leaderships move to other in-sync replicas,
 * its follower replicas stop and leave the ISR. What it still leads, because nobody else is in sync, is named in the answer.
 */
import { ErrorCode } from '../protocol/errors.js';
import type { ControlledShutdownRequest, ControlledShutdownResponse } from '../protocol/messages.js';
import type { PartitionContext } from './ControllerContext.js';
import type { ControllerParts } from './controllerParts.js';
import { controllerProbes } from './probes.js';

export function refusedControlledShutdown(errorCode: number): ControlledShutdownResponse {
  return { errorCode, remainingPartitions: [] };
}

export function shutDownBroker(
  parts: ControllerParts,
  request: ControlledShutdownRequest,
  respond: (response: ControlledShutdownResponse) => void,
  done: () => void,
): void {
  const { context } = parts;
  const { brokerId } = request;
  const refusal = refuse(context.brokers.get(brokerId), request.brokerEpoch);
  if (refusal !== ErrorCode.NONE) {
    respond(refusedControlledShutdown(refusal));
    done();
    return;
  }
  context.shuttingDown.add(brokerId);
  const replicated = context
    .partitionsOn(new Set([brokerId]))
    .filter((partition) => partition.leadership !== null && partition.assignment.replicas.length > 1);
  const leading = replicated.filter((partition) => leads(partition, brokerId));
  const following = replicated.filter((partition) => !leads(partition, brokerId));
  parts.partitionStateMachine.toOnline(leading, 'controlled-shutdown', () => {
    stopFollowers(parts, brokerId, following);
    parts.replicaStateMachine.toOffline(new Map([[brokerId, following]]), () => {
      const remaining = replicated.filter((partition) => leads(partition, brokerId));
      parts.simulation.probes.hit(controllerProbes['controlled-shutdown-moved-leader'], leading.length - remaining.length);
      if (remaining.length > 0) parts.simulation.probes.hit(controllerProbes['controlled-shutdown-left-leader']);
      respond({ errorCode: ErrorCode.NONE, remainingPartitions: remaining.map((partition) => partition.id) });
      done();
    });
  });
}

/** Told before the ISR changes, so that fetching ends first. */
function stopFollowers(parts: ControllerParts, brokerId: number, following: readonly PartitionContext[]): void {
  parts.batch.begin();
  for (const partition of following) parts.batch.addStopReplica(brokerId, partition, false);
  parts.batch.send();
}

function refuse(knownEpoch: number | undefined, requestEpoch: number): number {
  if (knownEpoch === undefined) return ErrorCode.BROKER_NOT_AVAILABLE;
  return requestEpoch !== -1 && requestEpoch < knownEpoch ? ErrorCode.STALE_BROKER_EPOCH : ErrorCode.NONE;
}

function leads(partition: PartitionContext, brokerId: number): boolean {
  return partition.leadership?.leader === brokerId;
}
