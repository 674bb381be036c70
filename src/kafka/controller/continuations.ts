/** Steps that wait for answers, without promises: everything continues in the simulation's own order. */

/** One step; calls `done` once, now or later. */
export type Step = (done: () => void) => void;

/** Begins all at once (requests are pipelined) and continues when the last is done. */
export function forAll<T>(items: readonly T[], step: (item: T, done: () => void) => void, finished: () => void): void {
  let left = items.length;
  if (left === 0) {
    finished();
    return;
  }
  const one = (): void => {
    left--;
    if (left === 0) finished();
  };
  for (const item of items) step(item, one);
}

/** One after the other. Steps that finish at once do not deepen the stack. */
export function inSequence<T>(items: readonly T[], step: (item: T, done: () => void) => void, finished: () => void): void {
  let next = 0;
  let running = false;
  const advance = (): void => {
    if (running) return;
    running = true;
    for (;;) {
      if (next === items.length) break;
      let doneAtOnce = false;
      let returned = false;
      step(items[next++] as T, () => {
        if (returned) advance();
        else doneAtOnce = true;
      });
      returned = true;
      if (!doneAtOnce) {
        running = false;
        return;
      }
    }
    finished();
  };
  advance();
}

export function runSteps(steps: readonly Step[], finished: () => void): void {
  inSequence(steps, (step, done) => step(done), finished);
}
