/** The event queue alone: hold model, one pop and one push per event. */
import { Scheduler } from '../src/engine/Scheduler.js';

export function schedulerEventsPerSecond(pending: number, events: number): number {
  const scheduler = new Scheduler();
  let left = events;
  // A cheap mixer stands in for chance, so that the generator's cost is not measured.
  let state = 12345;
  const run = (): void => {
    if (--left <= 0) return;
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    scheduler.after(state % 10_000, run, undefined);
  };
  for (let i = 0; i < pending; i++) scheduler.at(i, run, undefined);
  const start = process.hrtime.bigint();
  while (left > 0) scheduler.step();
  return events / (Number(process.hrtime.bigint() - start) / 1e9);
}
