import nodeCrypto from 'node:crypto';
import os from 'node:os';
import timers from 'node:timers';
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
    ['String.prototype.normalize', () => 'a'.normalize()],
    ['Number.prototype.toLocaleString', () => (1234).toLocaleString()],
    ['BigInt.prototype.toLocaleString', () => 1234n.toLocaleString()],
    ['Array.prototype.toLocaleString', () => [1].toLocaleString()],
    ['TypedArray.prototype.toLocaleString', () => new Uint8Array(1).toLocaleString()],
    ['performance.timeOrigin', () => performance.timeOrigin],
    ['process.env', () => process.env['TZ']],
    ['process.env', () => 'TZ' in process.env],
    ['process.env', () => Object.keys(process.env)],
    ['process.argv', () => process.argv.length],
    ['process.pid', () => process.pid === 1],
    ['process.version', () => process.version === 'v20'],
    ['process.platform', () => process.platform === 'linux'],
    ['process.cwd', () => process.cwd()],
    ['process.memoryUsage', () => process.memoryUsage.rss()],
    ['Atomics', () => Atomics.wait(new Int32Array(4), 0, 0, 1)],
    ['MessageChannel', () => new MessageChannel()],
    ['AbortSignal', () => AbortSignal.timeout(1)],
    ['node:crypto randomBytes', () => nodeCrypto.randomBytes(4)],
    ['node:os hostname', () => os.hostname()],
    ['node:os cpus', () => os.cpus()],
    ['node:timers setTimeout', () => timers.setTimeout(() => undefined, 0)],
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

  test('leaves stack traces empty, so that what depends on one gives another result', () => {
    expect(withPoisonedGlobals(() => new Error('on purpose').stack)).toBe('Error: on purpose');
    expect(new Error('on purpose').stack).toMatch(/poisonedGlobals/);
  });

  test('puts everything back, also after a throw', () => {
    const sources = (): unknown[] => [
      ...[Date, setTimeout, Math.random, performance.now, performance.timeOrigin, process.hrtime, process.pid, process.env, Promise],
      ...[os.hostname, timers.setTimeout, Error.stackTraceLimit, Object.getOwnPropertyDescriptor(process, 'pid')],
      Object.getOwnPropertyDescriptor(Math, 'pow'),
    ];
    const before = sources();
    expect(() =>
      withPoisonedGlobals(() => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(sources()).toEqual(before);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
