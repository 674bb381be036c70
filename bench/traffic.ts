/** What it costs to keep every message of a run, and to draw and export it. */
import { runTrial } from '../src/explore/trial.js';
import { chromeTrace } from '../src/report/exports/chromeTrace.js';
import { shivizLog } from '../src/report/exports/shiviz.js';
import { recordedRun } from '../src/report/RecordedRun.js';
import { spaceTimeSection } from '../src/report/spaceTime/spaceTimeSection.js';
import { recommendedScenario } from '../src/scenario/defaults.js';
import type { Scenario } from '../src/scenario/Scenario.js';
import { timed } from './timed.js';

export interface TapFigures {
  readonly messages: number;
  readonly plainStepsPerSecond: number;
  readonly tappedStepsPerSecond: number;
}

/** The same trial with and without its messages, in turns; the best of each. */
export function tapCost(sends: number, rounds: number): TapFigures {
  const scenario = busy(sends);
  const best = { plain: 0, tapped: 0 };
  let messages = 0;
  for (let round = 0; round < rounds; round++) {
    for (const way of ['plain', 'tapped'] as const) {
      const start = process.hrtime.bigint();
      const { steps, traffic } = runTrial(scenario, { messages: way === 'tapped', invariants: false });
      best[way] = Math.max(best[way], steps / (Number(process.hrtime.bigint() - start) / 1e9));
      messages = traffic?.messages.length ?? messages;
    }
  }
  return { messages, plainStepsPerSecond: best.plain, tappedStepsPerSecond: best.tapped };
}

export interface DrawingFigures {
  readonly messages: number;
  readonly events: number;
  readonly sectionMs: number;
  readonly sectionKilobytes: number;
  readonly traceMs: number;
  readonly traceMegabytes: number;
  readonly shivizMs: number;
  readonly shivizMegabytes: number;
}

/** A run that held: its eventful window, and the whole of it exported. */
export function drawingCost(sends: number): DrawingFigures {
  const scenario = busy(sends);
  const run = recordedRun(scenario, runTrial(scenario, { record: true, messages: true, invariants: false }));
  const [section, sectionMs] = timed(() => spaceTimeSection(run, [], { subject: null, violation: null })?.text ?? '');
  const [trace, traceMs] = timed(() => chromeTrace(run));
  const [log, shivizMs] = timed(() => shivizLog(run));
  return {
    ...{ messages: run.traffic.messages.length, events: run.events.length },
    ...{ sectionMs, sectionKilobytes: section.length / 1024 },
    ...{ traceMs, traceMegabytes: trace.length / 1024 / 1024, shivizMs, shivizMegabytes: log.length / 1024 / 1024 },
  };
}

/** The recommended configuration for a minute, with so many sends and the death of a leader in the middle. */
function busy(sends: number): Scenario {
  const scenario = recommendedScenario();
  scenario.durationUs = 62_000_000;
  for (const producer of scenario.workload.producers) {
    producer.count = sends / scenario.workload.producers.length;
    producer.everyUs = Math.floor(60_000_000 / producer.count);
  }
  scenario.faults.push({ id: 'crash', kind: 'kill', target: 'leader of orders-0', atUs: 30_000_000, forUs: 10_000_000 });
  return scenario;
}
