/** All that Kafka's part of a simulation can count: probes by area, state machines, and answered errors with the ones that nobody answers. */
import type { ProbeArea } from '../engine/probes.js';
import { consumerProbes, memberStates, producerProbes, producerStates } from './client/probes.js';
import { controllerProbes, controllerStates, partitionStates, replicaStates } from './controller/probes.js';
import { consumerMemberStates, groupProbes, groupStates } from './group/probes.js';
import { logProbes, logProducerStates } from './log/probes.js';
import type { ErrorName } from './protocol/errors.js';
import type { KafkaNeed } from './protocol/probeNeeds.js';
import type { StateMachine } from './protocol/stateMachine.js';
import { brokerReplicaStates, replicationProbes } from './replication/probes.js';
import { transactionProbes, transactionStates } from './transaction/probes.js';

/** In the order in which a report shows them. */
export const kafkaProbeAreas: readonly ProbeArea<string, KafkaNeed>[] = [
  logProbes,
  replicationProbes,
  controllerProbes,
  groupProbes,
  transactionProbes,
  producerProbes,
  consumerProbes,
];

export const kafkaStateMachines: readonly StateMachine[] = [
  brokerReplicaStates,
  partitionStates,
  replicaStates,
  controllerStates,
  logProducerStates,
  producerStates,
  transactionStates,
  groupStates,
  memberStates,
  consumerMemberStates,
].map((machine) => machine as unknown as StateMachine);

/** Errors that clients know what to do about and no simulated broker answers, each with the reason. */
export const neverAnswered: Partial<Readonly<Record<ErrorName, string>>> = {};
