/** Every chart of a run that there is something to draw for, in the order in which a page shows them. */
import type { RecordedRun } from '../RecordedRun.js';
import { availabilityOf } from '../series/availability.js';
import { interestingPartitions } from '../series/interestingPartitions.js';
import { operationsOf } from '../series/operations.js';
import { availabilityChart } from './availabilityChart.js';
import { brokerChart } from './brokerChart.js';
import { CHART_GROUPS, type Chart, type ChartFocus } from './Chart.js';
import { consumerLagChart } from './consumerLagChart.js';
import { faultChart } from './faultChart.js';
import { frameOf, type ChartSubject } from './frame.js';
import { groupChart } from './groupChart.js';
import { latencyCharts } from './latencyChart.js';
import { leaderChart } from './leaderChart.js';
import { partitionChart } from './partitionChart.js';
import { realtimeLagChart } from './realtimeLagChart.js';
import { throughputChart } from './throughputChart.js';
import { unseenChart } from './unseenChart.js';

/** @param focus what the report is about. Charts without data are left out. */
export function runCharts(run: RecordedRun, focus: ChartFocus): Chart[] {
  const availability = availabilityOf(run);
  const shown = interestingPartitions(run, focus.partition, availability);
  const subject: ChartSubject = { run, focus, frame: frameOf(run, focus.moments), availability, shown };
  const operations = operationsOf(run.result.history);
  const charts = [
    faultChart(subject),
    ...latencyCharts(subject, operations),
    throughputChart(subject, operations),
    brokerChart(subject),
    partitionChart(subject),
    availabilityChart(subject),
    leaderChart(subject),
    unseenChart(subject),
    consumerLagChart(subject),
    groupChart(subject),
    realtimeLagChart(subject),
  ].filter((chart) => chart !== null);
  return CHART_GROUPS.flatMap((group) => charts.filter((chart) => chart.group === group));
}
