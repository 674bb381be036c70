/**
 * How a partition leader asks a transaction's coordinator (kafka.server.AddPartitionsToTxnManager, KIP-890): one request at a time to each broker, with
 * everything that has gathered meanwhile, and what the coordinator answers turned into what a producer understands.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import type { MetadataCache } from '../broker/MetadataCache.js';
import type { BrokerConnection } from '../network/BrokerConnection.js';
import { ErrorCode, errorName } from '../protocol/errors.js';
import type { AddPartitionsToTxnResponse } from '../protocol/messages.js';
import { requestBytes } from '../protocol/sizes.js';
import type { TransactionVerification } from '../replication/TransactionVerification.js';
import { transactionVerified } from './events.js';
import { transactionProbes } from './probes.js';

export interface VerificationDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly brokerId: number;
  readonly metadata: MetadataCache;
  /** A new connection of this broker to another, or to itself. */
  readonly connectTo: (brokerId: number) => BrokerConnection;
  /** Partition of `__transaction_state` that a transactional id belongs to; -1 while that topic does not exist. */
  readonly partitionOf: (transactionalId: string) => number;
}

interface Question {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly number[];
  readonly transactionV2: boolean;
  readonly done: (errors: ReadonlyMap<number, number>) => void;
}

interface Line {
  readonly connection: BrokerConnection;
  questions: Question[];
  busy: boolean;
}

export class VerificationClient implements TransactionVerification {
  private readonly lines = new Map<number, Line>();

  constructor(private readonly deps: VerificationDeps) {}

  verify(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    partitions: readonly number[],
    transactionV2: boolean,
    done: (errors: ReadonlyMap<number, number>) => void,
  ): void {
    const question: Question = { transactionalId, producerId, producerEpoch, partitions, transactionV2, done };
    const line = this.lineTo(transactionalId);
    if (line === null) this.refuse(question, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    else if (this.supersedes(question, line)) {
      line.questions.push(question);
      this.transmit(line);
    }
  }

  /** To the coordinator; null while it is not known or not alive. */
  private lineTo(transactionalId: string): Line | null {
    const { metadata, partitionOf, connectTo } = this.deps;
    const partition = partitionOf(transactionalId);
    const leader = partition < 0 ? -1 : (metadata.state(partition)?.leader ?? -1);
    if (!metadata.isAlive(leader)) return null;
    let line = this.lines.get(leader);
    if (line === undefined) {
      line = { connection: connectTo(leader), questions: [], busy: false };
      this.lines.set(leader, line);
    }
    return line;
  }

  /** One question per transactional id waits: the producer's newest. Of equal epochs the later one is a retry; the former is told to try again. */
  private supersedes(question: Question, line: Line): boolean {
    const former = line.questions.find(({ transactionalId }) => transactionalId === question.transactionalId);
    if (former === undefined) return true;
    this.deps.simulation.probes.hit(transactionProbes['verification-superseded']);
    if (former.producerEpoch > question.producerEpoch) {
      this.refuse(question, ErrorCode.INVALID_PRODUCER_EPOCH);
      return false;
    }
    line.questions = line.questions.filter((other) => other !== former);
    this.refuse(former, former.producerEpoch < question.producerEpoch ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.NETWORK_EXCEPTION);
    return true;
  }

  private transmit(line: Line): void {
    if (line.busy || line.questions.length === 0) return;
    const asked = line.questions;
    line.questions = [];
    line.busy = true;
    let count = 0;
    const transactions = asked.map(({ transactionalId, producerId, producerEpoch, partitions, transactionV2 }) => {
      count += partitions.length;
      return { transactionalId, producerId, producerEpoch, verifyOnly: !transactionV2, partitions: partitions.slice() };
    });
    line.connection.send('AddPartitionsToTxn', { transactions }, requestBytes(count), (response) => {
      line.busy = false;
      asked.forEach((question, i) => this.answer(question, response?.transactions[i]));
      this.transmit(line);
    });
  }

  /** Never inside the call that asked. */
  private refuse(question: Question, code: ErrorCode): void {
    const answer = {
      transactionalId: question.transactionalId,
      partitions: question.partitions.map((partition) => ({ partition, errorCode: code })),
    };
    this.deps.process.after(0, () => this.answer(question, answer), undefined);
  }

  private answer(question: Question, answer: AddPartitionsToTxnResponse['transactions'][number] | undefined): void {
    const { bus, probes } = this.deps.simulation;
    const { producerId, producerEpoch, transactionV2 } = question;
    const errors = new Map<number, number>();
    question.partitions.forEach((partition, i) => {
      const code = answer === undefined ? ErrorCode.NETWORK_EXCEPTION : (answer.partitions[i]?.errorCode ?? ErrorCode.NETWORK_EXCEPTION);
      const error = producerError(code, transactionV2);
      if (error !== ErrorCode.NONE) errors.set(partition, error);
      if (error !== ErrorCode.NONE) probes.hit(transactionProbes['verification-refused']);
      bus.emit(transactionVerified, this.deps.brokerId, partition, producerId, producerEpoch, bus.names.idOf(errorName(error)));
    });
    question.done(errors);
  }
}

/**
 * What a producer is told. Older clients do not retry the coordinator's errors in answers to Produce: NOT_ENOUGH_REPLICAS makes them, and fetches no
 * metadata. Clients of version 2 know CONCURRENT_TRANSACTIONS.
 */
function producerError(code: number, transactionV2: boolean): number {
  switch (code) {
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return transactionV2 ? code : ErrorCode.NOT_ENOUGH_REPLICAS;
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
    case ErrorCode.NETWORK_EXCEPTION:
      return ErrorCode.NOT_ENOUGH_REPLICAS;
    case ErrorCode.PRODUCER_FENCED:
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    default:
      return code;
  }
}
