/**
 * Who becomes leader (kafka.controller.Election and PartitionLeaderElectionAlgorithms): pure functions of the assignment, the ISR and the
 * brokers' liveness. Each strategy walks the assigned replicas in order.
 */
import type { ControllerContext, PartitionContext } from './ControllerContext.js';
import { targetReplicas } from './ControllerContext.js';
import type { PartitionStateNode } from './znodes.js';

/** Why a leader is sought. */
export type ElectionStrategy =
  /** The leader is gone. */
  | 'offline'
  /** The reassignment is complete and the leader is not among the target replicas. */
  | 'reassign'
  /** Leadership goes back to the first assigned replica. */
  | 'preferred'
  /** The leader's broker asked to shut down. */
  | 'controlled-shutdown';

export interface ElectionResult {
  /** Null: nobody may lead. */
  readonly elected: { readonly leader: number; readonly isr: readonly number[]; readonly unclean: boolean } | null;
  /** Brokers that must hear of it. */
  readonly recipients: readonly number[];
}

/** @param uncleanAllowed the topic's unclean.leader.election.enable, asked only when no in-sync replica lives */
export function electLeader(
  strategy: ElectionStrategy,
  context: ControllerContext,
  partition: PartitionContext,
  state: PartitionStateNode,
  uncleanAllowed: () => boolean,
): ElectionResult {
  switch (strategy) {
    case 'offline':
      return electOffline(context, partition, state, uncleanAllowed);
    case 'reassign': {
      const target = targetReplicas(partition.assignment);
      return { elected: keepIsr(firstLiveInSync(context, target, state.isr), state.isr), recipients: target };
    }
    case 'preferred': {
      const replicas = partition.assignment.replicas;
      return { elected: keepIsr(firstLiveInSync(context, replicas.slice(0, 1), state.isr), state.isr), recipients: replicas };
    }
    case 'controlled-shutdown': {
      const replicas = partition.assignment.replicas;
      const isr = state.isr.filter((id) => !context.shuttingDown.has(id));
      return {
        elected: keepIsr(firstLiveInSync(context, replicas, isr), isr),
        recipients: replicas.filter((id) => context.brokers.has(id)),
      };
    }
  }
}

function electOffline(
  context: ControllerContext,
  partition: PartitionContext,
  state: PartitionStateNode,
  uncleanAllowed: () => boolean,
): ElectionResult {
  const recipients = partition.assignment.replicas.filter((id) => context.isLive(id));
  const clean = firstLiveInSync(context, recipients, state.isr);
  if (clean !== undefined) {
    return { elected: { leader: clean, isr: state.isr.filter((id) => context.isLive(id)), unclean: false }, recipients };
  }
  const anybody = recipients[0];
  if (anybody === undefined || !uncleanAllowed()) return { elected: null, recipients };
  return { elected: { leader: anybody, isr: [anybody], unclean: true }, recipients };
}

function firstLiveInSync(context: ControllerContext, replicas: readonly number[], isr: readonly number[]): number | undefined {
  return replicas.find((id) => context.isLive(id) && isr.includes(id));
}

function keepIsr(leader: number | undefined, isr: readonly number[]): ElectionResult['elected'] {
  return leader === undefined ? null : { leader, isr, unclean: false };
}
