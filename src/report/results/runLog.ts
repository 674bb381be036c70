/** The log of a run: verdicts first, the biography of what went wrong, then everything notable as a timeline of fixed width. Plain text. */
import { caseText } from '../terminal/caseText.js';
import { columnTimeline } from '../terminal/columnTimeline.js';
import type { RunReport } from '../RunReport.js';
import { runText } from '../runText.js';
import { plainPaint } from '../textTable.js';

const WIDTH = 120;

export function runLog(report: RunReport): string {
  const { run, failure, version, replayCommand } = report;
  const { scenario, result } = run;
  const lines = [
    `Trialrun ${version}: ${scenario.title === '' ? scenario.name : scenario.title}`,
    `Kafka ${scenario.release}, seed ${scenario.seed}, hash ${result.hash}`,
    `Replay: ${replayCommand}`,
    '',
    ...runText({ ...result, required: scenario.require }, plainPaint, WIDTH),
    ...(failure === null ? [] : ['', ...caseText(failure, plainPaint, WIDTH)]),
    '',
    ...columnTimeline(run, null, plainPaint, WIDTH, Infinity),
  ];
  return `${lines.join('\n')}\n`;
}
