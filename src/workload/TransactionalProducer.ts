/**
 * An application that sends in transactions of so many records each, at its pace, and aborts one now and then on purpose. One transaction follows the
 * other; a transaction in which a send fails is aborted, and its records are not sent again.
 */
import type { ProducerConfig } from '../kafka/config/index.js';
import type { ProducerSection } from '../scenario/Scenario.js';
import { Application, type ApplicationContext } from './Application.js';
import { RecordSource } from './RecordSource.js';
import { Transactions, type TransactionEnd } from './Transactions.js';

/** Before a producer that failed for good is replaced. */
const REPLACE_US = 500_000;

export class TransactionalProducer extends Application {
  stopped = false;

  private transactions!: Transactions;
  private readonly source: RecordSource;
  private sent = 0;
  /** Records of the open transaction. */
  private inTransaction = 0;
  private ended = 0;
  private afterEnd: (() => void) | null = null;

  constructor(
    context: ApplicationContext,
    private readonly section: ProducerSection,
    private readonly config: ProducerConfig,
  ) {
    super(context, section.id, section.startUs);
    this.source = new RecordSource(section, context.simulation.randomness.stream(`workload/${section.id}`));
  }

  /** A transaction is open, or its end is under way. */
  get busy(): boolean {
    return this.running && this.transactions.current >= 0;
  }

  build(): void {
    const { context, config, id } = this;
    const partitionerRandom = context.simulation.randomness.stream(`client/${id}/partitioner`);
    this.transactions = new Transactions({ context, deps: this.clientDeps(), config, partitionerRandom });
    this.afterEnd = null;
  }

  protected run(): void {
    if (this.sent < this.section.count) this.init();
  }

  /** The open transaction is ended first, as an application that is asked to stop does. */
  protected close(done: () => void): void {
    const close = (): void => this.transactions.close(done);
    if (this.transactions.current < 0) close();
    else this.afterEnd = close;
  }

  protected died(): void {
    this.forgetSends();
    this.transactions.died();
  }

  private readonly init = (): void => {
    if (this.finished()) return;
    this.transactions.init((ready) => {
      if (ready) this.begin();
      else this.replace();
    });
  };

  private replace(): void {
    this.transactions.replace();
    this.process.after(REPLACE_US, this.init, undefined);
  }

  private readonly begin = (): void => {
    if (this.finished()) return;
    this.transactions.begin();
    this.inTransaction = 0;
    this.sendNext();
  };

  private readonly sendNext = (): void => {
    const { section, source, transactions } = this;
    if (this.stopped || this.closing || transactions.doomed) {
      this.end();
      return;
    }
    const topic = source.topic();
    const record = { topic, partition: section.partition, key: source.key(), sizeBytes: section.recordBytes };
    this.sent++;
    this.inTransaction++;
    transactions.send(record, -1, () => {
      if (section.mode === 'sync') this.next();
    });
    if (section.mode !== 'sync') this.next();
  };

  private next(): void {
    const full = this.inTransaction >= (this.section.transaction?.records ?? 1) || this.sent >= this.section.count;
    if (full) this.process.after(0, this.end, undefined);
    else this.process.after(this.source.pauseUs(), this.sendNext, undefined);
  }

  private readonly end = (): void => {
    this.ended++;
    const every = this.section.transaction?.abortEvery ?? 0;
    if (every > 0 && this.ended % every === 0) this.transactions.abort(this.wentOn);
    else this.transactions.commit(this.wentOn);
  };

  private readonly wentOn = (end: TransactionEnd): void => {
    if (this.afterEnd !== null) this.afterEnd();
    else if (end === 'lost') this.replace();
    else this.process.after(this.source.pauseUs(), this.begin, undefined);
  };

  private finished(): boolean {
    return this.stopped || this.closing || this.sent >= this.section.count;
  }
}
