/**
 * A check for the terminal. Written for somebody who sees it for the first time: what was on trial, the answer in one table, what the answer rests on,
 * then each failure as a story with the command that shows it again.
 */
import type { CampaignCell, CampaignRow } from '../explore/campaign.js';
import type { CheckReport, CheckVerdict, FailureReport, LostSeedReport, MissingSeeds } from './checkReport.js';
import { counted, grouped, listed, secondsText } from './numbers.js';
import { padded, textTable, visibleWidth, wrapped, type Paint } from './textTable.js';

export function checkText(report: CheckReport, paint: Paint, width: number): string[] {
  return [
    ...onTrial(report, paint, width),
    '',
    ...table(report, paint, width),
    '',
    ...exercised(report, paint, width),
    ...report.failures.filter(({ required }) => required).flatMap((failure, i) => ['', ...failureText(failure, i === 0, paint, width)]),
    // A shard tells no stories: those come with the verdict.
    ...(report.shard === null ? optional(report, paint, width) : []),
    ...troubles(report, paint, width),
    ...missingText(report.missing, paint, width),
    '',
    ...conclusion(report, paint, width),
  ];
}

function onTrial({ configuration, remarks, notModelled }: CheckReport, paint: Paint, width: number): string[] {
  const subjectWidth = Math.max(...configuration.map(([subject]) => subject.length)) + 2;
  const indent = ' '.repeat(2 + subjectWidth);
  const lines = configuration.flatMap(([subject, text]) => wrapped(text, width, indent, `  ${padded(paint.faint(subject), subjectWidth)}`));
  const notes = remarks.flatMap((remark) => wrapped(remark, width, '    ', `  ${paint.doubtful('!')} `));
  return [paint.strong('On trial'), ...lines, ...notes, ...ignored(notModelled, paint, width)];
}

/** By reason, since a real properties file has dozens of them. */
function ignored(notModelled: CheckReport['notModelled'], paint: Paint, width: number): string[] {
  if (notModelled.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of notModelled) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [
    ...wrapped(`Set, but without effect on the simulation (${notModelled.length}):`, width, '  ').map((line) => paint.doubtful(line)),
    ...[...byReason].flatMap(([reason, names]) =>
      wrapped(`${[...new Set(names)].join(', ')}: ${paint.faint(reason)}`, width, '      ', '    '),
    ),
  ];
}

function table({ rows, requiredClasses, requiredGuarantees }: CheckReport, paint: Paint, width: number): string[] {
  const isRequired = (name: string): boolean => (requiredClasses as readonly string[]).includes(name);
  // Without faults there is nothing to survive: that column is shown only if something failed there.
  const shown = ({ cells }: CampaignRow): CampaignCell[] =>
    cells.filter(({ faultClass }, i) => faultClass !== 'none' || rows.some((row) => row.required && row.cells[i]?.status === 'violated'));
  const [first] = rows;
  const classes = first === undefined ? [] : shown(first).map(({ faultClass }) => faultClass);
  const head = ['', ...classes.map((name) => (isRequired(name) || name === 'none' ? name : paint.faint(name)))];
  const body = rows.map((row) => [
    row.required ? row.guarantee : paint.faint(row.guarantee),
    ...shown(row).map((cell) => cellText(row, cell, paint)),
  ]);
  const legend = [
    '– not promised by this configuration; broken: not promised, and it happens',
    'unknown: not put to the test',
    `the exit code follows ${listed(requiredGuarantees)} under ${classesText(
      classes.filter((name) => name !== 'none'),
      isRequired,
    )} (--require)`,
  ];
  return [
    paint.strong('Verdict'),
    ...fitting([head, ...body], width),
    ...wrapped(legend.join('; '), width, '  ').map((line) => paint.faint(line)),
  ];
}

/** The shorter way of saying which classes decide. */
function classesText(classes: readonly string[], isRequired: (name: string) => boolean): string {
  const required = classes.filter(isRequired);
  const others = classes.filter((name) => !isRequired(name));
  if (others.length === 0) return 'every class';
  return required.length <= others.length ? listed(required) : `every class but ${listed(others)}`;
}

/** The table; where the width is too small for it, its columns in blocks of about the same size below each other. */
function fitting(rows: readonly (readonly string[])[], width: number): string[] {
  const columns = (rows[0]?.length ?? 1) - 1;
  for (let blocks = 1; ; blocks++) {
    const size = Math.ceil(columns / blocks);
    const tables = Array.from({ length: Math.ceil(columns / size) }, (_, i) =>
      textTable(
        rows.map(([name = '', ...cells]) => [name, ...cells.slice(i * size, (i + 1) * size)]),
        '  ',
      ),
    );
    if (size <= 1 || tables.flat().every((line) => visibleWidth(line) <= width))
      return tables.flatMap((table, i) => (i === 0 ? table : ['', ...table]));
  }
}

function cellText({ required }: CampaignRow, cell: CampaignCell, paint: Paint): string {
  switch (cell.status) {
    case 'held':
      return required ? paint.good('held') : paint.faint('held');
    case 'violated':
      if (cell.required) return paint.bad('VIOLATED');
      return cell.promise.promised ? paint.bad('violated') : required ? paint.doubtful('violated') : paint.faint('broken');
    case 'not promised':
      return paint.faint('–');
    case 'unknown':
      return required ? paint.doubtful('unknown') : paint.faint('unknown');
  }
}

/** What the verdict rests on, line by line. */
export function exercisedFacts(report: CheckReport): string[] {
  const { premises, faults, tried, seconds, workers, events, repeated } = report;
  const total = faults.reduce((sum, [, count]) => sum + count, 0);
  const rate = tried / Math.max(0.001, seconds);
  return [
    `${counted(tried, 'seed')} from ${report.firstSeed} on${report.shard === null ? '' : `, shard ${report.shard}`} (${rate.toFixed(0)} a second, ${counted(workers, 'worker')}), ${grouped(events)} events`,
    `${counted(premises.acknowledgedSends, 'send')} acknowledged, ${grouped(premises.acknowledgedBeforeLeaderChange)} of them before their partition's leader changed`,
    `${counted(premises.leaderChanges, 'leader change')}, ${counted(premises.truncations, 'truncation')} (${counted(premises.truncatedRecords, 'record')}), ${counted(premises.isrShrinks, 'ISR shrink')}, ${counted(premises.brokerRestarts, 'broker restart')}, ${counted(premises.controllerElections, 'new controller')}`,
    ...applicationFacts(premises),
    `${counted(total, 'fault')}: ${faults.map(([kind, count]) => `${kind} ${grouped(count)}`).join(', ')}`,
    ...(repeated > 0 ? [`${counted(repeated, 'seed')} run twice with the same hash`] : []),
  ];
}

function exercised(report: CheckReport, paint: Paint, width: number): string[] {
  return [paint.strong('What was exercised'), ...exercisedFacts(report).flatMap((fact) => wrapped(fact, width, '    ', '  '))];
}

/** What groups and transactions did, where there were any. */
function applicationFacts(premises: CheckReport['premises']): string[] {
  const { transactionsCommitted, transactionsAborted, recordsProcessed, commitsAcknowledged, partitionsTakenOver, coordinatorChanges } =
    premises;
  const failovers = coordinatorChanges === 0 ? '' : `, ${counted(coordinatorChanges, 'new coordinator')}`;
  return [
    ...(transactionsCommitted + transactionsAborted > 0
      ? [`${counted(transactionsCommitted, 'transaction')} committed, ${grouped(transactionsAborted)} aborted`]
      : []),
    ...(recordsProcessed > 0
      ? [
          `${counted(recordsProcessed, 'record')} processed by groups, ${counted(commitsAcknowledged, 'commit')} acknowledged, ` +
            `${counted(partitionsTakenOver, 'change')} of owner${failovers}`,
        ]
      : []),
  ];
}

/** A failure in full, or only its gist and where its page is. */
export function failureText(failure: FailureReport, inFull: boolean, paint: Paint, width: number): string[] {
  const title = `${paint.bad('✗')} ${paint.strong(failure.guarantee)} ${paint.bad('violated')}${failure.classes.length === 0 ? ' without any fault' : ` under ${listed(failure.classes)}`}`;
  return [title, ...failureBody(failure, inFull, paint, width)];
}

const MOST_SENTENCES = 18;

function failureBody(failure: FailureReport, inFull: boolean, paint: Paint, width: number): string[] {
  const { headline, faults, faultsBefore, because, source, remedy, hash, page, replayCommand } = failure;
  const shrunk = faultsBefore > faults.length ? ` (seed ${failure.seed} had ${faultsBefore})` : ` (seed ${failure.seed})`;
  const sites = failure.sites === undefined || failure.sites.length === 0 ? '' : ` Buggify sites: ${failure.sites.join('; ')}.`;
  const cause = `${faults.length === 0 ? `No fault is needed${shrunk}.` : `${faultsText(failure)}${shrunk}${listOf(faults)}.`}${sites}`;
  const why = because === '' ? [] : wrapped(`Why: ${because} (${source}).`, width, '       ', '  ');
  const prevention = remedy === '' ? [] : wrapped(`${paint.good('Remedy:')} ${remedy}`, width, '          ', '  ');
  return [
    ...wrapped(`${headline}. ${cause}`, width, '  '),
    ...(failure.shape === undefined ? [] : wrapped(`Shape: ${failure.shape}.`, width, '         ', '  ')),
    ...(inFull ? ['', ...storyLines(failure, paint, width), '', ...why, ...prevention] : []),
    ...(page === '' ? [] : [`  Page:   ${page}`, `  Replay: ${paint.strong(replayCommand)}`]),
    ...(inFull ? [paint.faint(`          hash ${hash}`)] : []),
  ];
}

/** What was not made small (somebody interrupted, say) need not take all of its faults. */
function faultsText({ faults, shrinkRuns }: FailureReport): string {
  const many = counted(faults.length, 'fault');
  return shrinkRuns === 0 ? `It was seen with ${many}, perhaps more than it takes` : `It takes ${many}`;
}

const MOST_FAULTS_LISTED = 5;

function listOf(faults: readonly string[]): string {
  return faults.length > MOST_FAULTS_LISTED ? ', which the page lists' : `: ${faults.join('; ')}`;
}

/** The beginning and the end of the biography. */
function storyLines({ story }: FailureReport, paint: Paint, width: number): string[] {
  const head = story.slice(0, Math.ceil(MOST_SENTENCES / 2));
  const tail = story.slice(Math.max(head.length, story.length - Math.floor(MOST_SENTENCES / 2)));
  const left = story.length - head.length - tail.length;
  const sentence = ({ timeUs, text }: FailureReport['story'][number]): string[] =>
    wrapped(text, width, ' '.repeat(17), `  ${paint.faint(secondsText(timeUs, 6).padStart(13))}  `);
  const omitted = left > 0 ? [paint.faint(`${' '.repeat(17)}… ${counted(left, 'sentence')} more on the page …`)] : [];
  return [...head.flatMap(sentence), ...omitted, ...tail.flatMap(sentence)];
}

/** What the required classes do not cover, in a few lines: the title of the story and what removes it. */
function optional(report: CheckReport, paint: Paint, width: number): string[] {
  const { failures, rows, requiredClasses, requiredGuarantees } = report;
  const others = failures.filter(({ required }) => !required);
  const isAsked = ({ guarantee }: FailureReport): boolean => (requiredGuarantees as readonly string[]).includes(guarantee);
  const beyond = others.find(isAsked);
  const unpromised = others.find((failure) => !isAsked(failure));
  return [
    ...(unpromised === undefined
      ? []
      : optionalText(unpromised, `Not promised, and it happens: ${unpromised.guarantee}`, report, paint, width)),
    ...(beyond === undefined
      ? nothingOptional(rows, requiredClasses, paint, width)
      : optionalText(
          beyond,
          `What ${beyond.classes.join() === 'power-loss' ? 'power loss' : listed(beyond.classes)} can still do`,
          report,
          paint,
          width,
        )),
  ];
}

function optionalText(failure: FailureReport, title: string, { rows, failures }: CheckReport, paint: Paint, width: number): string[] {
  // Where nothing decides, this is the story to tell.
  const inFull = title.startsWith('Not promised') && !failures.some(({ required }) => required);
  const { headline, classes, because, source, remedy, page, replayCommand, faults } = failure;
  const cell = rows
    .find(({ guarantee }) => guarantee === failure.guarantee)
    ?.cells.find(({ faultClass }) => (classes as readonly string[]).includes(faultClass));
  const often =
    cell === undefined || cell.seeds === 0 ? '' : ` Seen in ${grouped(cell.violated)} of ${counted(cell.seeds, 'seed')} with such faults.`;
  return [
    '',
    paint.strong(title),
    ...wrapped(
      `${headline}. ${faults.length === 0 ? 'It takes no fault' : `${faultsText(failure)}${listOf(faults)}`}.${often}`,
      width,
      '  ',
    ),
    ...(inFull ? ['', ...storyLines(failure, paint, width), ''] : []),
    ...(because === '' ? [] : wrapped(`Why: ${because} (${source}).`, width, '       ', '  ')),
    ...(remedy === '' ? [] : wrapped(`${paint.good('Remedy:')} ${remedy}`, width, '          ', '  ')),
    ...(page === '' ? [] : [`  Page:   ${page}`, `  Replay: ${replayCommand}`]),
  ];
}

function nothingOptional(rows: CheckReport['rows'], required: CheckReport['requiredClasses'], paint: Paint, width: number): string[] {
  if ((required as readonly string[]).includes('power-loss')) return [];
  const loss = rows
    .find(({ guarantee }) => guarantee === 'no-acknowledged-loss')
    ?.cells.find(({ faultClass }) => faultClass === 'power-loss');
  if (loss === undefined || loss.promise.promised) return [];
  const text = `None of these seeds showed a loss, but none is excluded: ${loss.promise.because} (${loss.promise.source}). Remedy: ${loss.promise.remedy}`;
  return ['', paint.strong('What power loss can still do'), ...wrapped(text, width, '  ')];
}

/** What became of a seed that never came back. */
export const FATES: { readonly [F in LostSeedReport['fate']]: string } = {
  hung: 'hung',
  crashed: 'crashed its worker',
  'out of memory': 'ran out of memory',
};
const MOST_LOST = 10;

function troubles({ lost, nondeterminism }: CheckReport, paint: Paint, width: number): string[] {
  const seeds = lost
    .slice(0, MOST_LOST)
    .flatMap(({ seed, fate, detail, repeated, replayCommand }) => [
      ...wrapped(`${paint.bad('!')} seed ${seed} ${FATES[fate]}${repeated ? ' in its second run' : ''}: ${detail}`, width, '    ', '  '),
      `    ${replayCommand}`,
    ]);
  if (lost.length > MOST_LOST) seeds.push(`  … and ${grouped(lost.length - MOST_LOST)} more; --format json lists them`);
  const unlike =
    nondeterminism === null
      ? []
      : [
          `  ${paint.bad('!')} seed ${nondeterminism.seed} gave two different runs: ${nondeterminism.hashes.join(' and ')}`,
          ...nondeterminism.divergence.split('\n').map((line) => `    ${line}`),
        ];
  return seeds.length + unlike.length === 0 ? [] : ['', paint.strong('Defects of Trialrun'), ...unlike, ...seeds];
}

function missingText(missing: MissingSeeds | null, paint: Paint, width: number): string[] {
  if (missing === null) return [];
  const { count, ranges, shards } = missing;
  const of = shards.length === 0 ? '' : ` (of ${shards.length === 1 ? 'shard' : 'shards'} ${listed(shards)})`;
  return [
    '',
    paint.strong('Missing'),
    ...wrapped(`${counted(count, 'seed')} that nobody tried${of}: ${ranges.join(', ')}`, width, '    ', '  '),
  ];
}

/** Verdicts in capitals, for a last line. */
export const WORDS: { readonly [V in CheckVerdict]: string } = {
  held: 'HELD',
  violated: 'VIOLATED',
  inconclusive: 'INCONCLUSIVE',
  nondeterministic: 'NOT DETERMINISTIC',
  failed: 'INTERNAL ERROR',
  interrupted: 'INTERRUPTED',
  collected: 'COLLECTED',
  incomplete: 'INCOMPLETE',
};

function conclusion(report: CheckReport, paint: Paint, width: number): string[] {
  const { verdict, exitCode } = report;
  const colour = verdict === 'held' ? paint.good : verdict === 'violated' ? paint.bad : paint.doubtful;
  return wrapped(`${colour(paint.strong(WORDS[verdict]))}  ${explanation(report)} ${paint.faint(`(exit ${exitCode})`)}`, width);
}

/** Every scenario that the strategy has was tried; that is more than evidence, of that much and no more. */
function exhaustedText({ strategy: { size }, tried, firstSeed }: CheckReport): string {
  if (size === null || firstSeed > 1 || tried < size) return '';
  return `Exhausted: all ${grouped(size)} scenarios of the space were tried. `;
}

/** What the verdict means, in a sentence or two. */
export function explanation(report: CheckReport): string {
  const { verdict, tried, asked, shard, stoppedEarly, failures, rows, remarks, missing } = report;
  const exhausted = exhaustedText(report);
  switch (verdict) {
    case 'held':
      if (exhausted !== '')
        return `${exhausted}Every required guarantee held in each. Of other faults, times and worlds that says nothing.`;
      return `Every required guarantee held in ${counted(tried, 'seed')}. That is evidence, not proof: other seeds may show more.`;
    case 'violated': {
      // The table knows more than the few failures that are told.
      const inTable = rows.filter(({ cells }) => cells.some(({ status, required }) => status === 'violated' && required));
      const told = failures.filter(({ required }) => required);
      const names = [...new Set([...inTable, ...told].map(({ guarantee }) => guarantee))];
      return `${exhausted}This configuration violates ${listed(names)}.${stoppedEarly ? ` Stopped after ${counted(tried, 'seed')}: that is evidence enough.` : ''}`;
    }
    case 'inconclusive': {
      const open = rows.flatMap(({ guarantee, cells }) =>
        cells.filter((cell) => cell.required && cell.faultClass !== 'none' && cell.status !== 'held').map((cell) => ({ guarantee, cell })),
      );
      const [first] = open;
      if (exhausted !== '') return `${exhausted}Nothing was violated, but not everything was exercised.`;
      if (first === undefined) return 'Nothing was violated, but not everything was exercised.';
      const what = `${first.guarantee} under ${first.cell.faultClass}`;
      if (first.cell.status === 'not promised')
        return `No violation was found, but ${what} is not promised: ${first.cell.promise.because}. Remedy: ${first.cell.promise.remedy}`;
      return `Nothing was violated, but ${counted(open.length, 'verdict')} (such as ${what}) could not be put to the test: ${remarks.length > 0 ? 'try more seeds, or see the remarks at the top' : 'try more seeds'}.`;
    }
    case 'nondeterministic':
      return 'The same seed gave two different runs, so nothing here can be relied on. Please report it.';
    case 'failed':
      return 'Some seeds brought no result; each is named with its replay command. Please report them.';
    case 'collected':
      return `Shard ${shard ?? ''} is done: ${counted(tried, 'seed')}. The verdict comes with the other shards, from trialrun merge.`;
    case 'incomplete':
      return `Nothing was violated so far, but ${counted(missing?.count ?? 0, 'seed')} of the campaign ${missing?.count === 1 ? 'is' : 'are'} missing.`;
    case 'interrupted':
      return `Stopped after ${counted(tried, 'seed')}${asked === null ? '' : ` of ${grouped(asked)}`}; what was found so far is above and saved.`;
  }
}
