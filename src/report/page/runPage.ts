/**
 * The page of one run: a single HTML file that needs no network and no script to be read. What was promised and broken (or kept) comes first, then the story, then
 * the evidence, then everything that is needed to run it again.
 */
import { html, type Markup } from '../markup.js';
import type { RunReport } from '../RunReport.js';
import { spaceTimeOf } from '../spaceTime/spaceTimeSection.js';
import { SPACE_TIME_SCRIPT } from '../spaceTime/spaceTimeScript.js';
import { SPACE_TIME_STYLE } from '../spaceTime/spaceTimeStyle.js';
import { anomalies } from './anomalies.js';
import { beforeAndAfter } from './beforeAndAfter.js';
import { configuration } from './configuration.js';
import { evidence } from './evidence.js';
import { exercised } from './exercised.js';
import { pageFrame } from './frame.js';
import { guarantees } from './guarantees.js';
import { header, pageHeadline } from './header.js';
import { noReturn } from './noReturn.js';
import { PAGE_SCRIPT } from './pageScript.js';
import { replay } from './replay.js';
import { storySection } from './story.js';

export function runPage(report: RunReport): string {
  const { failure, verdict, version } = report;
  const spaceTime = spaceTimeOf(report);
  const sections: [anchor: string, name: string, content: Markup | null][] = [
    ['what-happened', 'What happened', storySection(report, spaceTime)],
    ['space-time', 'What led to it', spaceTime],
    ['no-return', 'No return', noReturn(report)],
    ['shrunk', 'As shrunk', beforeAndAfter(report)],
    ['timeline', 'The whole run', evidence(report)],
    ['history', 'What clients saw', anomalies(report)],
    ['guarantees', 'Guarantees', guarantees(report)],
    ['exercised', 'Exercised', exercised(report)],
    ['configuration', 'Configuration', configuration(report)],
    ['replay', 'Run it again', replay(report)],
  ];
  const there = sections.filter(([, , content]) => content !== null);
  return pageFrame({
    title: `${verdict === 'violated' && failure !== null ? `${failure.finding.guarantee} violated` : verdict}: ${pageHeadline(report)}`,
    version,
    body: [header(report), contents(there), there.map(([, , content]) => content), footer(version)],
    style: SPACE_TIME_STYLE,
    script: PAGE_SCRIPT + SPACE_TIME_SCRIPT,
  });
}

function contents(sections: readonly (readonly [anchor: string, name: string, content: Markup | null])[]): Markup {
  return html`<nav aria-label="Sections">${sections.map(([anchor, name]) => html`<a href="#${anchor}">${name}</a> `)}</nav>`;
}

function footer(version: string): Markup {
  return html`<footer>
    <p>
      Trialrun ${version}, a deterministic simulation of Apache Kafka. A run that fails shows that a loss is possible; runs that hold do not
      show that none is.
    </p>
  </footer> `;
}
