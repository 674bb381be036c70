/**
 * The folder of one run, as a user of Jepsen expects it: the scenario that reproduces it, what clients saw, the results, the plots, the page, a log, and the same
 * run for other viewers. Names and contents; writing them is the command line's.
 */
import type { RecordedEvent } from '../../engine/events.js';
import { formatScenario } from '../../scenario/format.js';
import { standaloneSvg } from '../charts/standaloneSvg.js';
import { chromeTrace } from '../exports/chromeTrace.js';
import { shivizLog } from '../exports/shiviz.js';
import { historyText } from '../jepsen/writeHistory.js';
import { runPage } from '../page/runPage.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { RunReport } from '../RunReport.js';
import { runLog } from './runLog.js';
import { resultsEdn, resultsJson } from './runResults.js';

/** Events kept around the failure in runs that are too long to keep whole. */
const EVENTS_KEPT = 20_000;
const EVENTS_BEFORE = 3_000;
/** Messages up to which the run is also kept for other viewers. */
const MESSAGES_EXPORTED = 10_000;
const EVENTS_AFTER = 300;

export function resultsFolder(report: RunReport): [name: string, text: string][] {
  const { run, yaml, original, ops, charts } = report;
  return [
    ['scenario.yaml', yaml],
    ...(original === null ? [] : [['original.yaml', formatScenario(original)] as [string, string]]),
    ['results.edn', resultsEdn(report)],
    ['results.json', resultsJson(report)],
    ['history.edn', historyText(ops, 'edn')],
    ['history.jsonl', historyText(ops, 'jsonl')],
    [
      'events.jsonl',
      eventsKept(report)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    ],
    ...charts.map((chart): [string, string] => [`plots/${chart.id}.svg`, standaloneSvg(chart)]),
    ...exportsOf(run),
    ['trialrun.log', runLog(report)],
    ['index.html', runPage(report)],
  ];
}

/** For short runs, such as shrunk ones: nobody opens a million messages in a viewer, and `--trace` and `--shiviz` write them for whoever does. */
function exportsOf(run: RecordedRun): [name: string, text: string][] {
  if (run.traffic.messages.length > MESSAGES_EXPORTED) return [];
  return [
    ['trace.json', chromeTrace(run)],
    ['shiviz.log', shivizLog(run)],
  ];
}

function eventsKept({ run, failure }: RunReport): readonly RecordedEvent[] {
  const { events, result } = run;
  if (events.length <= EVENTS_KEPT) return events;
  const timeUs = failure?.finding.timeUs ?? result.liveness.healedUs;
  const own = failure?.finding.eventIndex ?? -1;
  const index = own >= 0 ? own : events.findIndex((event) => event.timeUs >= timeUs);
  const at = index < 0 ? events.length : index;
  return events.slice(Math.max(0, at - EVENTS_BEFORE), at + EVENTS_AFTER);
}
