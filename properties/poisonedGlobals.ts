import crypto from 'node:crypto';

/**
 * The runtime half of the determinism fence. Lint cannot see into dependencies; while `run` is at work here, everything
 * that could tell two runs of one seed apart (clocks, chance, timers, microtasks, locale, unstable mathematics) throws.
 *
 * Left out: `**` (an operator cannot be replaced; lint forbids it) and modules that hold a reference taken earlier.
 */

/** Whatever holds the poisoned members: a namespace object, a prototype or a function. */
type Holder = object;

const globalNames = [
  ...['Date', 'Intl', 'Promise', 'WeakRef', 'FinalizationRegistry', 'fetch'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'],
];

const unstableMath = [
  ...['random', 'pow', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'],
  ...['atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];

const poisons: readonly (readonly [owner: string, holder: Holder, names: readonly string[]])[] = [
  ['', globalThis, globalNames],
  ['Math.', Math, unstableMath],
  ['performance.', performance, ['now', 'mark', 'measure']],
  ['process.', process, ['hrtime', 'nextTick', 'uptime', 'cpuUsage', 'memoryUsage']],
  ['crypto.', globalThis.crypto, ['randomUUID', 'getRandomValues']],
  ['node:crypto ', crypto, ['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync']],
  ['Promise.prototype.', Promise.prototype, ['then']],
  ['String.prototype.', String.prototype, ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase']],
  ['Number.prototype.', Number.prototype, ['toLocaleString']],
];

/** Every member that {@link withPoisonedGlobals} replaces, as a reader would write it. */
export const poisonedNames: readonly string[] = poisons.flatMap(([owner, , names]) => names.map((name) => `${owner}${name}`));

/** A function (or constructor, or namespace) every use of which is recorded and throws. */
function poison(name: string, reached: string[]): unknown {
  const refuse = (): never => {
    reached.push(name);
    throw new Error(`${name} was reached while a simulation was running: time and chance must come from the simulation`);
  };
  return new Proxy(function poisoned() {}, { apply: refuse, construct: refuse, get: refuse });
}

/** Replaces one member and returns the function that puts the original back. */
function replace(holder: Holder, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false });
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
    for (const [owner, holder, names] of poisons) {
      for (const name of names) if (name in holder) restores.push(replace(holder, name, poison(`${owner}${name}`, reached)));
    }
    result = run();
  } finally {
    for (const restore of restores.reverse()) restore();
  }
  if (reached.length > 0) throw new Error(`reached while a simulation was running: ${[...new Set(reached)].join(', ')}`);
  if (result instanceof Promise) throw new Error('withPoisonedGlobals needs a synchronous run; this one returned a promise');
  return result;
}
