import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransactionValue } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { type AppendOutcome, CoordinatorFixture } from './testing.js';

/** P30, said once more and apart from the coordinator's own table. The last two are steps of KIP-890 part 2. */
const LEGAL = new Set(
  [
    'Empty>Empty Empty>Ongoing Ongoing>Ongoing Ongoing>PrepareCommit Ongoing>PrepareAbort Ongoing>PrepareEpochFence PrepareCommit>CompleteCommit',
    'PrepareAbort>CompleteAbort CompleteCommit>Empty CompleteCommit>Ongoing CompleteAbort>Empty CompleteAbort>Ongoing',
  ].flatMap((line) => line.split(' ')),
);
const LEGAL_V2 = ['Empty>PrepareAbort', 'CompleteCommit>PrepareAbort', 'CompleteAbort>PrepareAbort'];

const FINE: AppendOutcome = { error: ErrorCode.NONE, stored: true };
const LOST: AppendOutcome = { error: ErrorCode.NOT_ENOUGH_REPLICAS, stored: false };
const UNKNOWN: AppendOutcome = { error: ErrorCode.REQUEST_TIMED_OUT, stored: true };

type Act =
  | { readonly kind: 'init' | 'raise' | 'commit' | 'abort'; readonly client: number }
  | { readonly kind: 'add'; readonly client: number; readonly partition: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'fail-over' };

const client = fc.nat(2);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('init', 'raise', 'commit', 'abort'), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), client, partition: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(1, 5, 200, 70_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail-over') }) },
);

interface Holder {
  producerId: number;
  producerEpoch: number;
}

/** Clients that share the id `app`, each with what it was last given; answers come while others go on. */
class Run {
  readonly fixture: CoordinatorFixture;
  readonly holders: Holder[] = [0, 1, 2].map(() => ({ producerId: -1, producerEpoch: -1 }));
  /** `producerId/epoch` as given out, to whom. */
  readonly given: { readonly pair: string; readonly client: number }[] = [];

  constructor(features: Partial<KafkaFeatures>, outcomes: readonly AppendOutcome[]) {
    this.fixture = new CoordinatorFixture(features);
    let appends = 0;
    this.fixture.log.outcome = () => outcomes[appends++ % outcomes.length] ?? FINE;
  }

  perform(step: Act): void {
    const { fixture } = this;
    if (step.kind === 'wait') fixture.run(step.ms);
    else if (step.kind === 'fail-over') fixture.failOver();
    else if (step.kind === 'init' || step.kind === 'raise') this.init(step.client, step.kind === 'raise');
    else this.use(step);
  }

  private init(index: number, raise: boolean): void {
    const held = raise ? (this.holders[index] as Holder) : { producerId: -1, producerEpoch: -1 };
    const { producerId, producerEpoch } = held;
    const request = { transactionalId: 'app', transactionTimeoutUs: 60_000_000, producerId, producerEpoch };
    this.fixture.coordinator.initProducerId(request, (response) => {
      if (response.errorCode === ErrorCode.NONE) this.give(index, response);
    });
  }

  private use(step: Extract<Act, { kind: 'add' | 'commit' | 'abort' | 'init' | 'raise' }>): void {
    const { producerId, producerEpoch } = this.holders[step.client] as Holder;
    const { coordinator, partitions, features } = this.fixture;
    if (step.kind === 'add') {
      const transaction = {
        transactionalId: 'app',
        producerId,
        producerEpoch,
        verifyOnly: false,
        partitions: [partitions[step.partition] as number],
      };
      coordinator.addPartitionsToTxn({ transactions: [transaction] }, () => {});
      return;
    }
    const request = {
      transactionalId: 'app',
      producerId,
      producerEpoch,
      commit: step.kind === 'commit',
      transactionV2: features.transactionV2,
    };
    coordinator.endTxn(request, (response) => {
      if (response.errorCode === ErrorCode.NONE && response.producerId >= 0) this.give(step.client, response);
    });
  }

  private give(index: number, { producerId, producerEpoch }: Holder): void {
    this.holders[index] = { producerId, producerEpoch };
    this.given.push({ pair: `${producerId}/${producerEpoch}`, client: index });
  }

  /** Nothing fails any more and nobody asks. What an append of unknown fate left in the log, a last coordinator reads. */
  settle(): void {
    this.fixture.log.outcome = () => FINE;
    this.fixture.run(80_000);
    this.fixture.failOver();
    this.fixture.run(80_000);
  }

  /** `(producer id/epoch)` that went to two producers. */
  sharedEpochs(): string[] {
    const owner = new Map<string, number>();
    return this.given
      .filter(({ pair, client: holder }) => {
        const former = owner.get(pair);
        if (former === undefined) owner.set(pair, holder);
        return former !== undefined && former !== holder;
      })
      .map(({ pair }) => pair);
  }
}

function perform(features: Partial<KafkaFeatures>, outcomes: readonly AppendOutcome[], acts: readonly Act[]): Run {
  const run = new Run(features, outcomes);
  for (const step of acts) run.perform(step);
  run.settle();
  return run;
}

const outcomes = fc.array(fc.oneof({ weight: 8, arbitrary: fc.constant(FINE) }, fc.constantFrom(LOST, UNKNOWN)), {
  minLength: 1,
  maxLength: 12,
});
const acts = fc.array(act, { maxLength: 60 });

describe('a transaction coordinator under any requests, failed appends and failovers', () => {
  it('takes legal steps only, gives no (producer id, epoch) to two producers, and leaves no transaction undecided (P30)', () => {
    fc.assert(
      fc.property(fc.boolean(), outcomes, acts, (transactionV2, fates, steps) => {
        const run = perform({ transactionV2 }, fates, steps);
        for (const { from, to } of run.fixture.events('transaction-state-changed')) {
          const step = `${from}>${to}`;
          expect(LEGAL.has(step) || (transactionV2 && LEGAL_V2.includes(step)), `${step} is legal`).toBe(true);
        }
        expect(run.sharedEpochs()).toEqual([]);
        expect(run.fixture.log.states().at(-1) ?? 'Empty').toMatch(/Empty|Complete/);
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  it('gives one epoch to two producers without initBumpsEpoch', () => {
    const property = fc.property(acts, (steps) => expect(perform({ initBumpsEpoch: false }, [FINE], steps).sharedEpochs()).toEqual([]));
    expect(fc.check(property, { numRuns: 100, seed: 20 }).failed).toBe(true);
  });

  it('gives every (producer id, epoch) one outcome in version 2 (P27)', () => {
    fc.assert(
      fc.property(outcomes, acts, (fates, steps) => {
        const run = perform({ transactionV2: true }, fates, steps);
        const outcome = new Map<string, boolean>();
        for (const { producerId, producerEpoch, commit } of run.fixture.markers) {
          const transaction = `${producerId}/${producerEpoch}`;
          expect(outcome.get(transaction) ?? commit, `one outcome of ${transaction}`).toBe(commit);
          outcome.set(transaction, commit);
        }
      }),
      { numRuns: 300, seed: 18 },
    );
  });

  it('writes only what its predecessor in the log leads to, producer epochs never going back', () => {
    fc.assert(
      fc.property(fc.boolean(), acts, (transactionV2, steps) => {
        const values = perform({ transactionV2 }, [FINE], steps).fixture.log.writes.map(({ payload }) => payload as TransactionValue);
        values.reduce((former, value) => {
          const steady = value.producerId !== former.producerId || value.producerEpoch >= former.producerEpoch;
          expect(steady, `${former.state} ${former.producerEpoch} then ${value.state} ${value.producerEpoch}`).toBe(true);
          return value;
        }, values[0] as TransactionValue);
      }),
      { numRuns: 150, seed: 19 },
    );
  });
});
