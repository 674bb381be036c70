import { describe, expect, it } from 'vitest';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { recommended } from './configuration.js';
import { coverageOf, type Coverage, type ReachedStatus } from './coverage.js';
import { CoverageTally } from './CoverageTally.js';

function statusIn(coverage: Coverage, name: string): ReachedStatus | undefined {
  return coverage.areas.flatMap(({ probes }) => probes).find((probe) => probe.name === name)?.status;
}

describe('a tally', () => {
  it('is the same in whatever order the seeds come, and names the smallest that got there', () => {
    const runs = [
      ['10', [['a', 1]]],
      ['9', [['a', 2]]],
      ['11', [['b', 5]]],
    ] as const;
    for (const order of [runs, [...runs].reverse()]) {
      const tally = new CoverageTally();
      for (const [seed, counts] of order) tally.add(seed, counts);
      expect(tally.seeds).toBe(3);
      expect(tally.of('a')).toEqual({ hits: 3, seeds: 2, firstSeed: '9' });
      expect(tally.of('never')).toEqual({ hits: 0, seeds: 0, firstSeed: '' });
    }
  });
});

describe('coverage', () => {
  const tally = new CoverageTally();
  tally.add('1', [
    ['isr-shrunk', 3],
    ['answered/Produce/NOT_ENOUGH_REPLICAS', 2],
    ['answered/Fetch/FENCED_LEADER_EPOCH', 4],
    ['answered/ListOffsets/FENCED_LEADER_EPOCH', 6],
    ['controller/Standby/Active', 1],
    ['controller/Active/Active', 1],
  ]);
  const plain = coverageOf(tally, recommended(), FAULT_CLASSES);

  it('misses what was not reached only where all that it needs was there', () => {
    expect(statusIn(plain, 'isr-shrunk')).toBe('reached');
    expect(statusIn(plain, 'isr-expanded')).toBe('never');
    expect(statusIn(plain, 'recovery-truncated-corrupt-tail')).toBe('never');
    expect(statusIn(plain, 'transaction-timed-out')).toBe('not expected');
    expect(statusIn(plain, 'truncated-to-high-watermark')).toBe('not expected');
    const withoutPowerLoss = coverageOf(tally, recommended(), ['crash']);
    expect(statusIn(withoutPowerLoss, 'recovery-truncated-corrupt-tail')).toBe('not expected');
  });

  it('expects what belongs to the release and to the clients that are there', () => {
    const old = coverageOf(tally, recommended('0.10.2'), FAULT_CLASSES);
    expect(statusIn(old, 'truncated-to-high-watermark')).toBe('never');
    expect(statusIn(old, 'truncated-on-diverging-epoch')).toBe('not expected');
    const transactional = coverageOf(tally, { ...recommended(), transactionalProducers: 2 }, FAULT_CLASSES);
    expect(statusIn(transactional, 'transaction-timed-out')).toBe('never');
    expect(statusIn(transactional, 'verification-refused')).toBe('never');
    const grouped = coverageOf(tally, { ...recommended(), groups: [{ id: 'g', members: 2, application: 'auto' }] }, FAULT_CLASSES);
    expect(statusIn(grouped, 'group-emptied')).toBe('never');
    expect(statusIn(grouped, 'consumer-group-session-expired')).toBe('not expected');
  });

  it('sums an error over the APIs that answered it, the most frequent first', () => {
    const fenced = plain.errors.find(({ name }) => name === 'FENCED_LEADER_EPOCH');
    expect(fenced).toMatchObject({
      hits: 10,
      apis: [
        ['ListOffsets', 6],
        ['Fetch', 4],
      ],
    });
    expect(plain.errors.find(({ name }) => name === 'NEW_LEADER_ELECTED')?.reason).toContain('KRaft');
  });

  it('shows a transition that the machine does not have', () => {
    const controller = plain.machines.find(({ name }) => name === 'controller');
    expect(controller?.transitions.map(({ from, to, legal, hits }) => [`${from}→${to}`, legal, hits])).toEqual([
      ['Standby→Active', true, 1],
      ['Active→Standby', true, 0],
      ['Active→Active', false, 1],
    ]);
  });
});
