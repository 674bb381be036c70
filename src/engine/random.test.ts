import { describe, expect, it } from 'vitest';
import { naturalLog, Random, Randomness } from './random.js';

describe('Random', () => {
  it('draws the same values for the same seed, for ever', () => {
    const random = new Random('4711/network/b1>b2');
    // Pinned: a change here changes every recorded run.
    expect([random.int(1000), random.int(1000), random.between(5, 9), random.exponential(1000)]).toMatchInlineSnapshot(`
      [
        17,
        468,
        6,
        314,
      ]
    `);
  });

  it('keeps integers inside their bounds, large ones included', () => {
    const random = new Random('bounds');
    for (let i = 0; i < 2000; i++) {
      const small = random.int(7);
      const large = random.int(9_000_000_000_000);
      expect(small >= 0 && small < 7 && Number.isInteger(small)).toBe(true);
      expect(large >= 0 && large < 9_000_000_000_000 && Number.isInteger(large)).toBe(true);
    }
  });

  it('has an exponential draw with the mean that was asked for', () => {
    const random = new Random('mean');
    let sum = 0;
    for (let i = 0; i < 50_000; i++) sum += random.exponential(10_000);
    expect(Math.abs(sum / 50_000 - 10_000)).toBeLessThan(200);
  });

  it('computes the natural logarithm to double precision without Math.log', () => {
    for (const x of [1, 0.999, 0.5, 0.1, 1e-5, 2.3e-10]) expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThan(1e-8);
  });
});

describe('Randomness', () => {
  it('gives a stream that depends on its own name only', () => {
    const alone = new Randomness('7');
    const crowded = new Randomness('7');
    for (let i = 0; i < 100; i++) crowded.stream(`fault/f${i}`).int(10);
    expect(crowded.stream('network/b1>b2').int(1_000_000)).toBe(alone.stream('network/b1>b2').int(1_000_000));
  });

  it('tells neighbouring seeds apart', () => {
    const first = new Set<number>();
    for (let seed = 0; seed < 1000; seed++) first.add(new Randomness(String(seed)).stream('x').int(1_000_000_000));
    expect(first.size).toBeGreaterThan(995);
  });

  it('draws the future of every stream anew once it is reseeded, of those to come too, and the same for the same salt', () => {
    const futures = ['', 'a', 'b', 'a'].map((salt) => {
      const randomness = new Randomness('7');
      const kept = randomness.stream('kept');
      const past = kept.int(1_000_000_000);
      if (salt !== '') randomness.reseed(salt);
      return { past, kept: kept.int(1_000_000_000), later: randomness.stream('later').int(1_000_000_000) };
    });
    const [plain, a, b, again] = futures;
    expect(new Set(futures.map(({ past }) => past)).size).toBe(1);
    expect(new Set([plain?.kept, a?.kept, b?.kept]).size).toBe(3);
    expect(new Set([plain?.later, a?.later, b?.later]).size).toBe(3);
    expect(again).toEqual(a);
  });
});
