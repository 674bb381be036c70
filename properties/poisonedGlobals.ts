import crypto from 'node:crypto';
import os from 'node:os';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

/**
 * The runtime half of the determinism fence. Lint cannot see into dependencies; while `run` is at work here, everything
 * that could tell two runs of one seed apart (clocks, chance, timers, microtasks, the process and its environment, the
 * machine, locale and time zone, unstable mathematics) throws, and stack traces are empty.
 *
 * Left out: `**` (an operator cannot be replaced; lint forbids it), regular expressions with Unicode properties, and
 * modules that hold a reference taken earlier.
 */

/** Whatever holds the poisoned members: a namespace object, a prototype or a function. */
type Holder = object;

const globalNames = [
  ...['Date', 'Intl', 'Promise', 'WeakRef', 'FinalizationRegistry', 'fetch', 'Atomics', 'SharedArrayBuffer'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'],
  ...['MessageChannel', 'BroadcastChannel', 'AbortSignal', 'PerformanceObserver', 'navigator'],
];

const unstableMath = [
  ...['random', 'pow', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'],
  ...['atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];

const ofTheProcess = [
  ...['hrtime', 'nextTick', 'uptime', 'cpuUsage', 'memoryUsage', 'resourceUsage', 'constrainedMemory', 'availableMemory', 'cwd'],
  ...['getActiveResourcesInfo', 'getuid', 'getgid', 'emitWarning', 'env', 'argv', 'execArgv', 'versions', 'release', 'config', 'report'],
];

/** Numbers and texts: reading them is refused, since comparing a stub would go unnoticed. */
const valuesOfTheProcess = ['pid', 'ppid', 'version', 'platform', 'arch', 'title', 'execPath'];

const ofTheMachine = [
  ...['hostname', 'cpus', 'loadavg', 'freemem', 'totalmem', 'uptime', 'networkInterfaces', 'userInfo', 'tmpdir', 'homedir'],
  ...['availableParallelism', 'arch', 'platform', 'release', 'type', 'version', 'machine', 'endianness'],
];

const cryptoNames = [
  ...['randomBytes', 'pseudoRandomBytes', 'randomInt', 'randomUUID', 'randomFillSync', 'randomFill'],
  ...['generateKeySync', 'generateKeyPairSync', 'generatePrimeSync'],
];

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Holder;
const timerNames = ['setTimeout', 'setInterval', 'setImmediate'];

const poisons: readonly (readonly [owner: string, holder: Holder, names: readonly string[]])[] = [
  ['', globalThis, globalNames],
  ['Math.', Math, unstableMath],
  ['performance.', performance, ['now', 'mark', 'measure', 'eventLoopUtilization', 'getEntries', 'timerify', 'toJSON']],
  ['process.', process, ofTheProcess],
  ['crypto.', globalThis.crypto, ['randomUUID', 'getRandomValues', 'subtle']],
  ['node:crypto ', crypto, cryptoNames],
  ['node:os ', os, ofTheMachine],
  ['node:timers ', timers, timerNames],
  ['node:timers/promises ', timersPromises, [...timerNames, 'scheduler']],
  ['Promise.prototype.', Promise.prototype, ['then']],
  ['String.prototype.', String.prototype, ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase', 'normalize']],
  ['Number.prototype.', Number.prototype, ['toLocaleString']],
  ['BigInt.prototype.', BigInt.prototype, ['toLocaleString']],
  ['Array.prototype.', Array.prototype, ['toLocaleString']],
  ['TypedArray.prototype.', typedArray, ['toLocaleString']],
];

const poisonedValues: readonly (readonly [owner: string, holder: Holder, names: readonly string[]])[] = [
  ['process.', process, valuesOfTheProcess],
  ['performance.', performance, ['timeOrigin', 'nodeTiming']],
];

/** Every member that {@link withPoisonedGlobals} replaces, as a reader would write it. */
export const poisonedNames: readonly string[] = [...poisons, ...poisonedValues].flatMap(([owner, , names]) =>
  names.map((name) => `${owner}${name}`),
);

/** Notes that a source was reached, and throws. */
function refusal(name: string, reached: string[]): () => never {
  return () => {
    reached.push(name);
    throw new Error(`${name} was reached while a simulation was running: time and chance must come from the simulation`);
  };
}

/** A function (or constructor, or namespace) every use of which is refused. */
function poison(name: string, reached: string[]): PropertyDescriptor {
  const refuse = refusal(name, reached);
  const traps = { apply: refuse, construct: refuse, get: refuse, has: refuse, ownKeys: refuse };
  return { value: new Proxy(function poisoned() {}, traps), writable: true };
}

/** Replaces one member and returns the function that puts the original back. */
function replace(holder: Holder, name: string, stub: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { ...stub, configurable: true, enumerable: before?.enumerable ?? false });
  return () => {
    if (before) Object.defineProperty(holder, name, before);
    else Reflect.deleteProperty(holder, name);
  };
}

/**
 * Runs `run` with the ambient sources of nondeterminism replaced by stubs that throw, and restores them afterwards,
 * also when `run` throws.
 *
 * @returns what `run` returned
 * @throws Error naming every source that was reached, even if the code under test swallowed the stub's own error;
 *   and if `run` returned a promise, because the rest of an asynchronous run would escape the fence
 */
export function withPoisonedGlobals<T>(run: () => T): T {
  const reached: string[] = [];
  const restores: (() => void)[] = [];
  let result: T;
  try {
    restores.push(replace(Error, 'stackTraceLimit', { value: 0, writable: true }));
    for (const [owner, holder, names] of poisons) {
      for (const name of names) if (name in holder) restores.push(replace(holder, name, poison(`${owner}${name}`, reached)));
    }
    for (const [owner, holder, names] of poisonedValues) {
      for (const name of names) if (name in holder) restores.push(replace(holder, name, { get: refusal(`${owner}${name}`, reached) }));
    }
    result = run();
  } finally {
    for (const restore of restores.reverse()) restore();
  }
  if (reached.length > 0) throw new Error(`reached while a simulation was running: ${[...new Set(reached)].join(', ')}`);
  if (result instanceof Promise) throw new Error('withPoisonedGlobals needs a synchronous run; this one returned a promise');
  return result;
}
