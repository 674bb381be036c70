/** What the Sender, and whoever deals with the results of its batches, is given. */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ProducerConfig } from '../config/ProducerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ClientMetadata } from './ClientMetadata.js';
import type { NetworkClient } from './NetworkClient.js';
import type { RecordAccumulator } from './RecordAccumulator.js';
import type { TransactionManager } from './TransactionManager.js';

export interface SenderDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientName: number;
  readonly config: ProducerConfig;
  readonly features: KafkaFeatures;
  readonly client: NetworkClient;
  readonly metadata: ClientMetadata;
  readonly accumulator: RecordAccumulator;
  /** null without idempotence. */
  readonly transactions: TransactionManager | null;
  readonly random: Random;
  /** One record's callback has been called. */
  readonly onRecordDone: (sequence: number) => void;
  /** Buffer memory was given back. */
  readonly onMemoryFreed: () => void;
}
