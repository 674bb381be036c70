/** What the transactional calls need of the TransactionManager that makes them: its state, its queue of requests, and ways to say what came of a call. */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ApiName } from '../protocol/messages.js';
import type { ClientMetadata } from './ClientMetadata.js';
import type { NetworkClient } from './NetworkClient.js';
import type { TransactionResult } from './PendingCall.js';
import type { ProducerError } from './producerRecord.js';
import type { ProducerState } from './producerStates.js';
import type { SequenceTracker } from './SequenceTracker.js';
import type { TransactionRequests } from './TransactionRequests.js';

export interface TransactionManagerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly config: ProducerConfig;
  readonly features: KafkaFeatures;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly random: Random;
  /** Has the sender look again. */
  readonly wakeup: () => void;
}

export interface TransactionHost {
  readonly deps: TransactionManagerDeps;
  readonly sequences: SequenceTracker;
  readonly requests: TransactionRequests;
  readonly state: ProducerState;
  /** The coordinator has, or may have, something of the present transaction. */
  started: boolean;
  giveUp(api: ApiName, errorCode: number, mayHaveCommitted?: boolean): void;
  failPending(mayHaveCommitted?: boolean): void;
  succeed(): void;
  leaveTransaction(): void;
  transitionTo(target: ProducerState, error?: ProducerError | null): void;
  errorResult(mayHaveCommitted: boolean): TransactionResult;
  nameOf(errorCode: number): ProducerError;
}
