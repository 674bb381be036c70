/**
 * A member of a consumer group as people write them: a loop that polls, deals with what it got (itself, or by a pool of workers), and commits before or after
 * that, or leaves committing to the client. What it does with a record either stays outside Kafka, or is one record sent to another topic.
 *
 * A careful application otherwise: it commits what is done before it gives partitions up (`after`), drops what it has not begun of them (unless that may be
 * committed already), reads again from the first record whose output failed (`after`), and goes back when the commit that must come first has failed (`before`,
 * synchronous).
 */
import type { Random } from '../engine/random.js';
import type { Timer } from '../engine/Scheduler.js';
import { Consumer } from '../kafka/client/Consumer.js';
import { processingBegan, processingEnded } from '../kafka/client/events.js';
import type { ConsumerConfig, ProducerConfig } from '../kafka/config/index.js';
import { partitionIndexOf, topicOf } from '../kafka/protocol/topicPartition.js';
import type { ApplicationSection, ConsumerSection } from '../scenario/Scenario.js';
import { Application, type ApplicationContext } from './Application.js';
import { CommitLedger } from './CommitLedger.js';
import { Output } from './Output.js';
import { Ownership } from './Ownership.js';
import { ProcessingPool } from './ProcessingPool.js';
import { firstOf, positionsAfter, Progress, type Received } from './Progress.js';
import type { OffsetToCommit } from './Transactions.js';

/** The section of a consumer that is a member of a group. */
export type MemberSection = ConsumerSection & { readonly application: ApplicationSection };

/** How long `poll` waits for records, where the loop has something else to do. */
const POLL_TIMEOUT_US = 100_000;

export class GroupMember extends Application {
  /** Polls no more: what it is at completes. */
  halted = false;

  /** Partitions that stand still because the consumer reported an error, with the error; -1: the consumer is out of its group for good. */
  readonly errors = new Map<number, string>();
  /** Interned partitions that it was told to own. */
  readonly owned: ReadonlySet<number>;
  readonly group: string;

  protected consumer!: Consumer;
  protected readonly ownership: Ownership;
  protected readonly ledger: CommitLedger;
  protected readonly random: Random;
  private batch: Received[] = [];
  private at = 0;
  private output: Output | null = null;
  private pool: ProcessingPool | null = null;
  private progress = new Progress();
  /** A commitSync is under way, and its caller is blocked by it. */
  private committing = false;
  /** What goes on once no commitSync is under way. */
  private blocked: (() => void)[] = [];
  /** The loop has nothing in its hands. */
  private waiting = false;
  private timer: Timer = 0;
  private whenIdle: (() => void) | null = null;
  private readonly clientName: number;

  /** @param outputConfig for the output; null without one. */
  constructor(
    context: ApplicationContext,
    readonly section: MemberSection,
    readonly config: ConsumerConfig,
    protected readonly outputConfig: ProducerConfig | null,
  ) {
    super(context, section.id, section.startUs);
    this.group = config.groupId ?? '';
    this.ownership = new Ownership(context, section.id, this.group);
    this.owned = this.ownership.owned;
    this.ledger = new CommitLedger(context, section.id, this.group);
    this.random = context.simulation.randomness.stream(`client/${section.id}/partitioner`);
    this.clientName = context.simulation.bus.names.idOf(section.id);
  }

  build(): void {
    const { workers } = this.section.application;
    this.ownership.clear();
    this.batch = [];
    this.progress = new Progress();
    this.committing = false;
    this.blocked = [];
    this.waiting = false;
    this.whenIdle = null;
    this.pool = workers === 0 ? null : new ProcessingPool(this.process, workers, this.work);
    this.buildConsumer();
    this.buildOutput();
  }

  protected run(): void {
    const { history, cluster } = this.context;
    const { topics } = this.section;
    const partitions = topics.flatMap((topic) => Array.from({ length: cluster.partitionCount(topic) }, (_, index) => `${topic}-${index}`));
    history.placed({ client: this.id, timeUs: this.nowUs, kind: 'subscribe', partitions });
    this.consumer.subscribe(topics);
    this.turn();
  }

  protected died(): void {
    this.forgetSends();
    this.ledger.died();
    this.ownership.clear();
  }

  /** Finishes the record in its hands (a pool: what waits for it too), commits what is done, then leaves the group. */
  protected close(done: () => void): void {
    this.whenIdle = (): void => this.finishPool(() => this.commitProgress(() => this.closeClients(done)));
    if (this.waiting) this.idle();
  }

  // ------------------------------------------------------------ what can be seen of it

  /** Offset of the next record that it will be given; -1 when it has no position. */
  position(partition: number): number {
    const { names } = this.context.simulation.bus;
    return this.consumer.position(topicOf(names, partition), partitionIndexOf(names, partition));
  }

  /** Brokers that its metadata names. */
  knownBrokers(): readonly number[] {
    return this.consumer.metadata.brokers;
  }

  /** It has dealt with everything that it was given. */
  get settled(): boolean {
    return this.waiting && (this.pool === null || this.pool.idle);
  }

  // ------------------------------------------------------------ clients

  protected buildConsumer(): void {
    const consumer = new Consumer({ ...this.clientDeps(), config: this.config });
    this.consumer = consumer;
    this.errors.clear();
    consumer.onError = (error, partition): void => void this.errors.set(partition, error);
    consumer.onRecords = this.recordsArrived;
    consumer.onAssigned = this.assigned;
    consumer.onRevoked = this.revoked;
    consumer.onPosition = this.ownership.positionFound;
    consumer.onGroupError = (error): void => void this.errors.set(-1, error);
    consumer.onAutoCommit = (offsets): ((error: string) => void) => this.ledger.invoked('auto', this.generation(), offsets);
  }

  protected buildOutput(): void {
    const topic = this.section.application.output;
    if (topic === null || this.outputConfig === null) return;
    this.output = new Output(this.context, this.clientDeps(), this.outputConfig, topic, this.random);
  }

  protected closeClients(done: () => void): void {
    this.consumer.close(() => {
      if (this.output === null) done();
      else this.output.close(done);
    });
  }

  // ------------------------------------------------------------ the loop

  /** One turn: poll, and deal with what came. */
  protected readonly turn = (): void => {
    this.waiting = false;
    if (this.halted) return;
    if (this.closing) {
      this.idle();
      return;
    }
    if (this.committing) {
      this.blocked.push(this.turn);
      return;
    }
    const records = this.poll();
    if (records.length > 0) this.received(records);
    else this.awaitRecords();
  };

  /** The loop is through with what it had. */
  protected nextTurn(): void {
    this.batch = [];
    if (this.closing) this.idle();
    else this.await(this.section.pollEveryUs);
  }

  /** Inside `poll`, as it were. Only who has a pace or a pool to look after comes out of it without records. */
  private awaitRecords(): void {
    const { pollEveryUs } = this.section;
    const longestUs = Math.max(POLL_TIMEOUT_US, pollEveryUs);
    if (this.pool !== null) this.commitProgress(() => this.await(longestUs));
    else if (pollEveryUs === 0) this.waiting = true;
    else this.await(longestUs);
  }

  private await(us: number): void {
    this.waiting = true;
    this.timer = this.process.after(us, this.turn, undefined);
  }

  private readonly recordsArrived = (): void => {
    if (!this.waiting || this.halted || this.closing || this.section.pollEveryUs > 0) return;
    this.process.cancel(this.timer);
    this.timer = 0;
    this.turn();
  };

  private idle(): void {
    this.process.cancel(this.timer);
    this.waiting = true;
    const { whenIdle } = this;
    this.whenIdle = null;
    whenIdle?.();
  }

  private poll(): Received[] {
    const { history, simulation } = this.context;
    const { names } = simulation.bus;
    const received: Received[] = [];
    for (const { topic, partition, firstOffset, leaderEpoch, offsets: sparse, records } of this.consumer.poll()) {
      const index = partitionIndexOf(names, partition);
      const offsets = sparse ?? records.map((_, i) => firstOffset + i);
      const values = records.map((record) => record.value);
      records.forEach(({ key, value }, i) => {
        const offset = offsets[i] as number;
        received.push({ topic, index, partition, offset, leaderEpoch, key, value, dropped: false, state: 'waiting' });
      });
      history.polled(this.id, simulation.nowUs, partition, offsets, values);
    }
    return received;
  }

  protected received(records: Received[]): void {
    const { commit, commitMode } = this.section.application;
    if (commit === 'after') for (const record of records) this.progress.add(record);
    if (commit !== 'before') {
      this.handOver(records);
      return;
    }
    this.commit(commitMode, positionsAfter(records), (ok) => {
      if (ok) {
        this.handOver(records);
        return;
      }
      for (const record of firstOf(records)) this.seek(record);
      this.nextTurn();
    });
  }

  private handOver(records: Received[]): void {
    if (this.pool === null) {
      this.batch = records;
      this.at = 0;
      this.workOff();
      return;
    }
    this.pool.submit(records);
    this.commitProgress(() => this.nextTurn());
  }

  // ------------------------------------------------------------ dealing with records

  /** Deals with the records in its hands, one after the other. */
  private readonly workOff = (): void => {
    const { batch } = this;
    const takesTime = this.section.application.processUs > 0;
    // With automatic commits the whole poll counts as read, so that the loop ends between polls only.
    const breaksOff = this.section.application.commit !== 'auto';
    while (this.at < batch.length && !(this.closing && breaksOff)) {
      const record = batch[this.at++] as Received;
      if (record.dropped) continue;
      if (takesTime) {
        this.work(record, this.workOff);
        return;
      }
      this.work(record, ignore);
    }
    if (this.output === null || this.section.application.commit !== 'after') this.workedOff();
    else this.output.whenDrained(this.workedOff);
  };

  private readonly workedOff = (): void => {
    for (const record of this.progress.firstFailures()) {
      this.progress.rewind(record);
      this.seek(record);
    }
    this.commitProgress(() => this.nextTurn());
  };

  /** Begins with a record; call what it returns when the effect has taken place. */
  protected processing(record: Received, transaction: number): () => void {
    const { history, simulation } = this.context;
    const { partition, offset, value } = record;
    const { clientName, id: client, group } = this;
    const processed = history.processingBegan({ client, group, partition, offset, value, beganUs: simulation.nowUs, transaction });
    simulation.bus.emit(processingBegan, clientName, partition, offset, value);
    record.state = 'begun';
    return () => {
      processed.endedUs = simulation.nowUs;
      simulation.bus.emit(processingEnded, clientName, partition, offset, value);
      record.state = 'done';
    };
  }

  /** What one record takes; `done` when whoever does it is free again. */
  private readonly work = (record: Received, done: () => void): void => {
    const { output } = this;
    const ended = this.processing(record, -1);
    const effect = (): void => {
      if (output === null) ended();
      else {
        output.send(record, (acknowledged) => {
          if (acknowledged) ended();
          else record.state = 'failed';
        });
      }
      done();
    };
    const { processUs } = this.section.application;
    if (processUs === 0) effect();
    else this.process.after(processUs, effect, undefined);
  };

  private finishPool(done: () => void): void {
    const outputs = (): void => (this.output === null ? done() : this.output.whenDrained(done));
    if (this.pool === null) outputs();
    else this.pool.finish(outputs);
  }

  /** Reads on from this record, if its partition is still there to be read. */
  protected seek({ partition, topic, index, offset }: Received): void {
    if (this.owned.has(partition)) this.consumer.seek(topic, index, offset);
  }

  // ------------------------------------------------------------ commits

  /** Commits what is done by the time that it may, if it commits after processing. */
  private commitProgress(done: () => void): void {
    if (this.committing) {
      this.blocked.push(() => this.commitProgress(done));
      return;
    }
    const { commit, commitMode } = this.section.application;
    const offsets = commit === 'after' ? this.progress.toCommit() : [];
    if (offsets.length === 0) {
      done();
      return;
    }
    this.progress.commitSent(offsets);
    this.commit(commitMode, offsets, (ok) => {
      if (!ok) this.progress.commitFailed(offsets);
      done();
    });
  }

  /** `done`: when the answer is there (sync), or at once (async). A commitSync waits for the one before: two under way could overtake each other. */
  private commit(mode: 'sync' | 'async', offsets: readonly OffsetToCommit[], done: (ok: boolean) => void): void {
    if (mode === 'sync' && this.committing) {
      this.blocked.push(() => this.commit(mode, offsets, done));
      return;
    }
    const completed = this.ledger.invoked(mode, this.generation(), offsets);
    if (mode === 'async') {
      this.consumer.commitAsync(offsets, completed);
      done(true);
      return;
    }
    this.committing = true;
    this.consumer.commitSync(offsets, (error) => {
      this.committing = false;
      completed(error);
      done(error === '');
      while (!this.committing && this.blocked.length > 0) this.blocked.shift()?.();
    });
  }

  // ------------------------------------------------------------ ownership

  protected generation(): number {
    return this.consumer.groupMetadata().generationId;
  }

  private readonly assigned = (partitions: readonly number[]): void => {
    const positions = partitions.map((partition) => this.position(partition));
    this.ownership.assigned(this.consumer.groupMetadata(), partitions, positions);
  };

  private readonly revoked = (partitions: readonly number[], lost: boolean): void => {
    if (!lost && this.section.application.commit === 'after') this.commitBeforeRevocation(partitions);
    this.ownership.revoked(this.consumer.groupMetadata(), partitions, lost);
    for (const partition of partitions) this.giveUp(partition);
  };

  /** What is done of these partitions, so that their next owner does not do it again. */
  private commitBeforeRevocation(partitions: readonly number[]): void {
    const offsets = this.progress.toCommit(partitions);
    if (offsets.length === 0) return;
    this.progress.commitSent(offsets);
    this.commit('sync', offsets, ignore);
  }

  /** Where what waits may have been committed already nobody else would deal with it: those who commit first, or let the client commit, go on with it. */
  private dropsWhatIsRevoked(): boolean {
    const { commit } = this.section.application;
    return this.context.cluster.features.revokedPartitionsDropped && commit !== 'auto' && commit !== 'before';
  }

  protected giveUp(partition: number): void {
    this.errors.delete(partition);
    this.progress.forget(partition);
    if (!this.dropsWhatIsRevoked()) return;
    for (const record of this.batch) if (record.partition === partition) record.dropped = true;
    this.pool?.drop(partition);
  }
}

function ignore(): void {}
