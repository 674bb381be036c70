import { expect, it } from 'vitest';
import type { Host } from '../engine/Host.js';
import { NEXT_RECEIVER, type MessageDelay } from './MessageDelay.js';
import { MessageDelays } from './MessageDelays.js';

const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }) as Host) as [Host, Host, Host];
const hostsOf = (target: number | string): Host[] => [a, b, c].filter(({ name }) => name === target || target === 'brokers');
const delay = (own: Partial<MessageDelay>): MessageDelay => ({ from: null, to: null, atUs: 0, count: null, byUs: 5, ...own });

/** What messages sent at these times, from and to these hosts, are delayed by. */
function delays(list: readonly MessageDelay[], ...messages: readonly (readonly [atUs: number, from: Host, to: Host])[]): number[] {
  const clock = { nowUs: 0 };
  const active = new MessageDelays(list, clock, hostsOf);
  return messages.map(([atUs, from, to]) => {
    clock.nowUs = atUs;
    return active.extraUs(from, to);
  });
}

it('concerns what is sent from its time on between the nodes that it names', () => {
  const between = [delay({ from: 'a', to: 'b', atUs: 10 })];
  expect(delays(between, [9, a, b], [10, a, b], [11, b, a], [12, a, c], [99, a, b])).toEqual([0, 5, 0, 0, 5]);
  expect(delays([delay({ to: 'brokers' })], [0, a, b], [0, c, a])).toEqual([5, 5]);
});

it('concerns as many messages as it says', () => {
  expect(delays([delay({ to: 'b', count: 2 })], [0, a, c], [0, a, b], [0, c, b], [0, a, b])).toEqual([0, 5, 5, 0]);
});

it('lets the first message say who the next receiver is, and stays with it', () => {
  expect(delays([delay({ to: NEXT_RECEIVER, atUs: 3 })], [2, a, b], [3, a, c], [4, a, b], [5, b, c])).toEqual([0, 5, 0, 5]);
});

it('gives the longest of several, not their sum', () => {
  expect(delays([delay({ byUs: 7 }), delay({ to: 'b', byUs: 9 })], [0, a, b], [0, a, c])).toEqual([9, 7]);
});

it('concerns nobody where its node does not exist', () => {
  expect(delays([delay({ to: 'nobody' })], [0, a, b])).toEqual([0]);
});
