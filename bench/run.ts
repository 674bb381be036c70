/** `npm run bench`: prints figures; asserts nothing. */
import { schedulerEventsPerSecond } from './scheduler.js';

function line(name: string, value: string): void {
  console.log(`${name.padEnd(56)} ${value}`);
}

for (const pending of [100, 1_000, 10_000]) {
  schedulerEventsPerSecond(pending, 500_000);
  const rate = Math.max(...[1, 2, 3].map(() => schedulerEventsPerSecond(pending, 2_000_000)));
  line(`scheduler alone, ${pending} pending`, `${(rate / 1e6).toFixed(1)} M events/s`);
}
