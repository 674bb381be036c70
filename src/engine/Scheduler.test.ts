import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler, StepLimitReached, type EventOwner } from './Scheduler.js';

class Owner implements EventOwner {
  incarnation = 0;
  paused = false;
  readonly deferred: (() => void)[] = [];
  defer(fn: (arg: never) => void, arg: unknown): void {
    this.deferred.push(() => fn(arg as never));
  }
}

describe('Scheduler', () => {
  it('runs events by time and, at equal times, in the order of scheduling', () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    const say = (text: string): void => void seen.push(text);
    scheduler.at(20, say, 'c');
    scheduler.at(10, say, 'a');
    scheduler.at(20, say, 'd');
    scheduler.at(10, say, 'b');
    scheduler.runUntil(100);
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(scheduler.nowUs).toBe(100);
  });

  it('ends a run that would never end, at the step after the last one allowed', () => {
    const scheduler = new Scheduler();
    const forEver = (): void => void scheduler.after(0, forEver, undefined);
    scheduler.at(7, forEver, undefined);
    scheduler.stepLimit = 1000;
    expect(() => scheduler.runUntil(8)).toThrow(StepLimitReached);
    expect([scheduler.dispatched, scheduler.nowUs]).toEqual([1001, 7]);
  });

  it('agrees with a sorted list under any mixture of scheduling, cancelling and running', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('at' as const), delay: fc.nat(50) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(200) }),
      fc.record({ kind: fc.constant('run' as const), delay: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const scheduler = new Scheduler();
        const ran: number[] = [];
        const expected: number[] = [];
        const model: { time: number; id: number }[] = [];
        const handles: number[] = [];
        for (const s of steps) {
          if (s.kind === 'at') {
            const id = handles.length;
            handles.push(scheduler.after(s.delay, (x: number) => void ran.push(x), id));
            model.push({ time: scheduler.nowUs + s.delay, id });
          } else if (s.kind === 'cancel') {
            const id = handles.length === 0 ? 0 : s.which % handles.length;
            scheduler.cancel(handles[id] ?? 0);
            const at = model.findIndex((entry) => entry.id === id);
            if (at >= 0) model.splice(at, 1);
          } else {
            const until = scheduler.nowUs + s.delay;
            scheduler.runUntil(until);
            model.sort((a, b) => a.time - b.time || a.id - b.id);
            while (model.length > 0 && (model[0]?.time ?? 0) <= until) expected.push((model.shift() as { id: number }).id);
          }
          expect(scheduler.pending).toBe(model.length);
        }
        expect(ran).toEqual(expected);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('keeps its order after thousands of cancelled timers were dropped at once', () => {
    const scheduler = new Scheduler();
    const ran: number[] = [];
    const handles: number[] = [];
    for (let i = 0; i < 5000; i++) handles.push(scheduler.at((i * 7919) % 5000, (x: number) => void ran.push(x), (i * 7919) % 5000));
    for (let i = 0; i < 5000; i++) if (i % 10 !== 0) scheduler.cancel(handles[i] ?? 0);
    expect(scheduler.pending).toBe(500);
    scheduler.runUntil(5000);
    expect(ran).toHaveLength(500);
    expect(ran).toEqual([...ran].sort((a, b) => a - b));
  });

  it('ignores the handle of an event that has run, even when its slot is in use again', () => {
    const scheduler = new Scheduler();
    const first = scheduler.at(1, () => {}, undefined);
    scheduler.runUntil(1);
    let ran = false;
    scheduler.at(2, () => void (ran = true), undefined);
    scheduler.cancel(first);
    scheduler.runUntil(2);
    expect(ran).toBe(true);
  });

  it('drops what belongs to a dead incarnation and keeps for later what belongs to a paused one', () => {
    const scheduler = new Scheduler();
    const owner = new Owner();
    const seen: string[] = [];
    scheduler.at(1, (x: string) => void seen.push(x), 'of the dead', owner);
    owner.incarnation++;
    scheduler.at(1, (x: string) => void seen.push(x), 'of the paused', owner);
    owner.paused = true;
    scheduler.runUntil(5);
    expect(seen).toEqual([]);
    expect(owner.deferred).toHaveLength(1);
    owner.deferred[0]?.();
    expect(seen).toEqual(['of the paused']);
  });
});
