/**
 * One trial: builds the world that a scenario describes, lets the chaos run, heals a core, waits for convergence, and judges. The same
 * scenario gives the same result, hash included, in any process.
 */
import { EventRecorder } from '../engine/events.js';
import type { EventBus } from '../engine/events.js';
import { Simulation } from '../engine/Simulation.js';
import type { ConsumerTraits } from '../check/guarantees/Guarantee.js';
import { History } from '../check/history.js';
import type { Traits } from '../check/jepsen/Traits.js';
import { Judge, type Judgement } from '../check/Judge.js';
import { ZooKeeperHistory } from '../check/linearizability/ZooKeeperHistory.js';
import { classesOf } from '../faults/classesOf.js';
import type { FaultLogEntry } from '../faults/FaultInjector.js';
import { FaultInjector } from '../faults/FaultInjector.js';
import { KafkaCluster, type TopicSpec } from '../kafka/cluster/KafkaCluster.js';
import { resolveBrokerConfig, type BrokerConfig, type ConfigKind, type ConfigValue } from '../kafka/config/index.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import { groupsOf } from '../scenario/clients.js';
import type { Properties, Scenario } from '../scenario/Scenario.js';
import { Workload } from '../workload/Workload.js';
import { isWorkLeft, placesOf, whatIsLeft, type ConvergenceInput, type Left } from './convergence.js';
import { boundOf, convergenceTerms } from './convergenceBound.js';
import { livenessOf, type Liveness } from './liveness.js';
import { AvailabilityRecorder, metricsOf, type TrialMetrics } from './metrics.js';
import { MessageRecorder } from './messages/MessageRecorder.js';
import type { Traffic } from './messages/RecordedMessage.js';
import { promiseFactsIn } from './promiseFacts.js';
import { redrawnFaults, type Redraw } from './redraw.js';
import { runTraits } from './runTraits.js';
import { ReadingClock } from './ReadingClock.js';
import { ClientConfigs, valuesOf } from './trialConfigs.js';
import type { WriteRule } from './writeAvailability.js';

export interface TrialOptions {
  /** Keep every event, for explanations and comparisons. Costs memory; changes nothing else. */
  readonly record?: boolean;
  /** Keep every message of the network and every cut, for diagrams and traces. Costs memory; changes nothing else. */
  readonly messages?: boolean;
  /** White-box invariants; default true. */
  readonly invariants?: boolean;
  /** Most scheduler steps; a run that needs more throws `StepLimitReached`. Default: no limit. */
  readonly maxSteps?: number;
  /** Draws everything after a moment anew; default: nothing. */
  readonly redraw?: Redraw;
  /** Availability and latency; default false. */
  readonly measure?: boolean;
  /** Called before the run begins, to subscribe to its events. What listens changes nothing. */
  readonly listen?: (bus: EventBus) => void;
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
  /** What the configuration promises each client, for the history as Jepsen would judge it. */
  readonly traits: () => Traits;
  /** Only with `record`. */
  readonly recorder: EventRecorder | null;
  /** Only with `messages`. */
  readonly traffic: Traffic | null;
  readonly faultLog: readonly FaultLogEntry[];
  readonly liveness: Liveness;
  /** Only with `measure`. */
  readonly metrics: TrialMetrics | null;
  /** What a leader of the partition (by its interned name) needs in order to accept a write; null for partitions that are not the workload's. */
  readonly writeRule: (partition: number) => WriteRule | null;
  readonly probes: readonly [string, number][];
  readonly simulation: Simulation;
  readonly cluster: KafkaCluster;
}

/** How often the healed cluster is asked whether it has converged. */
const CONVERGENCE_CHECK_US = 250_000;
/** How long transactions that are under way at the end may still take. */
const SETTLING_US = 30_000_000;

/** @throws Error when the scenario names properties that `parseScenario` would have refused. */
export function runTrial(scenario: Scenario, options: TrialOptions = {}): TrialResult {
  const trial = new Trial(scenario, options);
  return trial.run();
}

class Trial {
  private readonly simulation: Simulation;
  private readonly recorder: EventRecorder | null;
  private readonly messages: MessageRecorder | null;
  private readonly features: KafkaFeatures;
  private readonly history = new History();
  private readonly cluster: KafkaCluster;
  private readonly workload: Workload;
  private readonly judge: Judge;
  private readonly injector: FaultInjector;
  private readonly brokerConfig: BrokerConfig;
  private readonly configs: ClientConfigs;
  private readonly availability: AvailabilityRecorder | null;
  /** Null when there is none, and once it has happened. */
  private redraw: Redraw | null;

  constructor(
    private readonly scenario: Scenario,
    options: TrialOptions,
  ) {
    const { release, seed, network } = scenario;
    this.simulation = new Simulation(seed);
    this.simulation.network.latency = network;
    this.simulation.buggify.enable(scenario.buggify ?? {});
    this.simulation.scheduler.stepLimit = options.maxSteps ?? Infinity;
    options.listen?.(this.simulation.bus);
    this.recorder = options.record === true ? new EventRecorder(this.simulation.bus) : null;
    const { scheduler, bus, network: net } = this.simulation;
    this.messages = options.messages === true ? new MessageRecorder(scheduler, bus) : null;
    net.observer = this.messages;
    this.features = { ...PRESETS[release], ...scenario.features };
    this.brokerConfig = resolveBrokerConfig(release, this.values('broker', scenario.cluster.properties));
    this.configs = new ClientConfigs(release, scenario.workload);
    this.cluster = this.buildCluster();
    this.workload = this.buildWorkload();
    this.judge = this.buildJudge(options.invariants !== false);
    this.availability = options.measure === true ? new AvailabilityRecorder(this.simulation.bus, this.writeRule) : null;
    this.redraw = options.redraw ?? null;
    const { simulation, cluster, workload: clients } = this;
    this.injector = new FaultInjector({ simulation, cluster, faults: scenario.faults, delays: scenario.delays ?? [], clients });
  }

  run(): TrialResult {
    const { simulation, scenario } = this;
    this.cluster.start();
    this.workload.start();
    this.injector.start();
    this.advance(scenario.durationUs);
    this.workload.stopSending();
    simulation.buggify.disable();
    const availability = this.availability?.finish(simulation.nowUs) ?? null;
    this.injector.healAll(scenario.core, scenario.outsideCore);
    const { left, liveness } = this.converge();
    this.settleTransactions();
    const groups = groupsOf(scenario).size;
    const judgement = this.judge.finish(simulation.nowUs, left.cluster, groups === 0 ? null : { left: left.groups, groups });
    return {
      hash: simulation.bus.hash,
      steps: simulation.scheduler.dispatched,
      events: simulation.bus.count,
      virtualUs: simulation.nowUs,
      judgement,
      history: this.history,
      traits: () => this.traits(left),
      recorder: this.recorder,
      traffic: this.messages?.finish() ?? null,
      faultLog: this.injector.log,
      liveness,
      metrics: availability === null ? null : metricsOf(availability, this.history, judgement),
      writeRule: this.writeRule,
      probes: simulation.probes.entries(),
      simulation,
      cluster: this.cluster,
    };
  }

  /** Runs everything up to and including `untilUs`, and draws the rest anew when its moment has come. */
  private advance(untilUs: number): void {
    const { simulation, redraw, scenario } = this;
    if (redraw !== null && redraw.afterUs <= untilUs) {
      this.redraw = null;
      simulation.scheduler.runUntil(redraw.afterUs);
      simulation.randomness.reseed(redraw.salt);
      this.injector.replacePlanned((planned) => redrawnFaults(planned, redraw, scenario.durationUs, simulation.randomness));
    }
    simulation.scheduler.runUntil(untilUs);
  }

  // ------------------------------------------------------------ building

  private values(kind: ConfigKind, properties: Properties): ReadonlyMap<string, ConfigValue> {
    return valuesOf(kind, properties, this.scenario.release);
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
    const { simulation, cluster, history, configs } = this;
    return new Workload({
      ...{ simulation, cluster, history, memberLike: configs.memberLike },
      bootstrapBrokers: cluster.nodes().map((node) => node.id),
      producers: this.scenario.workload.producers.map((section) => ({ section, config: configs.producer(section.id) })),
      consumers: [...configs.consumers.values()],
    });
  }

  private buildJudge(checkInvariants: boolean): Judge {
    const { simulation, cluster, features, history, scenario } = this;
    const kinds = [...new Set(scenario.faults.map((fault) => fault.kind))];
    const zookeeper = new ZooKeeperHistory(simulation.bus, () => simulation.nowUs);
    if (checkInvariants) cluster.ensemble.observer = zookeeper;
    const input = {
      bus: simulation.bus,
      cluster,
      features,
      history,
      acksOf: (client: string): number => this.configs.producer(client).acks,
      consumerOf: (client: string): ConsumerTraits | undefined => this.consumerTraits(client),
      minIsr: (partition: number): number => this.minIsr(partition),
      facts: promiseFactsIn({ features, broker: this.brokerConfig }, scenario, this.configs, (topic) => cluster.topicConfig(topic)),
      faultClasses: classesOf(scenario),
      faultKinds: kinds,
      zookeeper,
    };
    return new Judge(input, checkInvariants);
  }

  /** @param left what kept the healed cluster from coming to rest: with an alibi, what nobody read may yet be read. */
  private traits({ cluster: obstacles, groups }: Left): Traits {
    const { scenario, configs, features, cluster } = this;
    const kinds = [...new Set(scenario.faults.map((fault) => fault.kind))];
    const alibi = [...obstacles, ...groups].find((obstacle) => obstacle.alibi !== '')?.alibi ?? '';
    return runTraits({
      ...{ scenario, configs, kinds, cutShort: alibi },
      ground: { features, broker: this.brokerConfig },
      topicConfig: (topic) => cluster.topicConfig(topic),
      classes: classesOf(scenario),
    });
  }

  private consumerTraits(client: string): ConsumerTraits | undefined {
    const spec = this.configs.consumers.get(client);
    if (spec === undefined) return undefined;
    const { application } = spec.section;
    return {
      group: application === null ? null : spec.config.groupId,
      readCommitted: spec.config.isolationLevel === 'read_committed',
      application,
    };
  }

  /** What a broker must have to accept a write to the partition as the most demanding of its producers sends it; null for topics that are not the workload's. */
  private readonly writeRule = (partition: number): WriteRule | null => {
    const { cluster, scenario, configs, features } = this;
    const topic = cluster.topicOf(partition);
    if (scenario.topics.every(({ name }) => name !== topic)) return null;
    const writers = scenario.workload.producers.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id);
    const outputs = [...configs.consumers.values()].filter(({ section }) => section.application?.output === topic);
    const acks = [...writers, ...outputs.map(({ section }) => section.id)].map((id) => configs.producer(id).acks);
    if (acks.length === 0) return null;
    return { inSync: features.minIsrChecks && acks.includes(-1) ? this.minIsr(partition) : 1 };
  };

  private minIsr(partition: number): number {
    const { features, cluster } = this;
    if (!features.minIsrChecks) return 1;
    const configured = cluster.topicConfig(cluster.topicOf(partition)).minInsyncReplicas;
    return features.minIsrCappedByReplicationFactor ? Math.min(configured, cluster.assignment(partition).length) : configured;
  }

  // ------------------------------------------------------------ healing

  /** Runs until nothing stands in the way, or the bound is over. */
  private converge(): { readonly left: Left; readonly liveness: Liveness } {
    const { scheduler } = this.simulation;
    const input = this.convergenceInput();
    const healedUs = scheduler.nowUs;
    const terms = this.scenario.convergeWithinUs === null ? convergenceTerms(input) : [];
    const boundUs = this.scenario.convergeWithinUs ?? boundOf(terms);
    const deadlineUs = healedUs + boundUs;
    let left = whatIsLeft(input);
    const reading = new ReadingClock(healedUs + boundOf(terms.filter(({ whileReading }) => whileReading !== true)), () => placesOf(input));
    while ((left.cluster.length > 0 || left.groups.length > 0 || isWorkLeft(input)) && scheduler.nowUs < deadlineUs) {
      this.advance(Math.min(deadlineUs, scheduler.nowUs + CONVERGENCE_CHECK_US));
      left = whatIsLeft(input);
      if (terms.length > 0 && reading.isOver(scheduler.nowUs)) break;
      const excused = [...left.cluster, ...left.groups].every((obstacle) => obstacle.alibi !== '');
      const anyLeft = left.cluster.length > 0 || left.groups.length > 0;
      if (anyLeft && excused && this.history.pendingSends === 0 && this.settled()) break;
    }
    return { left, liveness: livenessOf(input, left, { healedUs, terms, boundUs, endedUs: scheduler.nowUs }) };
  }

  /** A transaction cut off in the middle by the end of the run would look torn: what is under way gets a moment to end. */
  private settleTransactions(): void {
    const { scheduler } = this.simulation;
    this.workload.stopReading();
    const deadlineUs = scheduler.nowUs + SETTLING_US;
    while (this.transactionsUnderWay() && scheduler.nowUs < deadlineUs) this.advance(scheduler.nowUs + CONVERGENCE_CHECK_US);
  }

  private transactionsUnderWay(): boolean {
    const { cluster, workload } = this;
    if (workload.openTransactions > 0) return true;
    return cluster.partitions().some((partition) => {
      const log = cluster.replica(cluster.state(partition)?.leader ?? -1, partition)?.log;
      return log !== undefined && log.lastStableOffset < log.highWatermark;
    });
  }

  private convergenceInput(): ConvergenceInput {
    const { scenario, cluster, workload, history, configs, brokerConfig: broker } = this;
    return {
      scenario,
      cluster,
      workload,
      history,
      setbacks: this.judge.setbacks,
      configs,
      broker,
      minIsr: (partition) => this.minIsr(partition),
      outside: this.injector.outside,
      earlierEnds: new Map(),
    };
  }

  /** Only obstacles with an alibi are left: give the rest of the cluster a moment, then stop waiting for what cannot come. */
  private settled(): boolean {
    return this.simulation.nowUs > this.scenario.durationUs + this.brokerConfig.zookeeperSessionTimeoutUs * 2 + 10_000_000;
  }
}
