import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { type Holder, TransactionalCluster } from './clusterTesting.js';

const SECOND = 1_000_000;
const PARTITIONS = [0, 1, 2];

/** One transaction as its client knows it. */
interface Transaction {
  readonly values: number[];
  outcome: 'committed' | 'aborted' | 'unknown';
}

/** Transactions one after the other for 60 seconds, while brokers die, stall and lose sight of each other. */
class Trial {
  readonly kafka: TransactionalCluster;
  readonly transactions: Transaction[] = [];
  private readonly random;
  private readonly endUs: number;
  private holder: Holder;
  private sequences = [0, 0, 0];
  private values = 0;

  constructor(transactionV2: boolean, features: Partial<KafkaFeatures>, seed: number) {
    this.kafka = new TransactionalCluster(transactionV2, features, `trial-${seed}`);
    const { simulation } = this.kafka;
    this.random = simulation.randomness.stream('trial');
    this.endUs = simulation.nowUs + 60 * SECOND;
    this.holder = this.kafka.init();
    simulation.scheduler.after(SECOND, () => this.strike(), undefined);
    while (simulation.nowUs < this.endUs) this.transact();
    this.heal();
  }

  private transact(): void {
    const { kafka, random, holder } = this;
    const transaction: Transaction = { values: [], outcome: 'aborted' };
    this.transactions.push(transaction);
    const partitions = PARTITIONS.filter(() => random.chance(0.7));
    if (partitions.length === 0) partitions.push(0);
    const begun = kafka.transactionV2 || kafka.add(holder, partitions) === 'NONE';
    if (!begun || !partitions.every((index) => this.produce(transaction, index))) {
      this.startOver();
      return;
    }
    if (random.chance(0.05)) kafka.run(25);
    const commit = random.chance(0.7);
    const ended = kafka.end(holder, commit);
    transaction.outcome = ended.errorCode !== ErrorCode.NONE ? 'unknown' : commit ? 'committed' : 'aborted';
    if (ended.errorCode !== ErrorCode.NONE) this.startOver();
    else if (kafka.transactionV2) this.hold(ended);
  }

  private produce(transaction: Transaction, index: number): boolean {
    const value = this.values++;
    transaction.values.push(value);
    const sequence = this.sequences[index] as number;
    this.sequences[index] = sequence + 1;
    return this.kafka.produce(this.holder, index, sequence, value) === 'NONE';
  }

  private startOver(): void {
    this.hold(this.kafka.init());
  }

  private hold(holder: Holder): void {
    this.holder = holder;
    this.sequences = [0, 0, 0];
  }

  // ------------------------------------------------------------ faults

  private strike(): void {
    const { cluster, simulation } = this.kafka;
    if (simulation.nowUs > this.endUs) return;
    const node = cluster.node(this.random.between(1, 3));
    const other = cluster.node((node.id % 3) + 1);
    const forUs = this.random.between(100_000, 12 * SECOND);
    const kind = this.random.int(3);
    if (kind === 0 && cluster.nodes().every(({ process }) => process.running)) {
      cluster.killBroker(node.id);
      simulation.scheduler.after(forUs, () => cluster.startBroker(node.id), undefined);
    } else if (kind === 1) {
      simulation.pause(node.process);
      simulation.scheduler.after(forUs, () => simulation.resume(node.process), undefined);
    } else if (kind === 2) {
      for (const [from, to] of [[node, other] as const, [other, node] as const]) {
        simulation.network.cut(from.host, to.host);
        simulation.scheduler.after(forUs, () => simulation.network.heal(from.host, to.host), undefined);
      }
    }
    simulation.scheduler.after(this.random.between(200_000, 8 * SECOND), () => this.strike(), undefined);
  }

  /** Faults end by themselves; then every transaction has time to be ended. */
  private heal(): void {
    this.kafka.run(15);
    for (const { id } of this.kafka.cluster.nodes()) this.kafka.cluster.startBroker(id);
    this.kafka.run(60);
  }

  // ------------------------------------------------------------ the truth

  /** What the logs say against what the client was told (P26, P27). */
  violations(): string[] {
    const found: string[] = [];
    const committed = this.committed(found);
    this.transactions.forEach(({ values, outcome }, i) => {
      const visible = values.filter((value) => committed.has(value)).length;
      if (visible > 0 && visible < values.length) found.push(`transaction ${i} (${outcome}) is torn`);
      if (outcome === 'committed' && visible < values.length) found.push(`transaction ${i} was committed and is not`);
      if (outcome === 'aborted' && visible > 0) found.push(`transaction ${i} was aborted and is not`);
    });
    return found;
  }

  private committed(found: string[]): Set<number> {
    const committed = new Set<number>();
    for (const index of PARTITIONS) {
      const open = new Map<number, number[]>();
      const seen = new Set<number>();
      for (const { control, producerId, records } of this.kafka.batches(index)) {
        const values = open.get(producerId) ?? [];
        if (control === null) {
          for (const { value } of records) {
            if (seen.has(value)) found.push(`record ${value} is there twice`);
            seen.add(value);
            values.push(value);
          }
          open.set(producerId, values);
        } else {
          if (control.commit) for (const value of values) committed.add(value);
          open.delete(producerId);
        }
      }
      for (const values of open.values()) found.push(`a transaction hangs in partition ${index}: ${values.join(', ')}`);
    }
    return committed;
  }
}

function violations(transactionV2: boolean, features: Partial<KafkaFeatures>, seed: number): string[] {
  return new Trial(transactionV2, features, seed).violations();
}

describe('transactions while brokers die, stall and lose sight of each other', () => {
  it.each([
    ['1', false],
    ['2', true],
  ])('have one outcome in all partitions, the one that the client was told, under version %s (P26, P27)', (_, transactionV2) => {
    for (let seed = 1; seed <= 8; seed++) expect(violations(transactionV2, {}, seed), `seed ${seed}`).toEqual([]);
  });

  it.each<keyof KafkaFeatures>(['decisionBeforeMarkers', 'markersRetried'])('do not without %s', (condition) => {
    let seed = 1;
    while (seed < 40 && violations(true, { [condition]: false }, seed).length === 0) seed++;
    expect(seed).toBeLessThan(40);
  });
});
