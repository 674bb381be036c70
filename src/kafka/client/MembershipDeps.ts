/** What a consumer's membership is built on. */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ClientMetadata } from './ClientMetadata.js';
import type { CoordinatorLink } from './CoordinatorLink.js';
import type { Fetcher } from './Fetcher.js';
import type { GroupListener } from './Membership.js';
import type { OffsetCommitter } from './OffsetCommitter.js';
import type { OwnedPartitions } from './OwnedPartitions.js';

export interface MembershipDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly clientId: string;
  readonly clientName: number;
  readonly groupId: string;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly link: CoordinatorLink;
  readonly metadata: ClientMetadata;
  readonly fetcher: Fetcher;
  readonly commits: OffsetCommitter;
  readonly owned: OwnedPartitions;
  readonly random: Random;
  readonly listener: GroupListener;
  /** Commits for the client itself, if enable.auto.commit says so. */
  readonly autoCommit: (withinUs: number, done: () => void) => void;
}
