import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeedLedger } from './SeedLedger.js';

const hash = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 16, maxLength: 16 }).map((digits) => digits.join(''));
const seed = fc.oneof(fc.nat(5_000).map(String), fc.constantFrom('007', 'a name', '-1', '9007199254740993', '0'));

describe('the ledger of seeds', () => {
  it('knows what a map would know', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(seed, hash)), (entries) => {
        const ledger = new SeedLedger();
        const map = new Map<string, string>();
        for (const [name, value] of entries) {
          expect(ledger.add(name, value)).toBe(!map.has(name));
          if (!map.has(name)) map.set(name, value);
        }
        expect(ledger.size).toBe(map.size);
        for (const [name] of entries) expect(ledger.hashOf(name)).toBe(map.get(name));
        expect(ledger.has('5001')).toBe(false);
      }),
      { seed: 1 },
    );
  });

  it('has a digest that no order changes, and another one when one run was another', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(seed, hash), { minLength: 1, maxLength: 20, selector: ([name]) => name }),
        fc.nat(),
        (entries, at) => {
          const digestOf = (list: readonly (readonly [string, string])[]): string => {
            const ledger = new SeedLedger();
            for (const [name, value] of list) ledger.add(name, value);
            return ledger.digest;
          };
          const digest = digestOf(entries);
          expect(digestOf([...entries].reverse())).toBe(digest);
          const which = at % entries.length;
          const flip = (text: string): string => (text.startsWith('0') ? '1' : '0') + text.slice(1);
          expect(digestOf(entries.map(([name, value], i) => [name, i === which ? flip(value) : value]))).not.toBe(digest);
          expect(digestOf(entries.slice(1))).not.toBe(digest);
        },
      ),
      { seed: 1 },
    );
  });
});
