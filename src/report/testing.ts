/** A recorded run written by hand, for the tests of what reports show: a history, a few events, and as much of a result as charts read. */
import { Names, type RecordedEvent } from '../engine/events.js';
import { History } from '../check/history.js';
import { NOBODY_IN_PARTICULAR } from '../check/jepsen/Traits.js';
import type { TrialResult } from '../explore/trial.js';
import { recommendedScenario } from '../scenario/defaults.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { RecordedRun } from './RecordedRun.js';
import { timelineOf } from './timeline.js';

export class HandmadeRun {
  readonly names = new Names();
  readonly history = new History();
  readonly events: RecordedEvent[] = [];
  /** Topic `orders`, and whatever a test changes. */
  readonly scenario: Scenario = recommendedScenario();
  /** Names of partitions of which something was found. */
  readonly found: string[] = [];

  /** The number of a partition's name. */
  id(partition: string): number {
    return this.names.idOf(partition);
  }

  event(timeUs: number, type: string, fields: RecordedEvent['fields']): this {
    this.events.push({ index: this.events.length, timeUs, type, fields });
    return this;
  }

  /** Broker 1 leads from the beginning, in sync with 2. */
  led(partition: string, timeUs = 0): this {
    const fields = { partition, leaderEpoch: 0, isr: '1,2' };
    return this.event(timeUs, 'leader-elected', { ...fields, leader: 1, unclean: 0 }) //
      .event(timeUs, 'became-leader', { ...fields, broker: 1, startOffset: 0, highWatermark: 0 });
  }

  /** Sent at once and answered after `latencyUs`. Returns its value. */
  sent(partition: string, offset: number, timeUs: number, latencyUs: number, client = 'p1'): number {
    const value = this.history.sendInvoked(client, 'orders', null, timeUs);
    this.history.sendSucceeded(value, this.id(partition), offset, timeUs + latencyUs);
    return value;
  }

  polled(client: string, partition: string, timeUs: number, records: readonly (readonly [offset: number, value: number])[]): this {
    this.history.polled(client, timeUs, this.id(partition), records.map(([offset]) => offset), records.map(([, value]) => value)); // prettier-ignore
    return this;
  }

  /** A leader needs two in-sync replicas. @param endUs end of the run. */
  run(endUs: number): RecordedRun {
    const findings = this.found.map((partition) => ({ partition: this.id(partition) }));
    const result = {
      ...{ history: this.history, virtualUs: endUs, simulation: { bus: { names: this.names } }, judgement: { findings } },
      ...{ traits: () => NOBODY_IN_PARTICULAR, faultLog: [], writeRule: () => ({ inSync: 2 }) },
    };
    return {
      ...{ scenario: this.scenario, result: result as unknown as TrialResult, events: this.events },
      timeline: timelineOf(this.events, endUs),
      traffic: { messages: [], cuts: [] },
    };
  }
}
