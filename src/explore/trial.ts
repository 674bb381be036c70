/**
 * One trial: builds the world that a scenario describes, lets the chaos run, heals a core, waits for convergence, and judges. The same
 * scenario gives the same result, hash included, in any process.
 */
import { EventRecorder } from '../engine/events.js';
import { Simulation } from '../engine/Simulation.js';
import { obstacles, type Obstacle } from '../check/guarantees/eventuallyConverges.js';
import { History } from '../check/history.js';
import { Judge, type Judgement } from '../check/Judge.js';
import type { PromiseFacts } from '../check/promises.js';
import type { FaultLogEntry } from '../faults/FaultInjector.js';
import { FaultInjector } from '../faults/FaultInjector.js';
import { faultKind } from '../faults/faultKinds.js';
import { KafkaCluster, type TopicSpec } from '../kafka/cluster/KafkaCluster.js';
import {
  NEVER,
  parseProperties,
  resolveBrokerConfig,
  resolveConsumerConfig,
  resolveProducerConfig,
  type BrokerConfig,
  type ConfigKind,
  type ConfigValue,
  type ProducerConfig,
} from '../kafka/config/index.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import { partitionIndexOf } from '../kafka/protocol/topicPartition.js';
import type { Properties, Scenario } from '../scenario/Scenario.js';
import { Workload } from '../workload/Workload.js';
import { promiseFact } from './promiseFacts.js';

export interface TrialOptions {
  /** Keep every event, for explanations and comparisons. Costs memory; changes nothing else. */
  readonly record?: boolean;
  /** White-box invariants; default true. */
  readonly invariants?: boolean;
}

export interface TrialResult {
  /** Identifies the run: equal exactly when every event was. */
  readonly hash: string;
  /** Scheduler steps. */
  readonly steps: number;
  /** Events emitted. */
  readonly events: number;
  /** Length of the run including healing. */
  readonly virtualUs: number;
  readonly judgement: Judgement;
  readonly history: History;
  /** Only with `record`. */
  readonly recorder: EventRecorder | null;
  readonly faultLog: readonly FaultLogEntry[];
  readonly probes: readonly [string, number][];
  readonly simulation: Simulation;
  readonly cluster: KafkaCluster;
}

/** How often the healed cluster is asked whether it has converged. */
const CONVERGENCE_CHECK_US = 250_000;

/** @throws Error when the scenario names properties that `parseScenario` would have refused. */
export function runTrial(scenario: Scenario, options: TrialOptions = {}): TrialResult {
  const trial = new Trial(scenario, options);
  return trial.run();
}

class Trial {
  private readonly simulation: Simulation;
  private readonly recorder: EventRecorder | null;
  private readonly features: KafkaFeatures;
  private readonly history = new History();
  private readonly cluster: KafkaCluster;
  private readonly workload: Workload;
  private readonly judge: Judge;
  private readonly injector: FaultInjector;
  private readonly brokerConfig: BrokerConfig;
  private readonly producerConfigs: ReadonlyMap<string, ProducerConfig>;

  constructor(
    private readonly scenario: Scenario,
    options: TrialOptions,
  ) {
    const { release, seed, network } = scenario;
    this.simulation = new Simulation(seed);
    this.simulation.network.latency = network;
    this.recorder = options.record === true ? new EventRecorder(this.simulation.bus) : null;
    this.features = { ...PRESETS[release], ...scenario.features };
    this.brokerConfig = resolveBrokerConfig(release, this.values('broker', scenario.cluster.properties));
    this.producerConfigs = new Map(
      scenario.workload.producers.map(({ id, properties }) => [id, resolveProducerConfig(release, this.values('producer', properties))]),
    );
    this.cluster = this.buildCluster();
    this.workload = this.buildWorkload();
    this.judge = this.buildJudge(options.invariants !== false);
    const clients = [...scenario.workload.producers, ...scenario.workload.consumers].map(({ id }) => id);
    this.injector = new FaultInjector({ simulation: this.simulation, cluster: this.cluster, faults: scenario.faults, clients });
  }

  run(): TrialResult {
    const { simulation, scenario } = this;
    this.cluster.start();
    this.workload.start();
    this.injector.start();
    simulation.scheduler.runUntil(scenario.durationUs);
    this.workload.stopSending();
    this.injector.healAll(scenario.core);
    const left = this.converge();
    const judgement = this.judge.finish(simulation.nowUs, left);
    return {
      hash: simulation.bus.hash,
      steps: simulation.scheduler.dispatched,
      events: simulation.bus.count,
      virtualUs: simulation.nowUs,
      judgement,
      history: this.history,
      recorder: this.recorder,
      faultLog: this.injector.log,
      probes: simulation.probes.entries(),
      simulation,
      cluster: this.cluster,
    };
  }

  // ------------------------------------------------------------ building

  private values(kind: ConfigKind, properties: Properties): ReadonlyMap<string, ConfigValue> {
    const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: 'scenario' }));
    const { values, problems } = parseProperties(kind, entries, this.scenario.release);
    const problem = problems[0];
    if (problem !== undefined) throw new Error(`${kind} property ${problem.name}: ${problem.message} ${problem.remedy}`);
    return values;
  }

  private buildCluster(): KafkaCluster {
    const { scenario } = this;
    const topics: TopicSpec[] = scenario.topics.map(({ name, partitions, replicationFactor, assignment, properties }) => {
      const spec = { name, partitions, replicationFactor, config: this.values('topic', properties) };
      return assignment === undefined ? spec : { ...spec, assignment };
    });
    const perBroker = Object.entries(scenario.cluster.perBroker).map(
      ([id, properties]) => [Number(id), this.values('broker', properties)] as const,
    );
    return new KafkaCluster(this.simulation, {
      release: scenario.release,
      features: this.features,
      brokers: scenario.cluster.brokers,
      zookeeperServers: scenario.cluster.zookeeperServers,
      brokerProperties: this.values('broker', scenario.cluster.properties),
      brokerOverrides: new Map(perBroker),
      topics,
    });
  }

  private buildWorkload(): Workload {
    const { producers, consumers } = this.scenario.workload;
    return new Workload({
      simulation: this.simulation,
      cluster: this.cluster,
      history: this.history,
      bootstrapBrokers: this.cluster.nodes().map((node) => node.id),
      producers: producers.map((section) => ({ section, config: this.producerConfig(section.id) })),
      consumers: consumers.map((section) => ({
        section,
        config: resolveConsumerConfig(this.scenario.release, this.values('consumer', section.properties)),
      })),
    });
  }

  private buildJudge(checkInvariants: boolean): Judge {
    const { simulation, cluster, features, history, scenario } = this;
    const kinds = [...new Set(scenario.faults.map((fault) => fault.kind))];
    const input = {
      bus: simulation.bus,
      cluster,
      features,
      history,
      acksOf: (client: string): number => this.producerConfig(client).acks,
      minIsr: (partition: number): number => this.minIsr(partition),
      facts: this.promiseFacts(),
      faultClasses: [...new Set(kinds.map((kind) => faultKind(kind).faultClass))],
      faultKinds: kinds,
    };
    return new Judge(input, checkInvariants);
  }

  private promiseFacts(): PromiseFacts[] {
    const { features, scenario } = this;
    return scenario.topics.flatMap(({ name, replicationFactor }) => {
      const topic = this.cluster.topicConfig(name);
      const writers = scenario.workload.producers.filter((producer) => producer.topics.includes(name));
      return writers.map(({ id }) => promiseFact(features, this.producerConfig(id), topic, replicationFactor));
    });
  }

  private producerConfig(client: string): ProducerConfig {
    const config = this.producerConfigs.get(client);
    if (config === undefined) throw new Error(`no producer is called ${client}`);
    return config;
  }

  private minIsr(partition: number): number {
    const { features, cluster } = this;
    if (!features.minIsrChecks) return 1;
    const configured = cluster.topicConfig(cluster.topicOf(partition)).minInsyncReplicas;
    return features.minIsrCappedByReplicationFactor ? Math.min(configured, cluster.assignment(partition).length) : configured;
  }

  // ------------------------------------------------------------ healing

  /** Runs until nothing stands in the way, or the bound is over. */
  private converge(): readonly Obstacle[] {
    const { scheduler } = this.simulation;
    const deadlineUs = scheduler.nowUs + (this.scenario.convergeWithinUs ?? this.convergenceBoundUs());
    let left = this.obstacles();
    while (left.length > 0 && scheduler.nowUs < deadlineUs) {
      scheduler.runUntil(Math.min(deadlineUs, scheduler.nowUs + CONVERGENCE_CHECK_US));
      left = this.obstacles();
      if (left.every((obstacle) => obstacle.alibi !== '') && this.history.pendingSends === 0 && this.settled()) break;
    }
    return left;
  }

  /**
   * How long healing may take: sessions expire and brokers register again, a stuck request runs into its timeout, a follower gets
   * three lag times to catch up and be seen, every send runs into its delivery timeout; all that twice, since one may follow another.
   */
  private convergenceBoundUs(): number {
    const { brokerConfig } = this;
    let deliveryUs = 0;
    for (const { deliveryTimeoutUs, requestTimeoutUs, maxBlockUs } of this.producerConfigs.values()) {
      deliveryUs = Math.max(deliveryUs, maxBlockUs + (deliveryTimeoutUs === NEVER ? 10 * requestTimeoutUs : deliveryTimeoutUs));
    }
    const brokerUs =
      2 * brokerConfig.zookeeperSessionTimeoutUs +
      3 * brokerConfig.replicaLagTimeMaxUs +
      2 * brokerConfig.replicaSocketTimeoutUs +
      2 * brokerConfig.controllerSocketTimeoutUs;
    return 30_000_000 + 2 * (deliveryUs + brokerUs);
  }

  /** Only obstacles with an alibi are left: give the rest of the cluster a moment, then stop waiting for what cannot come. */
  private settled(): boolean {
    return this.simulation.nowUs > this.scenario.durationUs + this.brokerConfig.zookeeperSessionTimeoutUs * 2 + 10_000_000;
  }

  private obstacles(): Obstacle[] {
    const { cluster, scenario, workload, history } = this;
    const { names } = this.simulation.bus;
    const runs = (id: number): boolean => cluster.node(id).process.running;
    const positions = workload.consumers.flatMap((consumer) => {
      const client = consumer.section.id;
      const stranded = !consumer.knownBrokers().some(runs);
      return cluster.partitions().flatMap((partition) => {
        const topic = cluster.topicOf(partition);
        if (!consumer.section.topics.includes(topic) || consumer.errors.has(partition)) return [];
        return [{ client, partition, position: consumer.position(topic, partitionIndexOf(names, partition)), stranded }];
      });
    });
    const view = {
      cluster,
      isHealed: runs,
      minIsr: (partition: number): number => this.minIsr(partition),
      allowsUncleanElection: (partition: number): boolean => cluster.topicConfig(cluster.topicOf(partition)).uncleanLeaderElectionEnable,
      pendingSends: history.pendingSends,
      positions,
      believesDead: (broker: number, other: number): boolean => cluster.node(broker).broker?.metadata.isAlive(other) === false,
      damagedDisks: scenario.faults.some((fault) => fault.kind === 'bit-rot'),
    };
    return obstacles(view, names);
  }
}
