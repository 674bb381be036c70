/**
 * One incarnation of a broker (kafka.server.KafkaServer): loads its logs, joins ZooKeeper, serves requests, may be controller, and shuts down in order
 * or not at all. Everything in here is lost with the process; what outlives it is on the host's disk.
 *
 * Guess: loading takes 50 ms, and 5 ms a log more after an unclean shutdown.
 */
import type { Host, Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { ZooKeeperEnsemble } from '../../zookeeper/ZooKeeperEnsemble.js';
import { ZooKeeperClient } from '../../zookeeper/ZooKeeperClient.js';
import type { BrokerConfig, TopicConfig } from '../config/index.js';
import { KafkaController } from '../controller/KafkaController.js';
import { controllerProbes } from '../controller/probes.js';
import { brokerPath } from '../controller/znodes.js';
import {
  brokerHalted,
  brokerRegistered,
  brokerSessionExpired,
  brokerStarted,
  controlledShutdownBegan,
  controlledShutdownEnded,
} from '../events.js';
import { LogManager } from '../log/LogManager.js';
import { BrokerConnection, type ConnectionOptions } from '../network/BrokerConnection.js';
import { serveRequests } from '../network/SocketServer.js';
import { countAnswer } from '../protocol/answeredErrors.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { requestBytes } from '../protocol/sizes.js';
import { AlterPartitionManager } from '../replication/AlterPartitionManager.js';
import { ReplicaManager } from '../replication/ReplicaManager.js';
import { ZooKeeperIsrWriter } from '../replication/ZooKeeperIsrWriter.js';
import { Coordinators } from './Coordinators.js';
import { KafkaApis } from './KafkaApis.js';
import { MetadataCache } from './MetadataCache.js';

export interface BrokerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly features: KafkaFeatures;
  readonly config: BrokerConfig;
  readonly topicConfig: (topic: string) => TopicConfig;
  readonly ensemble: ZooKeeperEnsemble;
  readonly brokerHost: (brokerId: number) => Host;
  /** A fresh negative value for a record that a broker writes itself; unique in the run. */
  readonly nextInternalValue: () => number;
  /** broker.rack of a broker, empty without one. */
  readonly rackOf: (brokerId: number) => string;
}

const LOAD_US = 50_000;
const RECOVERY_US_PER_LOG = 5_000;
const RETRY_US = 100_000;

export class Broker {
  readonly logs: LogManager;
  readonly replicas: ReplicaManager;
  readonly metadata: MetadataCache;
  readonly controller: KafkaController;
  readonly coordinators: Coordinators;
  /** czxid of the registration znode (KIP-380); -1 before. */
  brokerEpoch = -1;
  shuttingDown = false;

  private zk: ZooKeeperClient;
  private sessions = 0;
  private serving = false;

  constructor(private readonly deps: BrokerDeps) {
    const { simulation, process, brokerId, features, config, topicConfig } = deps;
    this.metadata = new MetadataCache(simulation.bus.names);
    this.logs = new LogManager(simulation, process.host, brokerId, topicConfig, {
      highWatermarkCheckpointIntervalUs: config.replicaHighWatermarkCheckpointIntervalUs,
      recoveryPointCheckpointIntervalUs: config.logFlushOffsetCheckpointIntervalUs,
      logStartCheckpointIntervalUs: config.logFlushStartOffsetCheckpointIntervalUs,
      retentionCheckIntervalUs: config.logRetentionCheckIntervalUs,
      flushSchedulerIntervalUs: config.logFlushSchedulerIntervalUs,
      answersBelowFirstEpoch: features.epochOnElection,
      assignmentPersisted: features.epochsPersisted,
      features,
      cleanerEnable: config.cleaner.enable,
      cleanerBackoffUs: config.cleaner.backoffUs,
      producerIdExpirationUs: config.transactions.producerIdExpirationUs,
      producerIdExpirationCheckIntervalUs: config.transactions.producerIdExpirationCheckIntervalUs,
    });
    this.replicas = new ReplicaManager({
      simulation,
      process,
      brokerId,
      features,
      config,
      topicConfig,
      logs: this.logs,
      metadata: this.metadata,
      connectTo: (id) => this.connectTo(id, config.replicaSocketTimeoutUs),
      rackOf: deps.rackOf,
      onStorageError: () => this.halt('log directory failed'),
    });
    this.zk = this.newSession();
    this.controller = new KafkaController({
      simulation,
      process,
      brokerId,
      features,
      config,
      zk: () => this.zk,
      brokerHost: deps.brokerHost,
      topicConfig,
    });
    this.coordinators = new Coordinators({
      ...deps,
      replicas: this.replicas,
      metadata: this.metadata,
      zk: () => this.zk,
      connectTo: (id) => this.connectTo(id, config.requestTimeoutUs),
    });
    this.load();
  }

  /** Controlled shutdown: hand leadership over, flush, say goodbye, exit. `done` runs when the process has ended. */
  shutDown(done: () => void): void {
    if (this.shuttingDown) return;
    this.shuttingDown = true;
    const { simulation, brokerId, config } = this.deps;
    simulation.bus.emit(controlledShutdownBegan, brokerId);
    if (config.controlledShutdownEnable) this.askController(config.controlledShutdownMaxRetries, done);
    else this.exit(-1, done);
  }

  private load(): void {
    const { cleanShutdown } = this.logs.load();
    let logs = 0;
    for (const log of this.logs.all()) logs += log.partition >= 0 ? 1 : 0;
    const loadUs = LOAD_US + (cleanShutdown ? 0 : RECOVERY_US_PER_LOG * logs);
    this.deps.process.after(loadUs, this.loaded, cleanShutdown);
  }

  private readonly loaded = (cleanShutdown: boolean): void => {
    const { simulation, process, brokerId } = this.deps;
    simulation.bus.emit(brokerStarted, brokerId, cleanShutdown ? 1 : 0);
    this.logs.startTasks(process);
    this.replicas.isrChanger = this.isrChanger();
    this.zk.start();
  };

  private isrChanger(): AlterPartitionManager | ZooKeeperIsrWriter {
    const { simulation, process, brokerId, features, config, brokerHost } = this.deps;
    if (!features.alterPartition)
      return new ZooKeeperIsrWriter(simulation, process, () => this.zk, this.replicas, features.leaderWritesConditional);
    return new AlterPartitionManager(
      {
        simulation,
        process,
        brokerId,
        features,
        brokerEpoch: () => this.brokerEpoch,
        controllerId: () => this.metadata.controllerId,
        brokerHost,
        connectionOptions: this.connectionOptions(config.controllerSocketTimeoutUs),
      },
      this.replicas,
    );
  }

  // ------------------------------------------------------------ ZooKeeper session

  private newSession(): ZooKeeperClient {
    const { simulation, process, ensemble, config, brokerId } = this.deps;
    this.sessions++;
    const name = `broker-${brokerId}/${process.incarnation}.${this.sessions}`;
    const session: ZooKeeperClient = new ZooKeeperClient(
      simulation,
      process,
      ensemble,
      { sessionTimeoutUs: config.zookeeperSessionTimeoutUs, name },
      {
        onConnected: () => {
          if (session === this.zk && this.brokerEpoch < 0) this.register(session);
        },
        onExpired: () => this.sessionExpired(),
        onWatch: (event) => this.controller.onWatch(event),
      },
    );
    return session;
  }

  private sessionExpired(): void {
    if (this.shuttingDown) return;
    this.deps.simulation.bus.emit(brokerSessionExpired, this.deps.brokerId);
    this.deps.simulation.probes.hit(controllerProbes['broker-session-expired']);
    if (this.serving) this.controller.sessionExpired();
    this.brokerEpoch = -1;
    this.zk = this.newSession();
    this.zk.start();
  }

  /** Creates the ephemeral znode that says this broker lives. */
  private register(session: ZooKeeperClient): void {
    const { brokerId, process } = this.deps;
    session.create(brokerPath(brokerId), { brokerId, host: process.host.name }, 'ephemeral', (code) => {
      if (session !== this.zk || code === 'SessionExpired') return;
      if (code === 'OK') this.readOwnEpoch(session);
      else if (code === 'NodeExists') this.replaceForeignNode(session);
      else this.retryRegistration(session);
    });
  }

  /** KAFKA-7165: the znode of our own former session is in the way until that expires; it must not be taken for ours. */
  private replaceForeignNode(session: ZooKeeperClient): void {
    const path = brokerPath(this.deps.brokerId);
    session.exists(path, false, (code, stat) => {
      if (session !== this.zk) return;
      if (code === 'OK' && stat !== undefined && stat.ephemeralOwner === session.sessionId) this.readOwnEpoch(session);
      else if (code === 'OK' && stat !== undefined) {
        this.deps.simulation.probes.hit(controllerProbes['own-former-registration-removed']);
        session.delete(path, stat.version, () => this.register(session));
      } else this.retryRegistration(session);
    });
  }

  private retryRegistration(session: ZooKeeperClient): void {
    this.deps.process.after(
      RETRY_US,
      () => {
        if (session === this.zk && this.brokerEpoch < 0) this.register(session);
      },
      undefined,
    );
  }

  private readOwnEpoch(session: ZooKeeperClient): void {
    session.exists(brokerPath(this.deps.brokerId), false, (code, stat) => {
      if (session !== this.zk || this.brokerEpoch >= 0) return;
      if (code !== 'OK' || stat === undefined) {
        this.retryRegistration(session);
        return;
      }
      this.brokerEpoch = stat.czxid;
      this.deps.simulation.bus.emit(brokerRegistered, this.deps.brokerId, stat.czxid);
      // The first session may be over before its registration was answered.
      if (this.serving) this.controller.sessionReestablished();
      else this.serve();
    });
  }

  /** Requests are served once the broker knows its epoch (KafkaServer.startup), so that none meant for its former life gets through. */
  private serve(): void {
    this.serving = true;
    const apis = new KafkaApis(this, this.deps);
    const { process, simulation } = this.deps;
    serveRequests(
      process,
      (context) => apis.handle(context),
      simulation.buggify,
      (api, answer) => countAnswer(simulation.probes, api, answer),
    );
    this.controller.start();
  }

  // ------------------------------------------------------------ shutdown

  private askController(attemptsLeft: number, done: () => void): void {
    const { process, config, brokerId, features } = this.deps;
    const controllerId = this.metadata.controllerId;
    const retry = (remaining: number): void => {
      if (attemptsLeft <= 1) {
        this.deps.simulation.probes.hit(controllerProbes['controlled-shutdown-given-up']);
        this.exit(remaining, done);
      } else process.after(config.controlledShutdownRetryBackoffUs, () => this.askController(attemptsLeft - 1, done), undefined);
    };
    if (controllerId < 0) {
      retry(-1);
      return;
    }
    const connection = this.connectTo(controllerId, config.controllerSocketTimeoutUs);
    const request = { brokerId, brokerEpoch: features.brokerEpochs ? this.brokerEpoch : -1 };
    connection.send('ControlledShutdown', request, requestBytes(0), (response) => {
      connection.close();
      if (response !== null && response.errorCode === ErrorCode.NONE && response.remainingPartitions.length === 0) this.exit(0, done);
      else retry(response?.remainingPartitions.length ?? -1);
    });
  }

  private exit(remainingPartitions: number, done: () => void): void {
    const { simulation, process, brokerId } = this.deps;
    this.replicas.stopFetching();
    process.after(
      process.host.disk.flushCostUs(),
      () => {
        this.logs.shutDownCleanly(this.brokerEpoch);
        simulation.bus.emit(controlledShutdownEnded, brokerId, remainingPartitions);
        this.zk.close();
        this.end('shut down', done);
      },
      undefined,
    );
  }

  private halt(reason: string): void {
    const { bus, probes } = this.deps.simulation;
    probes.hit(controllerProbes['broker-halted']);
    bus.emit(brokerHalted, this.deps.brokerId, bus.names.idOf(reason));
    this.end(reason, () => {});
  }

  /** Ends the process in a step of its own, so that no code of this incarnation runs after it. */
  private end(cause: string, done: () => void): void {
    const { simulation, process } = this.deps;
    simulation.scheduler.after(
      1,
      () => {
        simulation.kill(process, cause);
        done();
      },
      undefined,
      process,
    );
  }

  private connectTo(brokerId: number, requestTimeoutUs: number): BrokerConnection {
    const { simulation, process, brokerHost } = this.deps;
    return new BrokerConnection(simulation.network, process, brokerHost(brokerId), this.connectionOptions(requestTimeoutUs));
  }

  private connectionOptions(requestTimeoutUs: number): ConnectionOptions {
    return {
      clientId: `broker-${this.deps.brokerId}`,
      requestTimeoutUs,
      connectionSetupTimeoutUs: 10_000_000,
      reconnectBackoffUs: 50_000,
      reconnectBackoffMaxUs: 1_000_000,
    };
  }
}
