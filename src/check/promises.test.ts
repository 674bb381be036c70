import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { PRESETS } from '../kafka/protocol/features.js';
import { guaranteeNames } from './Finding.js';
import { promiseOf, promiseUnder } from './promises.js';
import type { PromiseFacts } from './promises.js';

/** The recommended configuration: acks=all, min.insync.replicas=2, Kafka 3.9. */
const recommended: PromiseFacts = {
  ...{ features: PRESETS['3.9'], acks: -1, retries: 2147483647, maxInFlight: 5, enableIdempotence: false },
  ...{ minIsr: 2, uncleanElection: false, flushMessages: Number.MAX_SAFE_INTEGER },
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

  it('promises order only without overtaking and no duplicates only without retries', () => {
    expect(promised('producer-order', 'crash').promised).toBe(false);
    expect(promised('producer-order', 'crash', { maxInFlight: 1 }).promised).toBe(true);
    expect(promised('no-duplicates', 'crash').promised).toBe(false);
    expect(promised('no-duplicates', 'crash', { retries: 0 }).promised).toBe(true);
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
