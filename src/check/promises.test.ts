import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { PRESETS } from '../kafka/protocol/features.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';
import { guaranteeNames } from './Finding.js';
import { concerns, promiseOf, promiseUnder } from './promises.js';
import type { ConsumerFacts, JudgedClass, PromiseFacts } from './promises.js';

/** The recommended configuration: acks=all, min.insync.replicas=2, Kafka 3.9. */
const recommended: PromiseFacts = {
  ...{ features: PRESETS['3.9'], acks: -1, retries: 2147483647, maxInFlight: 5, enableIdempotence: true, transactional: false },
  ...{ verification: true, awaited: true, keysDecide: true, producerStateMayVanish: false, compacted: false, consumer: null },
  ...{ minIsr: 2, uncleanElection: false, flushMessages: Number.MAX_SAFE_INTEGER },
};
const member: ConsumerFacts = {
  ...{ commit: 'after', commitMode: 'sync', workers: 0, readCommitted: true, autoOffsetReset: 'earliest' },
  ...{ isStatic: false, cooperative: false, slow: false, readsByRack: false, offsetsAcks: -1, output: null },
};
const promised = (
  guarantee: (typeof guaranteeNames)[number],
  faultClass: (typeof FAULT_CLASSES)[number] | 'none',
  change: Partial<PromiseFacts> = {},
) => promiseOf(guarantee, faultClass, { ...recommended, ...change });

describe('what Kafka promises', () => {
  it('keeps acknowledged records under every class but power loss in the recommended configuration', () => {
    const kept = FAULT_CLASSES.filter((faultClass) => promised('no-acknowledged-loss', faultClass).promised);
    expect(kept).toEqual(FAULT_CLASSES.filter((faultClass) => faultClass !== 'power-loss'));
    const powerLoss = promised('no-acknowledged-loss', 'power-loss');
    expect(powerLoss.source).toMatch(/B-05, B-08, B-09/);
    expect(powerLoss.remedy).toMatch(/flush\.messages=1/);
  });

  it('keeps flushed records through a power loss, but not through a wiped disk', () => {
    const facts = { ...recommended, flushMessages: 1 };
    expect(promiseOf('no-acknowledged-loss', 'power-loss', facts, ['power-loss', 'kill']).promised).toBe(true);
    expect(promiseOf('no-acknowledged-loss', 'power-loss', facts, ['power-loss', 'disk-wipe']).promised).toBe(false);
    expect(promiseOf('consistent-offsets', 'power-loss', facts, ['power-loss']).promised).toBe(false);
    expect(promised('consistent-offsets', 'power-loss').remedy).not.toContain('flush');
  });

  it('takes the promise away for acks=0, acks=1, unclean election and releases with a known bug, and names it', () => {
    expect(promised('no-acknowledged-loss', 'none', { acks: 0 })).toMatchObject({ promised: false, remedy: 'acks=all' });
    expect(promised('no-acknowledged-loss', 'crash', { acks: 1 }).source).toMatch(/B-02/);
    expect(promised('no-acknowledged-loss', 'none', { acks: 1 }).promised).toBe(true);
    expect(promised('no-acknowledged-loss', 'pause', { uncleanElection: true }).source).toMatch(/B-04/);
    expect(promised('no-acknowledged-loss', 'crash', { features: PRESETS['0.10.2'] }).source).toMatch(/KIP-101/);
    expect(promised('no-acknowledged-loss', 'power-loss', { minIsr: 1 }).source).toMatch(/B-03/);
  });

  it('keeps reads consistent whatever acks says, and replicas alike even with unclean election', () => {
    expect(promised('consistent-offsets', 'crash', { acks: 1 }).promised).toBe(true);
    expect(promised('no-divergence', 'crash', { uncleanElection: true }).promised).toBe(true);
    expect(promised('no-divergence', 'crash', { features: PRESETS['1.1'] }).source).toMatch(/B-12/);
  });

  it('promises order and no duplicates with idempotence, else only without overtaking and retries', () => {
    expect(promised('producer-order', 'crash').promised).toBe(true);
    expect(promised('no-duplicates', 'crash').promised).toBe(true);
    expect(promised('no-duplicates', 'power-loss').source).toMatch(/B-46, B-48/);
    expect(promised('no-duplicates', 'crash', { producerStateMayVanish: true }).source).toMatch(/B-46/);
    const without = { enableIdempotence: false };
    expect(promised('producer-order', 'crash', without).source).toMatch(/B-40/);
    expect(promised('producer-order', 'crash', { ...without, maxInFlight: 1 }).promised).toBe(true);
    expect(promised('no-duplicates', 'crash', without).source).toMatch(/B-41/);
    expect(promised('no-duplicates', 'crash', { ...without, retries: 0 }).promised).toBe(true);
  });

  it('promises key order as long as no partition is added and the partitioner looks at keys', () => {
    expect(promised('key-order', 'crash').promised).toBe(true);
    expect(promised('key-order', 'admin').promised).toBe(false);
    expect(promised('key-order', 'none', { keysDecide: false }).promised).toBe(false);
  });

  it('says what each way of committing promises', () => {
    const kept = (commit: ConsumerFacts['commit'], change: Partial<ConsumerFacts> = {}, faultClass: JudgedClass = 'client'): string =>
      (['at-least-once', 'at-most-once'] as const)
        .filter((name) => promised(name, faultClass, { consumer: { ...member, commit, ...change } }).promised)
        .join(' ');
    expect(kept('auto')).toBe('at-least-once');
    expect(kept('auto', { workers: 4 })).toBe('');
    expect(promised('at-least-once', 'client', { consumer: { ...member, commit: 'auto', workers: 4 } }).source).toMatch(/B-60/);
    expect(kept('after')).toBe('at-least-once');
    expect(kept('after', { autoOffsetReset: 'latest' })).toBe('');
    expect(kept('before')).toBe('at-most-once');
    expect(kept('before', {}, 'pause')).toBe('at-most-once');
    expect(kept('before', { commitMode: 'async' })).toBe('');
    expect(kept('before', {}, 'none')).toBe('at-least-once at-most-once');
    expect(kept('before', { output: { acks: -1, retries: 9, idempotent: false, transactional: false } })).toBe('');
  });

  it('promises exactly-once only with one transaction for output and offsets, read_committed and an epoch for each transaction', () => {
    const output = { acks: -1, retries: 9, idempotent: true, transactional: true };
    const exactly = { ...member, commit: 'transaction' as const, output };
    const v2 = { ...PRESETS['3.9'], transactionV2: true };
    const once = (features: KafkaFeatures, consumer: ConsumerFacts) => promised('exactly-once', 'network', { features, consumer });
    expect(once(v2, exactly).promised).toBe(true);
    expect(once(PRESETS['3.9'], exactly).source).toMatch(/B-50/);
    expect(once(v2, { ...exactly, readCommitted: false }).promised).toBe(false);
    expect(once(v2, { ...exactly, commit: 'after' }).remedy).toMatch(/sendOffsetsToTransaction/);
    expect(once({ ...v2, txnOffsetGroupFencing: false }, exactly).source).toMatch(/B-51/);
    expect(promised('eventually-converges', 'network', { transactional: true, verification: false }).source).toMatch(/B-49/);
    for (const name of ['at-least-once', 'at-most-once', 'committed-offsets-honest'] as const) {
      const one = (features: KafkaFeatures, commit: 'transaction' | 'after') =>
        promised(name, 'network', { features, consumer: { ...exactly, commit } }).source;
      expect(one(PRESETS['3.9'], 'transaction')).toMatch(/B-50/);
      expect([one(v2, 'transaction'), one(PRESETS['3.9'], 'after')].filter((source) => source?.includes('B-50'))).toEqual([]);
    }
  });

  it('sends consumers to a replica of their rack that lags only before 3.4', () => {
    const stuck = (release: '3.3' | '3.9', readsByRack: boolean) =>
      promised('group-converges', 'partition', { features: PRESETS[release], consumer: { ...member, readsByRack } });
    expect(stuck('3.3', true).source).toMatch(/B-70/);
    expect([stuck('3.3', false), stuck('3.9', true)].map(({ promised: yes }) => yes)).toEqual([true, true]);
  });

  it('leaves out what does not concern a configuration', () => {
    const consumer = { ...member, output: { acks: -1, retries: 9, idempotent: true, transactional: true } };
    expect(guaranteeNames.filter((name) => !concerns(name, [recommended]))).toEqual([
      ...['no-aborted-reads', 'transaction-atomicity', 'exactly-once', 'at-least-once', 'at-most-once'],
      ...['committed-offsets-honest', 'single-owner', 'group-converges'],
    ]);
    expect(guaranteeNames.every((name) => concerns(name, [recommended, { ...recommended, consumer }]))).toBe(true);
  });

  it('promises a run only what holds for every class, topic and producer in it', () => {
    const facts = [recommended, { ...recommended, acks: 1 }];
    expect(promiseUnder('no-acknowledged-loss', [], facts).promised).toBe(true);
    expect(promiseUnder('no-acknowledged-loss', ['crash'], facts)).toMatchObject({ promised: false });
    expect(promiseUnder('no-acknowledged-loss', ['crash', 'power-loss'], [recommended]).promised).toBe(false);
  });

  it('gives a reason and a source for every answer, and a remedy for every no', () => {
    for (const guarantee of guaranteeNames) {
      for (const faultClass of FAULT_CLASSES) {
        for (const features of Object.values(PRESETS)) {
          const { promised: yes, because, source, remedy } = promised(guarantee, faultClass, { features });
          expect(because.length * source.length).toBeGreaterThan(0);
          expect(yes).toBe(remedy === '');
        }
      }
    }
  });
});
