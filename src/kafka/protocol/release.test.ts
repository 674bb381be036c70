import { expect, it } from 'vitest';
import { compareReleases, isKafkaRelease, kafkaReleases } from './release.js';

it('orders Kafka versions by their numbers, not their letters', () => {
  const inOrder = ['0.8.1', '0.8.2', '0.9', '0.10.0', '0.10.2', '0.11', '1.0', '2.4', '2.4.1', '3.9', '3.10', '4.0'];
  expect(inOrder.slice().reverse().sort(compareReleases)).toEqual(inOrder);
  expect(kafkaReleases.slice().sort(compareReleases)).toEqual([...kafkaReleases]);
  expect(compareReleases('2.0', '2.0.0')).toBe(0);
});

it('tells a release that can be simulated from one that cannot', () => {
  expect(isKafkaRelease('3.9')).toBe(true);
  expect(isKafkaRelease('3.8')).toBe(false);
});
