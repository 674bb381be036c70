/**
 * A client's connections to brokers, after org.apache.kafka.clients.NetworkClient: one per broker, opened when first needed, each with
 * its own back-off and its own limit of requests in flight. Metadata and data requests share them.
 *
 * Leaves out: idle connections being closed, API version negotiation, throttling.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Network } from '../../engine/Network.js';
import type { Random } from '../../engine/random.js';
import type { ConnectionConfig } from '../config/ConnectionConfig.js';
import { BrokerConnection, type Completion, type ConnectionOptions } from '../network/BrokerConnection.js';
import type { ApiName, RequestOf } from '../protocol/messages.js';

/** socket.connection.setup.timeout.ms. */
const CONNECTION_SETUP_TIMEOUT_US = 10_000_000;

export class NetworkClient {
  /** Called after a connection came up (`up`) or broke; its outstanding requests have completed by then. */
  onChange: (broker: number, up: boolean) => void = () => {};

  private readonly connections = new Map<number, BrokerConnection>();
  private readonly options: ConnectionOptions;

  /** @param maxInFlight max.in.flight.requests.per.connection; requests for metadata count too. */
  constructor(
    private readonly network: Network,
    private readonly process: Process,
    private readonly brokerHost: (brokerId: number) => Host,
    clientId: string,
    config: ConnectionConfig,
    private readonly maxInFlight: number,
    backoffRandom: Random,
  ) {
    this.options = {
      clientId,
      requestTimeoutUs: config.requestTimeoutUs,
      connectionSetupTimeoutUs: CONNECTION_SETUP_TIMEOUT_US,
      reconnectBackoffUs: config.reconnectBackoffUs,
      reconnectBackoffMaxUs: config.reconnectBackoffMaxUs,
      // Jitter came together with growing back-offs (KIP-144).
      ...(config.reconnectBackoffMaxUs > config.reconnectBackoffUs ? { backoffRandom } : {}),
    };
  }

  /** This host's monotonic clock: what every timeout of the client is measured on. */
  get nowUs(): number {
    return this.process.host.clock.monotonicUs();
  }

  /** Can a request leave now? */
  isReady(broker: number): boolean {
    const connection = this.connections.get(broker);
    return connection !== undefined && connection.connected && connection.outstanding < this.maxInFlight;
  }

  /** Like {@link isReady}, and begins to connect when that is allowed and needed. */
  ready(broker: number): boolean {
    const connection = this.connectionTo(broker);
    if (connection.connected) return connection.outstanding < this.maxInFlight;
    if (connection.backoffUntilUs <= this.nowUs) connection.connect();
    return false;
  }

  /** Requests to this broker without an answer so far. */
  inFlight(broker: number): number {
    return this.connections.get(broker)?.outstanding ?? 0;
  }

  /** Until when the broker's connection is in back-off; 0 when it is not. */
  backoffUntilUs(broker: number): number {
    const connection = this.connections.get(broker);
    if (connection === undefined || connection.connected || connection.connecting) return 0;
    return connection.backoffUntilUs > this.nowUs ? connection.backoffUntilUs : 0;
  }

  /**
   * Where to ask for metadata: an idle connected broker, else the connected one with the fewest requests in flight, else one that is
   * connecting, else one that may be connected to; -1 when every broker is in back-off or has its requests in flight.
   */
  leastLoadedNode(brokers: readonly number[], random: Random): number {
    const offset = random.int(brokers.length);
    const now = this.nowUs;
    let ready = -1;
    let readyLoad = 0;
    let connecting = -1;
    let available = -1;
    for (let i = 0; i < brokers.length; i++) {
      const broker = brokers[(offset + i) % brokers.length] as number;
      const connection = this.connections.get(broker);
      if (connection === undefined) available = available === -1 ? broker : available;
      else if (connection.connected) {
        const load = connection.outstanding;
        if (load === 0) return broker;
        if (load < this.maxInFlight && (ready === -1 || load < readyLoad)) {
          ready = broker;
          readyLoad = load;
        }
      } else if (connection.connecting) connecting = broker;
      else if (connection.backoffUntilUs <= now && available === -1) available = broker;
    }
    if (ready !== -1) return ready;
    return connecting !== -1 ? connecting : available;
  }

  /** Sends to a broker that is ready. `done` as {@link BrokerConnection.send}. */
  send<A extends ApiName>(
    broker: number,
    api: A,
    body: RequestOf<A>,
    sizeBytes: number,
    done: Completion<A>,
    expectsResponse = true,
    timeoutUs?: number,
  ): void {
    this.connectionTo(broker).send(api, body, sizeBytes, done, expectsResponse, timeoutUs);
  }

  close(): void {
    this.onChange = (): void => {};
    for (const connection of this.connections.values()) connection.close();
  }

  private connectionTo(broker: number): BrokerConnection {
    let connection = this.connections.get(broker);
    if (connection === undefined) {
      connection = new BrokerConnection(this.network, this.process, this.brokerHost(broker), this.options);
      connection.onConnect = (): void => this.onChange(broker, true);
      connection.onDisconnect = (): void => this.onChange(broker, false);
      this.connections.set(broker, connection);
    }
    return connection;
  }
}
