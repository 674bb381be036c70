/** `npm run bench`: prints figures; asserts nothing. Needs a quiet machine to mean anything. */
import { chartFigures } from './charts.js';
import { cycleSearch } from './graph.js';
import { applicationTrials, rebalanceMs } from './groups.js';
import { jepsenFigures, smallHistoryMs, transactionCyclesMs } from './jepsen.js';
import { linearizability } from './linearizability.js';
import { reportFigures } from './report.js';
import { schedulerEventsPerSecond } from './scheduler.js';
import { drawingCost, tapCost } from './traffic.js';
import { defaultTrials, quietTrialMs } from './trials.js';
import { workerSpeedUp } from './workers.js';

function line(name: string, value: string): void {
  console.log(`${name.padEnd(58)} ${value}`);
}

for (const pending of [100, 1_000, 10_000]) {
  schedulerEventsPerSecond(pending, 500_000);
  const rate = Math.max(...[1, 2, 3].map(() => schedulerEventsPerSecond(pending, 2_000_000)));
  line(`scheduler alone, ${pending} pending`, `${(rate / 1e6).toFixed(1)} M events/s`);
}

for (const invariants of [true, false]) {
  const figures = defaultTrials(300, invariants);
  line(
    `default trial, one core, invariants ${invariants ? 'on' : 'off'}`,
    `${figures.seedsPerSecond.toFixed(1)} seeds/s, ${(figures.stepsPerSecond / 1e3).toFixed(0)} k events/s`,
  );
  if (!invariants) continue;
  line('  of which emitted to readers', `${(figures.eventsPerSecond / 1e3).toFixed(0)} k/s`);
  line(
    '  a trial on average',
    `${figures.sends.toFixed(0)} sends, ${figures.faults.toFixed(1)} faults, ${figures.virtualSeconds.toFixed(1)} virtual s`,
  );
  line('  resident memory', `${figures.rssMegabytes.toFixed(0)} MB`);
}

const applications = applicationTrials(100);
line(
  'two groups of four, half of the producers transactional',
  `${applications.seedsPerSecond.toFixed(1)} seeds/s, ${(applications.stepsPerSecond / 1e3).toFixed(0)} k events/s`,
);
line('  a trial on average', `${applications.transactions.toFixed(0)} transactions, ${applications.rebalances.toFixed(1)} assignments`);

console.log(
  '\n200 consumers of one group on 1,000 partitions: a run of 15 virtual s in which they join; one with another rebalance of all',
);
const sticky = 'partition.assignment.strategy: org.apache.kafka.clients.consumer.CooperativeStickyAssignor';
for (const [name, properties, features] of [
  ['range (eager)', 'session.timeout.ms: 45000', ''],
  ['cooperative-sticky', sticky, ''],
  ['consumer protocol (KIP-848)', 'group.protocol: consumer', ' consumerGroupProtocol: true '],
] as const) {
  const { join, again } = rebalanceMs(200, 1000, properties, features);
  line(`  ${name}`, `${join.toFixed(0)} ms, ${again.toFixed(0)} ms`);
}

console.log('\ncost of a trial without faults, 40 sends a virtual second');
for (const virtualSeconds of [30, 60, 120, 240]) {
  line(`  3 brokers, 6 partitions, ${virtualSeconds} virtual s`, `${quietTrialMs(3, 6, virtualSeconds).toFixed(0)} ms`);
}
for (const partitions of [6, 30, 100, 300, 1_000]) {
  line(`  3 brokers, ${partitions} partitions, 30 virtual s`, `${quietTrialMs(3, partitions, 30).toFixed(0)} ms`);
}
for (const brokers of [3, 10, 25, 50]) {
  line(`  ${brokers} brokers, ${brokers * 20} partitions, 30 virtual s`, `${quietTrialMs(brokers, brokers * 20, 30).toFixed(0)} ms`);
}

console.log('\ncycles among transactions: building the graph and searching it');
for (const [transactions, anomalies] of [
  [10_000, 0],
  [100_000, 0],
  [100_000, 10],
  [100_000, 1_000],
] as const) {
  cycleSearch(transactions, anomalies);
  const { edges, ms, cycles, undecided } = cycleSearch(transactions, anomalies);
  const found = `${cycles} cycles told${undecided > 0 ? `, ${undecided} kinds undecided` : ''}`;
  line(`  ${transactions} transactions, ${anomalies} stale reads`, `${(edges / 1e3).toFixed(0)} k edges, ${ms.toFixed(0)} ms, ${found}`);
}

console.log('\nlinearizability of registers');
for (const [name, shape] of [
  ['250 operations of 10 clients on 5 keys', { clients: 10, operations: 250, keys: 5 }],
  ['1,712 operations of 50 clients on 10 keys', { clients: 50, operations: 1_712, keys: 10 }],
  ['  one operation in fifty unanswered', { clients: 50, operations: 1_712, keys: 10, pending: 0.02 }],
  ['  not linearizable at the end', { clients: 50, operations: 1_712, keys: 10, isBroken: true }],
  ['1,712 operations of 50 clients on one key', { clients: 50, operations: 1_712, keys: 1 }],
  ['1,000,000 operations of 5 clients on one key', { clients: 5, operations: 1_000_000, keys: 1 }],
] as const) {
  const { ms, steps, verdict } = linearizability(shape);
  line(`  ${name}`, `${ms.toFixed(ms < 10 ? 1 : 0)} ms, ${steps} steps, ${verdict}`);
}

console.log("\nJepsen's Kafka analysis: half sends, half polls of 20 records, 20 consumers that read everything");
jepsenFigures(10_000, 16);
for (const [operations, keys] of [
  [10_000, 16],
  [100_000, 16],
  [1_000_000, 16],
  [1_000_000, 1],
] as const) {
  const { polled, buildMs, linearMs, cyclesMs, wholeMs, rssMegabytes } = jepsenFigures(operations, keys);
  line(
    `  ${operations} operations, ${polled} records read, ${keys} ${keys === 1 ? 'key' : 'keys'}`,
    `${wholeMs.toFixed(0)} ms in all: columns ${buildMs.toFixed(0)}, linear checks ${linearMs.toFixed(0)} ` +
      `(${(polled / linearMs / 1e3).toFixed(1)} M records/s), cycles ${cyclesMs.toFixed(0)}; ${rssMegabytes.toFixed(0)} MB resident`,
  );
}
line('  500 operations', `${smallHistoryMs(500, 200).toFixed(2)} ms`);
line('  100000 transactions: graph and cycles', `${transactionCyclesMs(100_000).toFixed(0)} ms`);

console.log("\ncharts of a run's report, the first of their process and later ones");
for (const operations of [10_000, 10_000, 100_000]) {
  const { events, chartsMs, charts, svgKilobytes, decodeMs, trialMs, opsMs } = chartFigures(operations);
  line(
    `  ${operations} operations, ${events} events`,
    `${chartsMs.toFixed(0)} ms, ${charts} charts, ${svgKilobytes.toFixed(0)} KB of SVG; before them run ${trialMs.toFixed(0)} ms, ` +
      `decoding ${decodeMs.toFixed(0)} ms, history ${opsMs.toFixed(0)} ms`,
  );
}

console.log('\nmessages of a run: keeping them, drawing and exporting them');
const tap = tapCost(2_400, 4);
line(
  `  a trial with ${tap.messages} messages, kept`,
  `${(tap.tappedStepsPerSecond / 1e3).toFixed(0)} k events/s; not kept ${(tap.plainStepsPerSecond / 1e3).toFixed(0)} k events/s`,
);
for (const sends of [2_400, 24_000]) {
  const { messages, events, sectionMs, sectionKilobytes, traceMs, traceMegabytes, shivizMs, shivizMegabytes } = drawingCost(sends);
  line(
    `  ${messages} messages, ${events} events`,
    `space-time section ${sectionMs.toFixed(0)} ms, ${sectionKilobytes.toFixed(0)} KB; trace ${traceMs.toFixed(0)} ms, ${traceMegabytes.toFixed(1)} MB; ` +
      `ShiViz ${shivizMs.toFixed(0)} ms, ${shivizMegabytes.toFixed(1)} MB`,
  );
}

console.log('');
const { one, two } = await workerSpeedUp(400);
line('campaign, 1 worker', `${one.toFixed(1)} seeds/s`);
line('campaign, 2 workers', `${two.toFixed(1)} seeds/s, ${(two / one).toFixed(2)} times one`);

console.log('\na whole report: results, history, plots, log and page');
for (const operations of [10_000, 100_000]) {
  const { runMs, reportMs, pageKilobytes } = reportFigures(operations);
  line(
    `  ${operations} operations`,
    `${(reportMs / 1000).toFixed(1)} s (the run ${(runMs / 1000).toFixed(1)} s), page ${pageKilobytes.toFixed(0)} KB`,
  );
}
