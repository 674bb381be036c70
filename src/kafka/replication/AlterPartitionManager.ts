/**
 * ISR changes through the controller, after kafka.server.AlterPartitionManager (KIP-497): one request in flight per broker, proposals meanwhile
 * gathered for the next, retried until an answer comes.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { alterPartitionAnswerLost, alterPartitionReconnects } from '../buggifySites.js';
import { BrokerConnection, type ConnectionOptions } from '../network/BrokerConnection.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { AlterPartitionRequest, AlterPartitionResponse } from '../protocol/messages.js';
import { requestBytes } from '../protocol/sizes.js';
import type { IsrChanger, IsrOutcomes } from './IsrChanger.js';
import type { Partition } from './Partition.js';
import { replicationProbes } from './probes.js';

/** Wait before asking again after NOT_CONTROLLER or a broken connection. */
const RETRY_US = 50_000;

/** Answers after which the change may still have been applied: wait for metadata, do not retry. */
const SUPERSEDED: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.INVALID_UPDATE_VERSION,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.NEW_LEADER_ELECTED,
]);

interface Proposal {
  readonly partition: Partition;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly partitionEpoch: number;
}

export interface AlterPartitionDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: Pick<KafkaFeatures, 'unansweredIsrChangePends'>;
  readonly brokerEpoch: () => number;
  readonly controllerId: () => number;
  readonly brokerHost: (brokerId: number) => Host;
  readonly connectionOptions: ConnectionOptions;
}

export class AlterPartitionManager implements IsrChanger {
  private readonly waiting = new Map<number, Proposal>();
  private inFlight = false;
  private connection: { to: number; channel: BrokerConnection } | null = null;

  constructor(
    private readonly deps: AlterPartitionDeps,
    private readonly outcomes: IsrOutcomes,
  ) {}

  submit(partition: Partition): void {
    const { pendingIsr } = partition;
    if (pendingIsr === null) return;
    const { leaderEpoch, partitionEpoch } = partition;
    this.waiting.set(partition.id, { partition, leaderEpoch, isr: pendingIsr.isr, partitionEpoch });
    this.sendNext();
  }

  private readonly sendNext = (): void => {
    if (this.inFlight) return;
    const proposals = [...this.waiting.values()].filter(isCurrent);
    this.waiting.clear();
    if (proposals.length === 0) return;
    this.inFlight = true;
    const channel = this.channel();
    if (channel === null) {
      this.retry(proposals);
      return;
    }
    const request: AlterPartitionRequest = {
      brokerId: this.deps.brokerId,
      brokerEpoch: this.deps.brokerEpoch(),
      partitions: proposals.map((proposal) => ({
        partition: proposal.partition.id,
        leaderEpoch: proposal.leaderEpoch,
        newIsr: [...proposal.isr],
        partitionEpoch: proposal.partitionEpoch,
      })),
    };
    channel.send('AlterPartition', request, requestBytes(proposals.length), (response) => {
      const lost = this.deps.simulation.buggify.fires(alterPartitionAnswerLost);
      if (response === null || lost || response.errorCode !== ErrorCode.NONE) {
        this.retry(proposals);
        return;
      }
      this.inFlight = false;
      for (const proposal of proposals) this.settle(proposal, response);
      this.sendNext();
    });
  };

  private retry(proposals: readonly Proposal[]): void {
    this.deps.simulation.probes.hit(replicationProbes['alter-partition-retried']);
    if (!this.deps.features.unansweredIsrChangePends) {
      for (const { partition, leaderEpoch } of proposals.filter(isCurrent)) this.outcomes.reverted(partition, leaderEpoch, 'no answer');
    }
    this.deps.process.after(
      RETRY_US,
      () => {
        this.inFlight = false;
        for (const proposal of proposals) if (!this.waiting.has(proposal.partition.id)) this.waiting.set(proposal.partition.id, proposal);
        this.sendNext();
      },
      undefined,
    );
  }

  private settle(proposal: Proposal, response: AlterPartitionResponse): void {
    const { partition, leaderEpoch } = proposal;
    const answer = response.partitions.find((candidate) => candidate.partition === partition.id);
    if (answer === undefined || !isCurrent(proposal)) return;
    if (answer.errorCode === ErrorCode.NONE) {
      // An answer older than what metadata brought meanwhile, or of another leadership, says nothing.
      if (answer.leaderEpoch !== partition.leaderEpoch || answer.partitionEpoch < partition.partitionEpoch) return;
      this.outcomes.committed(partition, leaderEpoch, answer.isr, answer.partitionEpoch);
    } else if (answer.errorCode === ErrorCode.OPERATION_NOT_ATTEMPTED || answer.errorCode === ErrorCode.INELIGIBLE_REPLICA) {
      this.outcomes.reverted(partition, leaderEpoch, errorName(answer.errorCode));
    } else if (SUPERSEDED.has(answer.errorCode)) {
      this.outcomes.superseded(partition, leaderEpoch, errorName(answer.errorCode));
    } else this.waiting.set(partition.id, proposal);
  }

  private channel(): BrokerConnection | null {
    const to = this.deps.controllerId();
    if (to < 0) return null;
    const anew = this.deps.simulation.buggify.fires(alterPartitionReconnects);
    if (this.connection === null || this.connection.to !== to || anew) {
      this.connection?.channel.close();
      const { simulation, process, connectionOptions } = this.deps;
      this.connection = { to, channel: new BrokerConnection(simulation.network, process, this.deps.brokerHost(to), connectionOptions) };
    }
    return this.connection.channel;
  }
}

/** Has nothing replaced this proposal (new metadata, another leader) since it was made? */
function isCurrent(proposal: Proposal): boolean {
  const { partition } = proposal;
  return partition.isLeader && partition.leaderEpoch === proposal.leaderEpoch && partition.pendingIsr?.isr === proposal.isr;
}
