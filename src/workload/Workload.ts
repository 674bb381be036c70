/**
 * The applications of a trial, as a scenario lists them, with every operation in the history: producers with and without transactions, consumers that only
 * watch, and members of consumer groups. Each draws its chance (jitter, keys) from its own stream, so that leaving one out disturbs no other.
 *
 * Whoever wants to hurt clients finds the doors here: an application can be killed, stopped in an orderly manner, started again with the same identity; members can
 * join a group and leave it for good.
 */
import type { ConsumerConfig, ProducerConfig } from '../kafka/config/index.js';
import type { ConsumerSection, ProducerSection } from '../scenario/Scenario.js';
import type { Application, ApplicationContext } from './Application.js';
import { GroupMember, type MemberSection } from './GroupMember.js';
import { ProducingApplication } from './ProducingApplication.js';
import { TransactionalProducer } from './TransactionalProducer.js';
import { TransformingMember } from './TransformingMember.js';
import { WatchingConsumer } from './WatchingConsumer.js';
import { workloadProbes } from './probes.js';

export type { WorkloadCluster } from './Application.js';

export interface ConsumerSpec {
  readonly section: ConsumerSection;
  readonly config: ConsumerConfig;
  /** For what the application produces; null where it produces nothing. */
  readonly outputConfig: ProducerConfig | null;
}

export interface WorkloadOptions extends ApplicationContext {
  readonly producers: readonly { readonly section: ProducerSection; readonly config: ProducerConfig }[];
  readonly consumers: readonly ConsumerSpec[];
  /** The section and configurations of a new member, made after another one's. */
  readonly memberLike?: (section: ConsumerSection, id: string) => ConsumerSpec;
}

export class Workload {
  readonly producers: (ProducingApplication | TransactionalProducer)[];
  /** Consumers outside of groups. */
  readonly watchers: WatchingConsumer[] = [];
  /** Members of groups, those that joined later at the end. */
  readonly members: GroupMember[] = [];

  private readonly byId = new Map<string, Application>();

  constructor(private readonly options: WorkloadOptions) {
    this.producers = options.producers.map(({ section, config }) =>
      this.added(
        section.transaction === null
          ? new ProducingApplication(options, section, config)
          : new TransactionalProducer(options, section, config),
      ),
    );
    for (const spec of options.consumers) this.addConsumer(spec);
  }

  start(): void {
    for (const application of this.byId.values()) application.start();
  }

  /** No new sends from now on; what is under way completes, and groups go on with what they have. */
  stopSending(): void {
    for (const application of this.producers) application.stopped = true;
  }

  /** Members poll no more; what they are at completes. */
  stopReading(): void {
    for (const member of this.members) member.halted = true;
  }

  /** Transactions that are open or on their way to their end. */
  get openTransactions(): number {
    let open = 0;
    for (const producer of this.producers) if (producer instanceof TransactionalProducer && producer.busy) open++;
    for (const member of this.members) if (member instanceof TransformingMember && member.busy) open++;
    return open;
  }

  // ------------------------------------------------------------ doors for faults

  /** Ids of the clients, those that joined later at the end. */
  ids(): readonly string[] {
    return [...this.byId.keys()];
  }

  /** Ids of a group's members that have not left for good. */
  membersOf(group: string): readonly string[] {
    return this.members.filter((member) => member.group === group && !member.retired).map(({ id }) => id);
  }

  /** The process ends without a word. */
  kill(id: string): void {
    this.application(id).kill();
  }

  /** The application finishes what it is at, closes its clients and ends; `done` is called once, also if it is killed meanwhile. */
  shutDown(id: string, done: () => void): void {
    this.application(id).shutDown(done);
  }

  /** Starts a new incarnation; nothing happens while one runs. */
  restart(id: string): void {
    const application = this.application(id);
    if (!application.retired) application.restart();
  }

  /** Shuts down, for good. */
  retire(id: string): void {
    const application = this.application(id);
    application.retired = true;
    application.shutDown(() => {});
  }

  /** A new member, like the group's first; returns its id, or an empty text when the group has nobody to be like. */
  join(group: string): string {
    const model = this.members.find((member) => member.group === group);
    const { memberLike, simulation } = this.options;
    if (model === undefined || memberLike === undefined) return '';
    const id = `${model.id}+${this.members.length}`;
    const spec = memberLike(model.section, id);
    this.addConsumer({ ...spec, section: { ...spec.section, startUs: 0 } });
    const application = this.application(id);
    if (application.running) application.start();
    simulation.probes.hit(workloadProbes['member-joined-later']);
    return id;
  }

  private application(id: string): Application {
    const application = this.byId.get(id);
    if (application === undefined) throw new Error(`no client is called ${id}`);
    return application;
  }

  private addConsumer(spec: ConsumerSpec): void {
    const { section, config, outputConfig } = spec;
    const { application } = section;
    if (application === null) {
      this.watchers.push(this.added(new WatchingConsumer(this.options, section, config)));
      return;
    }
    const member: MemberSection = { ...section, application };
    this.members.push(
      this.added(
        application.commit === 'transaction'
          ? new TransformingMember(this.options, member, config, outputConfig)
          : new GroupMember(this.options, member, config, outputConfig),
      ),
    );
  }

  private added<A extends Application>(application: A): A {
    application.build();
    this.byId.set(application.id, application);
    return application;
  }
}
