/** The charts of a run's report, at growing numbers of operations: from the record of the run to every drawing and table. */
import { runTrial } from '../src/explore/trial.js';
import { runCharts } from '../src/report/charts/runCharts.js';
import { jepsenOps } from '../src/report/jepsen/runHistory.js';
import { recordedRun } from '../src/report/RecordedRun.js';
import { recommendedScenario } from '../src/scenario/defaults.js';
import type { Scenario } from '../src/scenario/Scenario.js';
import { timed } from './timed.js';

export interface ChartFigures {
  readonly operations: number;
  readonly events: number;
  /** The run itself. */
  readonly trialMs: number;
  /** From the recorder's numbers to objects, and from these to what happened to brokers and partitions. */
  readonly decodeMs: number;
  /** The history in Jepsen's shape, which a report has already. */
  readonly opsMs: number;
  readonly chartsMs: number;
  readonly charts: number;
  readonly svgKilobytes: number;
}

export function chartFigures(operations: number): ChartFigures {
  const scenario = chartScenario(operations);
  const [result, trialMs] = timed(() => runTrial(scenario, { record: true, invariants: false }));
  const [run, decodeMs] = timed(() => recordedRun(scenario, result));
  const [ops, opsMs] = timed(() => jepsenOps(result));
  const [charts, chartsMs] = timed(() => runCharts(run, { moments: [], partition: null }, ops));
  const bytes = charts.reduce((sum, { svg }) => sum + svg.text.length, 0);
  const sizes = { operations: result.history.sends.length, events: run.events.length, charts: charts.length, svgKilobytes: bytes / 1024 };
  return { ...sizes, trialMs, decodeMs, opsMs, chartsMs };
}

/** Four producers with so many sends in all, two consumers that read everything, six partitions, a minute of virtual time, a broker killed in the middle. */
export function chartScenario(operations: number): Scenario {
  const scenario = recommendedScenario();
  const { producers } = scenario.workload;
  scenario.durationUs = 62_000_000;
  for (const producer of producers) {
    producer.count = operations / producers.length;
    producer.everyUs = Math.floor(60_000_000 / producer.count);
  }
  scenario.faults.push({ id: 'crash', kind: 'kill', target: 'leader of orders-0', atUs: 30_000_000, forUs: 10_000_000 });
  return scenario;
}
