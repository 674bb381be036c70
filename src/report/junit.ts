/** A check or a run as JUnit XML, for CI servers: one test case per guarantee and class of faults, or per guarantee. */
import type { CampaignCell, CampaignRow } from '../explore/campaign.js';
import type { CheckReport, FailureReport } from './checkReport.js';
import { junitText, type JunitCase } from './junitCases.js';
import { secondsText } from './numbers.js';

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

function story({ headline, story: sentences, replayCommand, page }: FailureReport): string {
  return [headline, ...sentences.map(({ timeUs, text }) => `${secondsText(timeUs, 6)}  ${text}`), `page: ${page}`, replayCommand].join(
    '\n',
  );
}
