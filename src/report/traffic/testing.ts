/** Recorded runs for tests: short ones with everything in them that reports draw. */
import { runTrial } from '../../explore/trial.js';
import { parseScenario } from '../../scenario/parse.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { recordedRun, type RecordedRun } from '../RecordedRun.js';

/** Three brokers and acks=1: replication is slow, broker 3 is cut off, broker 2 is paused, and the leader is killed in the middle of it: acknowledged records are lost. */
export const TROUBLED = `
name: troubled
cluster: { properties: { zookeeper.session.timeout.ms: 2000 } }
topics: [{ name: orders, assignment: [[1, 2, 3]], properties: { min.insync.replicas: 2 } }]
workload:
  producers: [{ id: p1, count: 40, start: 1s, every: 50ms, properties: { acks: '1', retries: 100 } }]
  consumers: [{ id: c1, properties: { auto.offset.reset: earliest } }]
faults:
  - { id: slow, kind: slow-link, from: [1], to: [2, 3], min: 250ms, max: 250ms, at: 1500ms, for: 2s }
  - { id: cut, kind: partition-one-way, from: [1], to: [3], at: 2200ms, for: 1s }
  - { id: death, kind: kill, target: 1, at: 2300ms, for: 3s }
  - { id: freeze, kind: pause, target: 2, at: 1200ms, for: 200ms }
duration: 8s
require: [no-acknowledged-loss]
`;

export function scenarioOf(yaml: string): Scenario {
  const parsed = parseScenario(yaml, 'test.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

export function recordedTrial(scenario: Scenario): RecordedRun {
  return recordedRun(scenario, runTrial(scenario, { record: true, messages: true }));
}
