import { expect, it } from 'vitest';
import { checkEachLinearizability, checkLinearizability } from './linearizability.js';
import type { Operation } from './Model.js';
import type { RegisterOp, RegisterResult } from './testing.js';
import { REGISTER, registerHistory } from './testing.js';

function verdictOn(...texts: readonly string[]): string {
  return checkLinearizability(REGISTER, registerHistory(...texts)).verdict;
}

it('accepts reads that see a write which overlaps them, in either way', () => {
  expect(verdictOn('a 0-5 write 3', 'b 1-2 read 0', 'b 3-4 read 3')).toBe('linearizable');
});

it('refuses a read that goes back behind one which was over before', () => {
  expect(verdictOn('a 0-5 write 3', 'b 1-2 read 3', 'b 3-4 read 0')).toBe('not-linearizable');
});

it('refuses a read of an old value after the write was over, but not when the two touch', () => {
  expect(verdictOn('a 0-1 write 3', 'b 2-3 read 0')).toBe('not-linearizable');
  expect(verdictOn('a 0-1 write 3', 'b 1-3 read 0')).toBe('linearizable');
});

it('lets a pending operation take effect late, early or never', () => {
  expect(verdictOn('a 0- write 3', 'b 1-2 read 0', 'b 3-4 read 3')).toBe('linearizable');
  expect(verdictOn('a 0- write 3', 'b 1-2 read 0')).toBe('linearizable');
  expect(verdictOn('a 3- write 3', 'b 1-2 read 3')).toBe('not-linearizable');
  expect(verdictOn('a 0- write 3', 'b 1-2 read 3', 'b 3-4 write 4', 'b 5-6 read 3')).toBe('not-linearizable');
});

it('lets each of several pending operations of a kind take effect once', () => {
  const twice = ['c 1-2 read 3', 'c 3-4 write 4', 'c 5-6 read 3'];
  expect(verdictOn('a 0- write 3', 'b 0- write 3', ...twice)).toBe('linearizable');
  expect(verdictOn('a 0- write 3', ...twice)).toBe('not-linearizable');
  expect(verdictOn('a 0- write 3', 'b 7- write 3', ...twice)).toBe('not-linearizable');
});

it('lets only one of two win the same compare-and-set', () => {
  expect(verdictOn('a 0-9 cas 0 1', 'b 0-9 cas 0 2')).toBe('not-linearizable');
  expect(verdictOn('a 0-9 cas 0 1', 'b 0-9 cas 0 2 refused')).toBe('linearizable');
});

it('tells the longest order that it found, and what fits nowhere', () => {
  const checked = checkLinearizability(REGISTER, registerHistory('a 0-1 write 3', 'b 2-3 write 4', 'c 4-6 read 3', 'd 5-7 read 2'));
  expect(checked).toMatchObject({
    verdict: 'not-linearizable',
    message:
      'After 2 of 4 operations (… a: write 3; b: write 4) with value 4, none of those that could come next fits: c: read 3; d: read 2.',
  });
});

it('says that it does not know when the steps are used up', () => {
  const texts = Array.from({ length: 40 }, (_, i) => `c${i} 0-100 write ${i}`);
  const history = registerHistory(...texts, 'r 200-201 read 99');
  expect(checkLinearizability(REGISTER, history, { steps: 2000 }).verdict).toBe('unknown');
  expect(checkLinearizability(REGISTER, history, { words: 2000 }).verdict).toBe('unknown');
});

it('checks every object by itself, and does not take an undecided one for linearizable', () => {
  const good = registerHistory('a 0-1 write 3', 'b 2-3 read 3');
  const hard = registerHistory(...Array.from({ length: 30 }, (_, i) => `c${i} 0-100 write ${i}`), 'r 200-201 read 99');
  const bad = registerHistory('a 0-1 write 3', 'b 2-3 read 4');
  const verdict = (...histories: Operation<RegisterOp, RegisterResult>[][]): string =>
    checkEachLinearizability(() => REGISTER, new Map(histories.map((history, i) => [`r${i}`, history])), { steps: 500 }).verdict;
  expect(verdict(good, good)).toBe('linearizable');
  expect(verdict(hard, good)).toBe('unknown');
  expect(verdict(hard, good, bad)).toBe('not-linearizable');
});

it('gets through a hundred thousand operations on one object, and finds the wrong one at their end', () => {
  const texts = Array.from({ length: 50_000 }, (_, i) => [
    `a ${i * 10}-${i * 10 + 7} write ${i}`,
    `b ${i * 10 + 5}-${i * 10 + 9} read ${i}`,
  ]);
  const history = texts.flatMap((pair) => registerHistory(...pair));
  expect(checkLinearizability(REGISTER, history).verdict).toBe('linearizable');
  expect(checkLinearizability(REGISTER, [...history, ...registerHistory('b 500010-500011 read 7')]).verdict).toBe('not-linearizable');
});

it('refuses an operation that ends before it begins', () => {
  expect(() => verdictOn('a 5-3 write 1')).toThrow('an operation of a completes at 3, before 5');
});
