import { describe, expect, test } from 'vitest';
import { poisonedNames, withPoisonedGlobals } from './poisonedGlobals.js';

describe('withPoisonedGlobals', () => {
  test.each<[name: string, use: () => unknown]>([
    ['Date', () => new Date()],
    ['Date', () => Date.now()],
    ['Math.random', () => Math.random()],
    ['Math.pow', () => Math.pow(2, 3)],
    ['Math.log', () => Math.log(2)],
    ['setTimeout', () => setTimeout(() => undefined, 0)],
    ['setInterval', () => setInterval(() => undefined, 1)],
    ['setImmediate', () => setImmediate(() => undefined)],
    ['queueMicrotask', () => queueMicrotask(() => undefined)],
    ['performance.now', () => performance.now()],
    ['process.hrtime', () => process.hrtime.bigint()],
    ['process.nextTick', () => process.nextTick(() => undefined)],
    ['crypto.randomUUID', () => crypto.randomUUID()],
    ['Intl', () => new Intl.NumberFormat()],
    ['Promise', () => Promise.resolve(1)],
    ['String.prototype.localeCompare', () => 'a'.localeCompare('b')],
  ])('throws when the run reaches %s', (name, use) => {
    expect(() => withPoisonedGlobals(use)).toThrow(`${name} was reached`);
    expect(poisonedNames).toContain(name);
  });

  test('reports a source that the run reached and swallowed', () => {
    const swallowing = (): number => {
      try {
        return Date.now();
      } catch {
        return 0;
      }
    };
    expect(() => withPoisonedGlobals(swallowing)).toThrow('reached while a simulation was running: Date');
  });

  test('refuses an asynchronous run, which would escape', () => {
    expect(() => withPoisonedGlobals(async () => 1)).toThrow('needs a synchronous run');
  });

  test('lets a clean run pass and hands back its result', () => {
    expect(withPoisonedGlobals(() => Math.floor(Math.sqrt(17)))).toBe(4);
  });

  test('puts everything back, also after a throw', () => {
    const before = [Date, setTimeout, Math.random, performance.now, process.hrtime, Promise, Object.getOwnPropertyDescriptor(Math, 'pow')];
    expect(() =>
      withPoisonedGlobals(() => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    const after = [Date, setTimeout, Math.random, performance.now, process.hrtime, Promise, Object.getOwnPropertyDescriptor(Math, 'pow')];
    expect(after).toEqual(before);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
