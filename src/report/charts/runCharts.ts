/** Every chart of a run that there is something to draw for, in the order in which a page shows them. */
import type { RecordedRun } from '../RecordedRun.js';
import { operationsOf } from '../series/operations.js';
import { brokerChart } from './brokerChart.js';
import { CHART_GROUPS, type Chart, type ChartFocus } from './Chart.js';
import { faultChart } from './faultChart.js';
import { frameOf, type ChartSubject } from './frame.js';
import { latencyCharts } from './latencyChart.js';
import { leaderChart } from './leaderChart.js';
import { partitionChart } from './partitionChart.js';

/** @param focus what the report is about. Charts without data are left out. */
export function runCharts(run: RecordedRun, focus: ChartFocus): Chart[] {
  const subject: ChartSubject = { run, focus, frame: frameOf(run, focus.moments) };
  const operations = operationsOf(run.result.history);
  const charts = [
    faultChart(subject),
    ...latencyCharts(subject, operations),
    brokerChart(subject),
    partitionChart(subject),
    leaderChart(subject),
  ].filter((chart) => chart !== null);
  return CHART_GROUPS.flatMap((group) => charts.filter((chart) => chart.group === group));
}
