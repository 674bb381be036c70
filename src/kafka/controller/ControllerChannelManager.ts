/**
 * The controller's line to each broker, its own included (kafka.controller.ControllerChannelManager): a queue per broker, one request in
 * flight, sent again for ever until it is answered, the broker is gone, or the controller resigned. So the order of requests to one broker
 * holds, and nothing is said about the order between brokers.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { controlRequestLate, controlRequestTwice } from '../buggifySites.js';
import { BrokerConnection } from '../network/BrokerConnection.js';
import type { LeaderAndIsrRequest, StopReplicaRequest, UpdateMetadataRequest } from '../protocol/messages.js';
import { requestBytes } from '../protocol/sizes.js';
import { controllerProbes } from './probes.js';

export type ControlApi = 'LeaderAndIsr' | 'UpdateMetadata' | 'StopReplica';
export type ControlRequest = LeaderAndIsrRequest | UpdateMetadataRequest | StopReplicaRequest;

interface QueuedRequest {
  readonly api: ControlApi;
  readonly request: ControlRequest;
}

/** RequestSendThread's pause after a failed attempt. */
const RETRY_BACKOFF_US = 100_000;
/** Of the sending thread, when its site fires. */
const LONGEST_PAUSE_US = 200_000;
/** The controller's network client does not lengthen its back-off. */
const RECONNECT_BACKOFF_US = 50_000;
const CONNECTION_SETUP_TIMEOUT_US = 10_000_000;

class ControllerChannel {
  private readonly queue: QueuedRequest[] = [];
  private busy = false;
  private closed = false;

  constructor(
    private readonly simulation: Simulation,
    private readonly process: Process,
    private readonly connection: BrokerConnection,
  ) {}

  send(api: ControlApi, request: ControlRequest): void {
    this.queue.push({ api, request });
    if (!this.busy) this.transmit();
  }

  /** Forgets what is queued; bytes that have left may still arrive. */
  close(): void {
    this.closed = true;
    this.queue.length = 0;
    this.connection.close();
  }

  private readonly transmit = (): void => {
    const head = this.queue[0];
    if (this.closed || head === undefined) return;
    this.busy = true;
    const pauseUs = this.simulation.buggify.amount(controlRequestLate, LONGEST_PAUSE_US);
    if (pauseUs === 0) this.transmitNow(head);
    else this.process.after(pauseUs, this.transmitNow, head);
  };

  private readonly transmitNow = (head: QueuedRequest): void => {
    if (this.closed) return;
    this.connection.send(head.api, head.request, requestBytes(head.request.partitions.length), (response) => {
      if (this.closed) return;
      if (response === null || this.simulation.buggify.fires(controlRequestTwice)) {
        this.simulation.probes.hit(controllerProbes['controller-request-sent-again']);
        this.process.after(RETRY_BACKOFF_US, this.transmit, undefined);
        return;
      }
      this.queue.shift();
      this.busy = false;
      this.transmit();
    });
  };
}

export class ControllerChannelManager {
  private readonly channels = new Map<number, ControllerChannel>();

  constructor(
    private readonly simulation: Simulation,
    private readonly process: Process,
    private readonly controllerId: number,
    private readonly socketTimeoutUs: number,
    private readonly brokerHost: (brokerId: number) => Host,
  ) {}

  addBroker(brokerId: number): void {
    if (this.channels.has(brokerId)) return;
    const connection = new BrokerConnection(this.simulation.network, this.process, this.brokerHost(brokerId), {
      clientId: `controller-${this.controllerId}`,
      requestTimeoutUs: this.socketTimeoutUs,
      connectionSetupTimeoutUs: CONNECTION_SETUP_TIMEOUT_US,
      reconnectBackoffUs: RECONNECT_BACKOFF_US,
      reconnectBackoffMaxUs: RECONNECT_BACKOFF_US,
    });
    this.channels.set(brokerId, new ControllerChannel(this.simulation, this.process, connection));
  }

  removeBroker(brokerId: number): void {
    this.channels.get(brokerId)?.close();
    this.channels.delete(brokerId);
  }

  /** A broker without a channel is not known (any more): nothing is sent. */
  send(brokerId: number, api: ControlApi, request: ControlRequest): void {
    this.channels.get(brokerId)?.send(api, request);
  }

  shutdown(): void {
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
  }
}
