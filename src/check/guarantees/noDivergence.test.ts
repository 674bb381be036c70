import { expect, it } from 'vitest';
import { batchOf } from '../testing.js';
import { checkNoDivergence } from './noDivergence.js';
import { HandmadeRun } from './testing.js';

it('finds the same offset and epoch with different records, even outside the ISR', () => {
  const run = new HandmadeRun();
  run.log(1, 7, 8);
  run.log(2, 7, 9);
  run.log(3, 7);
  run.cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 3] };
  const { findings, judged } = checkNoDivergence(run.end());
  expect(judged).toBe(3);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ kind: 'replicas-diverged', offset: 1, value: 8, witness: { brokerA: 1, brokerB: 2 } });
});

it('finds in-sync replicas that disagree below both high watermarks', () => {
  const run = new HandmadeRun();
  run.log(1, 7);
  run.cluster.hold(batchOf(0, 1, 8), 2);
  for (const broker of [1, 2]) run.cluster.on(broker).log.highWatermark = 1;
  expect(checkNoDivergence(run.end()).violations).toBe(1);
});

it('allows a tail of another epoch that was never committed or is still to be truncated', () => {
  const run = new HandmadeRun();
  run.log(1, 7);
  run.cluster.hold(batchOf(0, 1, 8), 2);
  run.cluster.on(1).log.highWatermark = 1;
  expect(checkNoDivergence(run.end()).violations).toBe(0);
  run.cluster.on(2).log.highWatermark = 1;
  run.cluster.committed = { leader: 1, leaderEpoch: 0, isr: [1, 3] };
  expect(checkNoDivergence(run.end()).violations).toBe(0);
});
