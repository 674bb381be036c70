import { expect, it } from 'vitest';
import { ReadingClock } from './ReadingClock.js';

it('is over a minute after the last reader has moved, not before its time', () => {
  let places = 1;
  const clock = new ReadingClock(100e6, () => places);
  expect([0, 99e6, 100e6, 159e6].map((at) => clock.isOver(at))).toEqual([false, false, false, false]);
  places = 2;
  expect([159.5e6, 219e6, 219.5e6].map((at) => clock.isOver(at))).toEqual([false, false, true]);
});
