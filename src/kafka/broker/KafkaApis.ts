/** Which part of a broker answers which request, after kafka.server.KafkaApis, with the checks that hold for whole requests of the controller. */
import { controllerProbes } from '../controller/probes.js';
import { controllerRequestRefused } from '../events.js';
import type { RequestContext } from '../network/SocketServer.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type {
  AlterPartitionRequest,
  ApiName,
  ControlledShutdownRequest,
  FetchRequest,
  LeaderAndIsrRequest,
  ListOffsetsRequest,
  MetadataRequest,
  OffsetForLeaderEpochRequest,
  ProduceRequest,
  RequestOf,
  ResponseEnvelope,
  ResponseOf,
  StopReplicaRequest,
  UpdateMetadataRequest,
} from '../protocol/messages.js';
import { fetchResponseBytes, requestBytes } from '../protocol/sizes.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { KafkaController } from '../controller/KafkaController.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { ReplicaManager } from '../replication/ReplicaManager.js';
import { replicationProbes } from '../replication/probes.js';
import type { Coordinators } from './Coordinators.js';
import type { MetadataCache } from './MetadataCache.js';

type ControllerRequest = LeaderAndIsrRequest | UpdateMetadataRequest | StopReplicaRequest;

/** What the requests are answered from: one incarnation of a broker. */
export interface BrokerParts {
  readonly replicas: ReplicaManager;
  readonly metadata: MetadataCache;
  readonly controller: KafkaController;
  readonly coordinators: Coordinators;
  readonly brokerEpoch: number;
}

type CoordinatorHandler<A extends ApiName> = (
  coordinators: Coordinators,
  request: RequestOf<A>,
  respond: (response: ResponseOf<A>) => void,
) => void;

/** What groups and transactions answer, now or later. */
const coordinatorHandlers: { readonly [A in ApiName]?: CoordinatorHandler<A> } = {
  FindCoordinator: (coordinators, request, respond) => respond(coordinators.find(request)),
  InitProducerId: ({ transactions }, request, respond) => transactions.initProducerId(request, respond),
  AddPartitionsToTxn: ({ transactions }, request, respond) => transactions.addPartitionsToTxn(request, respond),
  AddOffsetsToTxn: ({ transactions }, request, respond) => transactions.addOffsetsToTxn(request, respond),
  EndTxn: ({ transactions }, request, respond) => transactions.endTxn(request, respond),
  WriteTxnMarkers: ({ markers }, request, respond) => markers.write(request, respond),
  TxnOffsetCommit: ({ groups }, request, respond) => groups.txnOffsetCommit(request, respond),
  JoinGroup: ({ groups }, request, respond) => groups.joinGroup(request, respond),
  SyncGroup: ({ groups }, request, respond) => groups.syncGroup(request, respond),
  Heartbeat: ({ groups }, request, respond) => groups.heartbeat(request, respond),
  LeaveGroup: ({ groups }, request, respond) => groups.leaveGroup(request, respond),
  OffsetCommit: ({ groups }, request, respond) => groups.offsetCommit(request, respond),
  OffsetFetch: ({ groups }, request, respond) => groups.offsetFetch(request, respond),
  ConsumerGroupHeartbeat: ({ groups }, request, respond) => groups.consumerGroupHeartbeat(request, respond),
};

export class KafkaApis {
  constructor(
    private readonly broker: BrokerParts,
    private readonly deps: { readonly simulation: Simulation; readonly brokerId: number; readonly features: KafkaFeatures },
  ) {}

  handle(context: RequestContext): void {
    const { api, body } = context.envelope;
    const toCoordinator = coordinatorHandlers[api];
    if (toCoordinator !== undefined) {
      toCoordinator(this.broker.coordinators, body as never, (response) => reply(context, response));
      return;
    }
    switch (api) {
      case 'Produce':
        this.produce(context, body as ProduceRequest);
        return;
      case 'Fetch':
        this.broker.replicas.fetch(body as FetchRequest, (response) => context.respond(response, fetchResponseBytes(response)));
        return;
      case 'AlterPartition':
        this.broker.controller.alterPartition(body as AlterPartitionRequest, (response) => reply(context, response));
        return;
      case 'ControlledShutdown':
        this.broker.controller.controlledShutdown(body as ControlledShutdownRequest, (response) => reply(context, response));
        return;
      default:
        reply(context, this.answer(api, body));
    }
  }

  private answer(api: ApiName, body: RequestOf<ApiName>): ResponseEnvelope['body'] {
    const { replicas, metadata } = this.broker;
    switch (api) {
      case 'ListOffsets':
        return replicas.reader.listOffsets(body as ListOffsetsRequest);
      case 'OffsetForLeaderEpoch':
        return replicas.reader.offsetsForLeaderEpoch(body as OffsetForLeaderEpochRequest);
      case 'Metadata':
        return metadata.describe((body as MetadataRequest).topics);
      case 'LeaderAndIsr':
        return this.refusal(api, body as LeaderAndIsrRequest) ?? replicas.leaderAndIsr(body as LeaderAndIsrRequest);
      case 'StopReplica':
        return this.refusal(api, body as StopReplicaRequest) ?? replicas.stopReplicas(body as StopReplicaRequest);
      case 'UpdateMetadata':
        return this.refusal(api, body as UpdateMetadataRequest) ?? this.updateMetadata(body as UpdateMetadataRequest);
      default:
        throw new Error(`no handler for ${api}`);
    }
  }

  private updateMetadata(request: UpdateMetadataRequest): ResponseEnvelope['body'] {
    this.broker.replicas.controllerEpoch = request.controllerEpoch;
    this.broker.metadata.update(request);
    return { errorCode: ErrorCode.NONE };
  }

  /** Requests of a controller that has been replaced, or meant for this broker's former registration (KIP-380). */
  private refusal(api: ApiName, request: ControllerRequest): { errorCode: number; partitions: [] } | null {
    let errorCode: number = ErrorCode.NONE;
    if (request.controllerEpoch < this.broker.replicas.controllerEpoch) errorCode = ErrorCode.STALE_CONTROLLER_EPOCH;
    else if (this.deps.features.brokerEpochs && request.brokerEpoch >= 0 && request.brokerEpoch < this.broker.brokerEpoch) {
      errorCode = ErrorCode.STALE_BROKER_EPOCH;
    }
    if (errorCode === ErrorCode.NONE) return null;
    const { bus, probes } = this.deps.simulation;
    const replaced = errorCode === ErrorCode.STALE_CONTROLLER_EPOCH;
    probes.hit(replaced ? controllerProbes['stale-controller-refused'] : controllerProbes['request-for-former-life-refused']);
    bus.emit(
      controllerRequestRefused,
      this.deps.brokerId,
      bus.names.idOf(api),
      bus.names.idOf(errorName(errorCode)),
      request.controllerEpoch,
    );
    return { errorCode, partitions: [] };
  }

  private produce(context: RequestContext, request: ProduceRequest): void {
    this.broker.replicas.produceHandler.produce(request, (response) => {
      if (request.acks !== 0) context.respond(response, requestBytes(response.partitions.length));
      // acks=0 has no answer: a failed append shows as a closed connection, so that the client looks for the leader.
      else if (response.partitions.some((partition) => partition.errorCode !== ErrorCode.NONE)) {
        this.deps.simulation.probes.hit(replicationProbes['connection-closed-for-acks-0']);
        context.closeConnection();
      } else context.finishSilently();
    });
  }
}

function reply(context: RequestContext, body: ResponseEnvelope['body']): void {
  context.respond(body, requestBytes(1));
}
