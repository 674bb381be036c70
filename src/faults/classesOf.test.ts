import { expect, it } from 'vitest';
import { classesOf } from './classesOf.js';

it('names each class once, in the order in which people are shown them', () => {
  expect(classesOf({ faults: [{ kind: 'power-loss' }, { kind: 'kill' }, { kind: 'restart' }] })).toEqual(['crash', 'power-loss']);
  expect(classesOf({ faults: [], buggify: {} })).toEqual([]);
});

it("takes buggify sites alone for the network's, since they lose connections and answers", () => {
  const buggify = { 'zookeeper/connection-dropped': 0.01 };
  expect(classesOf({ faults: [], buggify })).toEqual(['network']);
  expect(classesOf({ faults: [{ kind: 'kill' }], buggify })).toEqual(['crash']);
});
