/** A check or a run as JUnit XML, for CI servers: one test case per guarantee and class of faults, or per guarantee. */
import type { CampaignCell, CampaignRow } from '../explore/campaign.js';
import type { CheckReport, FailureReport } from './checkReport.js';
import { headline } from './caseFile.js';
import { junitText, type JunitCase } from './junitCases.js';
import { lackingText } from './lacking.js';
import { secondsText } from './numbers.js';
import type { RunReport } from './RunReport.js';

const SUITE = 'trialrun check';

export function checkJunit(report: CheckReport): string {
  const cases = report.rows.flatMap((row) => row.cells.map((cell) => cellCase(report, row, cell)));
  const problems = [
    ...report.lost.map(({ seed, fate, detail }) => problemCase(`seed ${seed} ${fate}`, detail)),
    ...nondeterminism(report),
    ...(report.missing === null ? [] : [problemCase(`${report.missing.count} seeds missing`, report.missing.ranges.join(', '))]),
    ...invariants(report),
  ];
  return junitText({ name: SUITE, seconds: report.seconds, properties: report.configuration, cases: [...cases, ...problems] });
}

function cellCase(report: CheckReport, { guarantee }: CampaignRow, cell: CampaignCell): JunitCase {
  const at = { className: `${SUITE}.${guarantee}`, name: `${guarantee} under ${cell.faultClass}` };
  if (cell.status === 'held') return { ...at, outcome: 'passed' };
  if (cell.status === 'violated' && cell.required) {
    const failure = report.failures.find(
      (one) => one.guarantee === guarantee && (one.classes as readonly string[]).includes(cell.faultClass),
    );
    const message = `violated in ${cell.violated} of ${cell.seeds} seeds`;
    return { ...at, outcome: 'failure', type: guarantee, message, body: failure === undefined ? '' : story(failure) };
  }
  const why =
    cell.status === 'not promised'
      ? `not promised: ${cell.promise.because}`
      : cell.status === 'violated'
        ? 'violated, but not required'
        : 'not put to the test';
  return { ...at, outcome: 'skipped', message: why };
}

function problemCase(name: string, detail: string): JunitCase {
  return { className: `${SUITE}.trials`, name, outcome: 'error', message: name, body: detail };
}

function nondeterminism({ nondeterminism: found }: CheckReport): JunitCase[] {
  return found === null
    ? []
    : [problemCase(`seed ${found.seed} is not deterministic`, `${found.hashes.join(' and ')}\n${found.divergence}`)];
}

/** A broken invariant has no row of its own. */
function invariants({ failures }: CheckReport): JunitCase[] {
  return failures
    .filter(({ guarantee, required }) => required && guarantee.startsWith('invariant/'))
    .map((failure) => ({
      className: `${SUITE}.invariants`,
      name: failure.guarantee,
      outcome: 'failure',
      type: failure.guarantee,
      message: failure.headline,
      body: story(failure),
    }));
}

type Told = Pick<FailureReport, 'headline' | 'story' | 'replayCommand' | 'page'>;

function story({ headline: gist, story: sentences, replayCommand, page }: Told): string {
  return [gist, ...sentences.map(({ timeUs, text }) => `${secondsText(timeUs, 6)}  ${text}`), `page: ${page}`, replayCommand].join('\n');
}

// ---------------------------------------------------------------- runs

/** @param page where the run was saved; empty: nowhere. @param seconds that it took. */
export function runJunit({ run, failure, replayCommand }: RunReport, page: string, seconds: number): string {
  const { scenario, result } = run;
  const suite = 'trialrun run';
  const cases = result.judgement.guarantees.map(({ name, verdict, detail }): JunitCase => {
    const at = { className: `${suite}.${scenario.name}`, name };
    if (verdict === 'held') return { ...at, outcome: 'passed' };
    if (verdict === 'unknown') {
      const lacking = scenario.require.includes(name) ? lackingText(result.judgement, scenario.require) : '';
      return { ...at, outcome: 'skipped', message: lacking === '' ? 'not put to the test' : `not put to the test: ${lacking}` };
    }
    if (!scenario.require.includes(name)) return { ...at, outcome: 'skipped', message: `violated, but not required: ${detail}` };
    const told = failure !== null && failure.finding.guarantee === name ? failure : null;
    const body = told === null ? detail : story({ headline: headline(told), story: told.story, replayCommand, page });
    return { ...at, outcome: 'failure', type: name, message: detail, body };
  });
  const properties: [string, string][] = [
    ['scenario', scenario.name],
    ['release', scenario.release],
    ['seed', scenario.seed],
    ['hash', result.hash],
  ];
  return junitText({ name: suite, seconds, properties, cases });
}
