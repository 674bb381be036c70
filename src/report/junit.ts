/** A check as JUnit XML, for CI servers: one test case per guarantee and class of faults. */
import type { CampaignCell, CampaignRow } from '../explore/campaign.js';
import type { CheckReport, FailureReport } from './checkReport.js';
import { markup, type Markup } from './markup.js';
import { secondsText } from './numbers.js';

/** Where in a CI server's tree the cases appear. */
const SUITE = 'trialrun check';

export function checkJunit(report: CheckReport): string {
  const cases = report.rows.flatMap((row) => row.cells.map((cell) => testCase(report, row, cell)));
  const problems = [
    ...report.lost.map(({ seed, fate, detail }) => problemCase(`seed ${seed} ${fate}`, detail)),
    ...nondeterminism(report),
    ...(report.missing === null ? [] : [problemCase(`${report.missing.count} seeds missing`, report.missing.ranges.join(', '))]),
    ...invariants(report),
  ];
  const all = [...cases, ...problems];
  const count = (outcome: Case['outcome']): number => all.filter((one) => one.outcome === outcome).length;
  const numbers = markup`tests="${all.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${report.seconds.toFixed(3)}"`;
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="trialrun" ${numbers}>
  <testsuite name="${SUITE}" ${numbers}>
    <properties>${report.configuration.map(
      ([subject, text]) => markup`
      <property name="${subject}" value="${text}"/>`,
    )}
    </properties>
${all.map(({ markup }) => markup)}  </testsuite>
</testsuites>`.text;
}

interface Case {
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  readonly markup: Markup;
}

function testCase(report: CheckReport, { guarantee }: CampaignRow, cell: CampaignCell): Case {
  const name = `${guarantee} under ${cell.faultClass}`;
  if (cell.status === 'held') return { outcome: 'passed', markup: element(guarantee, name, null) };
  if (cell.status === 'violated' && cell.required) {
    const failure = report.failures.find(
      (one) => one.guarantee === guarantee && (one.classes as readonly string[]).includes(cell.faultClass),
    );
    const message = `violated in ${cell.violated} of ${cell.seeds} seeds`;
    return {
      outcome: 'failure',
      markup: element(
        guarantee,
        name,
        markup`<failure type="${guarantee}" message="${message}">${failure === undefined ? '' : story(failure)}</failure>`,
      ),
    };
  }
  const why =
    cell.status === 'not promised'
      ? `not promised: ${cell.promise.because}`
      : cell.status === 'violated'
        ? 'violated, but not required'
        : 'not put to the test';
  return { outcome: 'skipped', markup: element(guarantee, name, markup`<skipped message="${why}"/>`) };
}

function element(className: string, name: string, content: Markup | null): Markup {
  const start = markup`    <testcase classname="${SUITE}.${className}" name="${name}"`;
  return content === null ? markup`${start}/>\n` : markup`${start}>${content}</testcase>\n`;
}

function problemCase(name: string, detail: string): Case {
  return { outcome: 'error', markup: element('trials', name, markup`<error message="${name}">${detail}</error>`) };
}

function nondeterminism({ nondeterminism: found }: CheckReport): Case[] {
  return found === null
    ? []
    : [problemCase(`seed ${found.seed} is not deterministic`, `${found.hashes.join(' and ')}\n${found.divergence}`)];
}

/** A broken invariant has no row of its own. */
function invariants({ failures }: CheckReport): Case[] {
  return failures
    .filter(({ guarantee, required }) => required && guarantee.startsWith('invariant/'))
    .map((failure) => ({
      outcome: 'failure',
      markup: element(
        'invariants',
        failure.guarantee,
        markup`<failure type="${failure.guarantee}" message="${failure.headline}">${story(failure)}</failure>`,
      ),
    }));
}

function story({ headline, story: sentences, replayCommand, page }: FailureReport): string {
  return [headline, ...sentences.map(({ timeUs, text }) => `${secondsText(timeUs, 6)}  ${text}`), `page: ${page}`, replayCommand].join(
    '\n',
  );
}
