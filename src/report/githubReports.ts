/** A check or a run for GitHub Actions: one annotation for each guarantee that failed, and the verdict table for the summary of the job. */
import { lackingText } from './lacking.js';
import { headline } from './caseFile.js';
import type { CheckReport, FailureReport } from './checkReport.js';
import { faultTexts } from './faultTexts.js';
import { annotationText, inMarkdown, markdownTable, type Annotation } from './github.js';
import { counted, listed, secondsText } from './numbers.js';
import type { RunReport } from './RunReport.js';

/** One thing that went wrong, as both say it. */
interface Trouble extends Pick<Annotation, 'level'> {
  readonly title: string;
  /** Lines. */
  readonly story: readonly string[];
  /** Empty where it cannot be run again. */
  readonly replayCommand: string;
}

// ---------------------------------------------------------------- checks

export function checkAnnotations(report: CheckReport): string[] {
  return checkTroubles(report).map(annotationOf);
}

export function checkMarkdown(report: CheckReport): string {
  const { rows, configuration, tried, verdict } = report;
  const classes = rows[0]?.cells.map(({ faultClass }) => faultClass) ?? [];
  const table = rows.map(({ guarantee, required, cells }) => [
    `${guarantee}${required ? '' : ' (not required)'}`,
    ...cells.map(({ status }) => status),
  ]);
  return markdown(
    `A Kafka configuration on trial: ${verdict}`,
    [
      ...configuration.map(([subject, text]) => `* **${inMarkdown(subject)}**: ${inMarkdown(text)}`),
      '',
      `${counted(tried, 'seed')} tried.`,
      '',
      ...markdownTable(['guarantee', ...classes], table),
    ],
    checkTroubles(report),
  );
}

function checkTroubles({ failures, lost, nondeterminism, verdict, missing }: CheckReport): Trouble[] {
  return [
    ...failures.filter(({ required }) => required).map(failureTrouble),
    ...(nondeterminism === null
      ? []
      : [
          { title: `Seed ${nondeterminism.seed} gave two different runs`, story: nondeterminism.divergence.split('\n'), replayCommand: '' },
        ]),
    ...lost.map(({ seed, fate, detail, replayCommand }) => ({ title: `Seed ${seed} ${fate}`, story: [detail], replayCommand })),
    ...(verdict === 'inconclusive' || verdict === 'incomplete'
      ? [{ level: 'warning' as const, title: `Verdict: ${verdict}`, story: [whyOpen(missing)], replayCommand: '' }]
      : []),
  ];
}

function whyOpen(missing: CheckReport['missing']): string {
  return missing === null
    ? 'Nothing was violated, but not every required guarantee was put to the test under every class of faults.'
    : `${counted(missing.count, 'seed')} of the campaign missing: ${missing.ranges.join(', ')}.`;
}

function failureTrouble({
  guarantee,
  classes,
  headline: gist,
  faults,
  story,
  because,
  source,
  remedy,
  page,
  replayCommand,
}: FailureReport): Trouble {
  return {
    title: `${guarantee} violated${classes.length === 0 ? '' : ` under ${listed(classes)}`}: ${gist}`,
    story: [...storyLines(faults, story), ...adviceLines(because, source, remedy), ...(page === '' ? [] : [`Page: ${page}`])],
    replayCommand,
  };
}

// ---------------------------------------------------------------- runs

/** @param page where the run was saved; empty: nowhere. */
export function runAnnotations(report: RunReport, page: string): string[] {
  return runTroubles(report, page).map(annotationOf);
}

/** @param page where the run was saved; empty: nowhere. */
export function runMarkdown(report: RunReport, page: string): string {
  const { scenario, result } = report.run;
  const table = result.judgement.guarantees.map(({ name, verdict, detail }) => [
    `${name}${scenario.require.includes(name) ? '' : ' (not required)'}`,
    verdict,
    detail,
  ]);
  const about = [
    `Kafka ${scenario.release}, seed ${inMarkdown(scenario.seed)}, hash ${result.hash}.`,
    '',
    ...markdownTable(['guarantee', 'verdict', 'what was judged'], table),
  ];
  return markdown(`${scenario.title === '' ? scenario.name : scenario.title}: ${report.verdict}`, about, runTroubles(report, page));
}

function runTroubles({ run, verdict, failure, replayCommand }: RunReport, page: string): Trouble[] {
  const { scenario, result } = run;
  if (verdict === 'unknown') {
    const lacking = lackingText(result.judgement, scenario.require);
    return [{ level: 'warning', title: `${scenario.name}: not put to the test`, story: [lacking], replayCommand: '' }];
  }
  if (verdict === 'held' || failure === null) return [];
  const { because, source, remedy } = failure;
  const story = [
    ...storyLines(faultTexts(run), failure.story),
    ...adviceLines(because, source, remedy),
    ...(page === '' ? [] : [`Page: ${page}`]),
  ];
  return [{ title: `${failure.finding.guarantee} violated: ${headline(failure)}`, story, replayCommand: page === '' ? '' : replayCommand }];
}

// ---------------------------------------------------------------- both

function storyLines(faults: readonly string[], story: readonly { readonly timeUs: number; readonly text: string }[]): string[] {
  return [
    faults.length === 0 ? 'It takes no fault.' : `It takes ${counted(faults.length, 'fault')}: ${faults.join('; ')}.`,
    ...story.map(({ timeUs, text }) => `${secondsText(timeUs, 6)}  ${text}`),
  ];
}

function adviceLines(because: string, source: string, remedy: string): string[] {
  return [...(because === '' ? [] : [`Why: ${because} (${source}).`]), ...(remedy === '' ? [] : [`Remedy: ${remedy}`])];
}

function annotationOf({ level = 'error', title, story, replayCommand }: Trouble): string {
  return annotationText({ level, title, message: [...story, ...(replayCommand === '' ? [] : [`Replay: ${replayCommand}`])].join('\n') });
}

function markdown(title: string, body: readonly string[], troubles: readonly Trouble[]): string {
  const told = troubles.flatMap(({ title: what, story, replayCommand }) => [
    '',
    `### ${inMarkdown(what)}`,
    '',
    ...story.map((line) => `* ${inMarkdown(line)}`),
    ...(replayCommand === '' ? [] : ['', '````sh', replayCommand, '````']),
  ]);
  return [`## ${inMarkdown(title)}`, '', ...body, ...told, ''].join('\n');
}
