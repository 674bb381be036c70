/** Every chart of a run that there is something to draw for, in the order in which a page shows them. */
import type { JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { jepsenOps } from '../jepsen/runHistory.js';
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

/**
 * Charts without data are left out.
 *
 * @param focus what the report is about.
 * @param ops the run's history in Jepsen's shape, for whoever has it already.
 */
export function runCharts(run: RecordedRun, focus: ChartFocus, ops: readonly JepsenOp[] = jepsenOps(run.result)): Chart[] {
  const availability = availabilityOf(run);
  const shown = interestingPartitions(run, focus.partition, availability);
  const subject: ChartSubject = { run, focus, ops, frame: frameOf(run, focus.moments), availability, shown };
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
