import { describe, expect, it } from 'vitest';
import { recommended } from '../../explore/configuration.js';
import { generateScenario } from '../../explore/generate.js';
import { runTrial } from '../../explore/trial.js';
import { recordedRun } from '../RecordedRun.js';
import { HandmadeRun } from '../testing.js';
import { availabilityIn, availabilityOf } from './availability.js';

describe('availability', () => {
  it('is the time in which a leader that runs has enough of its replicas in sync', () => {
    const { events } = new HandmadeRun()
      .led('orders-0', 10)
      .event(30, 'isr-change-committed', { broker: 1, partition: 'orders-0', isr: '1' })
      .event(40, 'isr-change-committed', { broker: 1, partition: 'orders-0', isr: '1,3' })
      .event(60, 'process-paused', { process: 'broker-1' })
      .event(70, 'process-resumed', { process: 'broker-1' })
      .event(80, 'process-died', { process: 'broker-1' });
    const found = availabilityIn(events, () => ({ inSync: 2 }), 110, 90).get('orders-0');
    expect(found?.accepting).toEqual([
      { fromUs: 10, toUs: 30 },
      { fromUs: 40, toUs: 60 },
      { fromUs: 70, toUs: 80 },
    ]);
    expect(found?.refusing).toEqual([
      { fromUs: 30, toUs: 40 },
      { fromUs: 60, toUs: 70 },
      { fromUs: 80, toUs: 110 },
    ]);
    expect(found?.share).toBe(50 / 80);
  });

  it('leaves out partitions that are not the workload’s', () => {
    expect(availabilityIn(new HandmadeRun().led('orders-0').events, () => null, 10, 10).size).toBe(0);
  });

  it('is that which comparisons of configurations count, of the same run', () => {
    const scenario = generateScenario(recommended(), '4', ['crash', 'pause']);
    const result = runTrial(scenario, { record: true, measure: true });
    const run = recordedRun(scenario, result);
    const all = [...availabilityOf(run).values()];
    const endUs = run.timeline.healingUs ?? 0;
    const acceptingUs = all.reduce((sum, { share, sinceUs }) => sum + share * (endUs - sinceUs), 0);
    expect(Math.round(acceptingUs)).toBe(result.metrics?.acceptingUs);
    expect(result.metrics?.acceptingUs).toBeLessThan(result.metrics?.totalUs ?? 0);
  });
});
