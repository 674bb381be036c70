/**
 * One application's transactional producer and its transactions in the history: initialises it, begins, sends, commits and aborts, and says after each end how
 * to go on. After a fatal error, or an end that nobody knows the result of, the producer is closed and a new one with the same transactional id takes over: its
 * initialisation settles what the former left open (the discipline that the producer's documentation demands).
 */
import type { Random } from '../engine/random.js';
import type { TransactionResult } from '../kafka/client/PendingCall.js';
import { Producer, type ProducerRecord, type SendResult } from '../kafka/client/Producer.js';
import type { GroupMetadata } from '../kafka/client/Consumer.js';
import type { ProducerConfig } from '../kafka/config/index.js';
import type { ApplicationContext } from './Application.js';
import type { ConsumerDeps } from '../kafka/client/Consumer.js';
import { CLIENT_DIED } from './Application.js';

/**
 * With the leader epoch of the record before it, as KIP-320 asks of applications that commit offsets of their own reckoning: without it the next owner, if its metadata is old,
 * may look for the offset at a leader of long ago, be told that it is out of range, and begin again where auto.offset.reset says.
 */
export interface OffsetToCommit {
  readonly partition: number;
  readonly offset: number;
  /** -1: unknown. */
  readonly leaderEpoch: number;
}

/** `committed`, `aborted`: go on. `lost`: this producer is of no use any more; {@link Transactions.build} another. */
export type TransactionEnd = 'committed' | 'aborted' | 'lost';

export interface TransactionsOptions {
  readonly context: ApplicationContext;
  readonly deps: Omit<ConsumerDeps, 'config'>;
  readonly config: ProducerConfig;
  readonly partitionerRandom: Random;
}

export class Transactions {
  /** The open transaction in the history; -1 between transactions. */
  current = -1;
  /** A send of the open transaction failed: it can only be aborted. */
  doomed = false;

  private producer: Producer;

  constructor(private readonly options: TransactionsOptions) {
    this.producer = this.newProducer();
  }

  /** `done(true)`: transactions may begin. */
  init(done: (ready: boolean) => void): void {
    this.producer.initTransactions(({ outcome }) => done(outcome === 'ok'));
  }

  /** Closes the producer and makes its successor, to be initialised. */
  replace(): void {
    this.producer.close(ignore);
    this.producer = this.newProducer();
  }

  begin(): number {
    const { history, simulation } = this.options.context;
    const { clientId } = this.options.deps;
    this.current = history.transactionBegan(clientId, this.options.config.transactionalId ?? '', simulation.nowUs);
    this.doomed = this.producer.beginTransaction().outcome !== 'ok';
    return this.current;
  }

  /** Sends in the open transaction. @param input value of the record that this one is made from; -1: none. @param done called once with the result. */
  send(record: Omit<ProducerRecord, 'value'>, input: number, done: (result: SendResult) => void): void {
    const { history, simulation } = this.options.context;
    const transaction = this.current;
    const value = history.sendInvoked(this.options.deps.clientId, record.topic, record.key, simulation.nowUs, transaction, input);
    this.producer.send({ ...record, value }, (result) => {
      const nowUs = simulation.nowUs;
      if (result.outcome === 'ok') history.sendSucceeded(value, result.partition, result.offset, nowUs);
      else {
        if (result.partition > 0) history.sendPartitioned(value, result.partition);
        if (result.outcome === 'failed') history.sendFailed(value, result.error ?? '', nowUs);
        else history.sendUnknown(value, result.error ?? '', nowUs);
      }
      if (transaction === this.current && result.outcome !== 'ok') this.doomed = true;
      done(result);
    });
  }

  /** The group's offsets become part of the open transaction. */
  sendOffsets(group: string, member: GroupMetadata, offsets: readonly OffsetToCommit[], done: (result: TransactionResult) => void): void {
    const transaction = this.options.context.history.transaction(this.current);
    for (const { partition, offset } of offsets) transaction.offsets.push({ group, partition, offset });
    this.producer.sendOffsetsToTransaction(group, member, offsets, done);
  }

  /** Commits, or aborts if it must. */
  commit(done: (end: TransactionEnd) => void): void {
    if (this.doomed) {
      this.abort(done);
      return;
    }
    const { history, simulation } = this.options.context;
    history.transactionEnding(this.current, 'commit', simulation.nowUs);
    this.producer.commitTransaction((result) => {
      if (result.outcome === 'ok') this.ended('committed', '', done);
      else if (result.outcome === 'abortable') this.abort(done, result.mayHaveCommitted);
      else this.ended('unknown', result.error ?? '', done);
    });
  }

  /** @param mayHaveCommitted a commit was asked for before: unless the abort succeeds, that is what the history says. */
  abort(done: (end: TransactionEnd) => void, mayHaveCommitted = false): void {
    const { history, simulation } = this.options.context;
    const askedUs = simulation.nowUs;
    if (!mayHaveCommitted) history.transactionEnding(this.current, 'abort', askedUs);
    this.producer.abortTransaction((result) => {
      if (result.outcome === 'ok') {
        history.transactionEnding(this.current, 'abort', askedUs);
        this.ended('aborted', '', done);
      } else this.ended('unknown', result.error ?? '', done);
    });
  }

  /** The producer failed for good before the end was asked for: the transaction stays open in the history. */
  lost(): 'lost' {
    this.current = -1;
    return 'lost';
  }

  close(done: () => void): void {
    this.producer.close(done);
  }

  /** The process is dead. */
  died(): void {
    const { history, simulation } = this.options.context;
    if (this.current < 0) return;
    if (history.transaction(this.current).asked !== 'none')
      history.transactionEnded(this.current, 'unknown', CLIENT_DIED, simulation.nowUs);
    this.current = -1;
  }

  private ended(outcome: 'committed' | 'aborted' | 'unknown', error: string, done: (end: TransactionEnd) => void): void {
    const { history, simulation } = this.options.context;
    history.transactionEnded(this.current, outcome, error, simulation.nowUs);
    this.current = -1;
    done(outcome === 'unknown' ? 'lost' : outcome);
  }

  private newProducer(): Producer {
    const { deps, config, partitionerRandom } = this.options;
    return new Producer({ ...deps, config, partitionerRandom });
  }
}

function ignore(): void {}
