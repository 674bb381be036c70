/**
 * A group member that consumes, transforms and produces in transactions, after the discipline that Kafka's documentation asks for (KIP-98, KIP-447): what a poll
 * returned is one transaction, made of the outputs and of the group's offsets. After an error that allows it, the transaction is aborted and the records are read
 * again; after a fatal one, or an end without an answer, consumer and producer are closed and made anew.
 *
 * A partition that is given up while its records are in the transaction dooms the transaction.
 */
import { GroupMember } from './GroupMember.js';
import { OUTPUT_BYTES } from './Output.js';
import { firstOf, positionsAfter, type Received } from './Progress.js';
import { type TransactionEnd, Transactions } from './Transactions.js';

/** Before clients that failed for good are replaced. */
const REPLACE_US = 1_000_000;

export class TransformingMember extends GroupMember {
  private transactions!: Transactions;
  private records: Received[] = [];
  private next = 0;
  private commitTold: (error: string) => void = ignore;

  /** A transaction is open, or its end is under way. */
  get busy(): boolean {
    return this.running && this.transactions.current >= 0;
  }

  protected override buildOutput(): void {
    const { context, outputConfig: config, random: partitionerRandom } = this;
    if (config === null) throw new Error(`${this.id} commits in transactions, but has no configuration for its output`);
    this.transactions = new Transactions({ context, deps: this.clientDeps(), config, partitionerRandom });
    this.records = [];
  }

  protected override run(): void {
    this.transactions.init((ready) => {
      if (ready) super.run();
      else this.replaceProducer();
    });
  }

  protected override died(): void {
    super.died();
    this.transactions.died();
  }

  protected override closeClients(done: () => void): void {
    this.consumer.close(() => this.transactions.close(done));
  }

  protected override received(records: Received[]): void {
    this.records = records;
    this.next = 0;
    this.transactions.begin();
    this.transform();
  }

  protected override giveUp(partition: number): void {
    super.giveUp(partition);
    if (this.records.some((record) => record.partition === partition)) this.transactions.doomed = true;
  }

  /** The records one after the other; then their offsets, then the end. */
  private readonly transform = (): void => {
    const { transactions, records } = this;
    const { processUs } = this.section.application;
    while (this.next < records.length && !transactions.doomed) {
      const record = records[this.next++] as Received;
      const ended = this.processing(record, transactions.current);
      if (processUs > 0) {
        this.process.after(processUs, this.effect, { record, ended, then: this.transform });
        return;
      }
      this.effect({ record, ended, then: ignore });
    }
    if (transactions.doomed) transactions.abort(this.wentOn);
    else this.sendOffsets();
  };

  private readonly effect = ({ record, ended, then }: { record: Received; ended: () => void; then: () => void }): void => {
    const topic = this.section.application.output ?? '';
    const output = { topic, partition: null, key: record.key, sizeBytes: OUTPUT_BYTES };
    this.transactions.send(output, record.value, (result) => {
      if (result.outcome === 'ok') ended();
    });
    then();
  };

  private sendOffsets(): void {
    const { transactions, ledger } = this;
    const offsets = positionsAfter(this.records);
    this.commitTold = ledger.invoked('transaction', this.generation(), offsets, transactions.current);
    transactions.sendOffsets(this.group, this.consumer.groupMetadata(), offsets, ({ outcome }) => {
      if (outcome === 'ok') transactions.commit(this.wentOn);
      else if (outcome === 'abortable') transactions.abort(this.wentOn);
      else this.wentOn(transactions.lost());
    });
  }

  private readonly wentOn = (end: TransactionEnd): void => {
    const { records } = this;
    this.records = [];
    this.commitTold(end === 'committed' ? '' : end === 'aborted' ? 'TRANSACTION_ABORTED' : 'TIMEOUT');
    this.commitTold = ignore;
    if (end === 'lost') {
      this.replaceBoth();
      return;
    }
    // Back to the committed offsets, which are those before this transaction.
    if (end === 'aborted') for (const record of firstOf(records)) this.seek(record);
    this.nextTurn();
  };

  private replaceProducer(): void {
    this.transactions.replace();
    this.afterPause(() => this.run());
  }

  /** Members that lost their producer know nothing of what was committed: they begin again from the group's offsets. */
  private replaceBoth(): void {
    this.transactions.replace();
    this.consumer.close(() => {
      this.afterPause(() => {
        this.ownership.clear();
        this.buildConsumer();
        this.run();
      });
    });
  }

  /** Who is asked to stop begins nothing again. */
  private afterPause(again: () => void): void {
    if (this.closing) this.nextTurn();
    else this.process.after(REPLACE_US, () => (this.closing ? this.nextTurn() : again()), undefined);
  }
}

function ignore(): void {}
