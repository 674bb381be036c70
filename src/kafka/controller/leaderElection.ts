/**
 * Who becomes leader (kafka.controller.Election and PartitionLeaderElectionAlgorithms): pure functions of the assignment, the ISR and the
 * brokers' liveness. Each strategy walks the assigned replicas in order.
 */
import type { KafkaFeatures } from '../protocol/features.js';
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

export type ElectionFeatures = Pick<KafkaFeatures, 'electsTheLiving' | 'electsFromIsr'>;

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
  features: ElectionFeatures,
  uncleanAllowed: () => boolean,
): ElectionResult {
  switch (strategy) {
    case 'offline':
      return electOffline(context, partition, state, features, uncleanAllowed);
    case 'reassign': {
      const target = targetReplicas(partition.assignment);
      return { elected: keepIsr(firstLiveInSync(context, target, state.isr, features), state.isr), recipients: target };
    }
    case 'preferred': {
      const replicas = partition.assignment.replicas;
      return { elected: keepIsr(firstLiveInSync(context, replicas.slice(0, 1), state.isr, features), state.isr), recipients: replicas };
    }
    case 'controlled-shutdown': {
      const replicas = partition.assignment.replicas;
      const isr = state.isr.filter((id) => !context.shuttingDown.has(id));
      return {
        elected: keepIsr(firstLiveInSync(context, replicas, isr, features), isr),
        recipients: replicas.filter((id) => context.brokers.has(id)),
      };
    }
  }
}

function electOffline(
  context: ControllerContext,
  partition: PartitionContext,
  state: PartitionStateNode,
  features: ElectionFeatures,
  uncleanAllowed: () => boolean,
): ElectionResult {
  const recipients = partition.assignment.replicas.filter((id) => context.isLive(id));
  const candidates = features.electsTheLiving ? recipients : partition.assignment.replicas;
  const clean = firstLiveInSync(context, candidates, state.isr, features);
  if (clean !== undefined) {
    return { elected: { leader: clean, isr: state.isr.filter((id) => context.isLive(id) || id === clean), unclean: false }, recipients };
  }
  const anybody = recipients[0];
  if (anybody === undefined || !uncleanAllowed()) return { elected: null, recipients };
  return { elected: { leader: anybody, isr: [anybody], unclean: true }, recipients };
}

function firstLiveInSync(
  context: ControllerContext,
  replicas: readonly number[],
  isr: readonly number[],
  { electsTheLiving, electsFromIsr }: ElectionFeatures,
): number | undefined {
  return replicas.find((id) => (context.isLive(id) || !electsTheLiving) && (isr.includes(id) || !electsFromIsr));
}

function keepIsr(leader: number | undefined, isr: readonly number[]): ElectionResult['elected'] {
  return leader === undefined ? null : { leader, isr, unclean: false };
}
