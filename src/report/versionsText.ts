/** A counterexample under every release, for the terminal: where it fails and where it holds, and the flag that makes the difference. */
import { SHIFT_US } from '../explore/perturb.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import { wilson } from '../explore/statistics.js';
import {
  isWhole,
  type DifferenceRow,
  type Effect,
  type Fared,
  type FlagRow,
  type ReleaseRow,
  type Transition,
  type VersionsAnswer,
} from '../explore/versions/versions.js';
import { countText, intervalText } from './counts.js';
import { counted, listed } from './numbers.js';
import { textTable, wrapped, type Paint } from './textTable.js';

export interface VersionsReport extends VersionsAnswer {
  readonly name: string;
  readonly title: string;
  readonly target: ShrinkTarget;
  /** Of the scenario. */
  readonly release: string;
  /** What has to be changed in the scenario for the failure to show; `as written` when nothing has to be. */
  readonly shownBy: string;
  readonly runsEach: number;
  /** Why it ended early; empty when it did not. */
  readonly cutShort: string;
}

export function versionsText(report: VersionsReport, paint: Paint, width: number): string[] {
  const { name, title, target, shownBy, runsEach, cutShort, runs, transitions } = report;
  const shown = shownBy === 'as written' ? '' : ` As it is written it holds; it is shown by ${shownBy}.`;
  return [
    paint.strong(title === '' ? name : title),
    ...wrapped(
      `${paint.bad(target.guarantee)} (${target.kind}), ${counted(runsEach, 'run')} under each release: the scenario as written, and the same faults with other seeds and moved by up to ${SHIFT_US / 1000} ms.${shown}`,
      width,
    ),
    '',
    ...releaseTable(report, paint),
    ...transitions.flatMap((transition) => ['', ...transitionText(transition, paint, width)]),
    '',
    ...singleText(report, paint, width),
    '',
    ...conclusion(report, paint, width),
    ...(cutShort === '' ? [] : ['', ...wrapped(`${paint.doubtful('Cut short:')} ${cutShort}`, width, '  ', '')]),
    paint.faint(counted(runs, 'run')),
  ];
}

function releaseTable({ rows }: VersionsReport, paint: Paint): string[] {
  const head = ['Kafka', 'fails in', '95 %', 'as written', ''].map((cell) => paint.faint(cell));
  return textTable([head, ...rows.map((row) => releaseCells(row, paint))], '  ');
}

function releaseCells(row: ReleaseRow, paint: Paint): string[] {
  const { release, written, refusal, count, otherwise } = row;
  const name = written ? `${release} *` : release;
  if (refusal !== '') return [name, paint.faint('–'), '', paint.faint(refusal)];
  if (count.runs === 0) return [name, paint.faint('not tried'), '', ''];
  const many = count.failures === 0 ? paint.good(countText(count)) : paint.bad(countText(count));
  const others = otherwise > 0 ? paint.faint(`(${otherwise} more in another way)`) : '';
  return [name, many, intervalText(wilson(count.failures, count.runs)), outcomeText(row, paint), others];
}

function outcomeText({ asWritten }: Fared, paint: Paint): string {
  if (asWritten === null) return '–';
  return asWritten ? paint.bad('violated') : paint.good('held');
}

const effectTexts: Readonly<Record<Effect, string>> = {
  all: 'makes the difference',
  part: 'a part of it',
  written: 'makes it in the run as written',
  none: '',
  refused: 'refused',
};

function transitionText(transition: Transition, paint: Paint, width: number): string[] {
  const { older, newer, evidence, rows, sets } = transition;
  const doubt = evidence === 'counts' ? '' : ' Only the run as written says so, the counts may be chance: --runs tries more.';
  const title = `From ${older.release} (${countText(older.count)} fail) to ${newer.release} (${countText(newer.count)} fail).${doubt}`;
  const told = rows.filter(({ onOlder, onNewer }) => [onOlder.effect, onNewer.effect].some((effect) => effect !== 'none'));
  const head = ['changed alone', `in ${older.release} to the newer value`, `in ${newer.release} to the older value`].map((cell) =>
    paint.faint(cell),
  );
  const rest = rows.length - told.length;
  return [
    ...wrapped(paint.strong(title), width),
    ...(told.length === 0
      ? []
      : textTable([head, ...told.map((row) => [differenceText(row), effectCell(row.onOlder), effectCell(row.onNewer)])], '  ')),
    ...(rest > 0
      ? [paint.faint(`  ${told.length === 0 ? '' : 'the other '}${counted(rest, 'difference')} between them: no effect alone`)]
      : []),
    ...sets.flatMap(({ side, differences, fared }) =>
      wrapped(
        `In ${side === 'older' ? older.release : newer.release} it takes ${listed(differences.map(({ name }) => name))} together (then ${countText(fared.count)} fail).`,
        width,
        '  ',
      ),
    ),
  ];
}

function differenceText({ difference: { name, kind, older, newer } }: DifferenceRow): string {
  return `${kind === 'default' ? 'default of ' : ''}${name}: ${String(older)} → ${String(newer)}`;
}

function effectCell(fared: DifferenceRow['onOlder']): string {
  if (fared.refusal !== '') return `refused (${fared.refusal})`;
  const effect = effectTexts[fared.effect];
  return `${countText(fared.count)} fail${effect === '' ? '' : `: ${effect}`}`;
}

function singleText({ written, flags, flagsTried, release }: VersionsReport, paint: Paint, width: number): string[] {
  if (written.asWritten === null) return [];
  const title = `Single flags in ${release}, as written (${countText(written.count)} fail; ${counted(flagsTried, 'flag')} tried)`;
  if (flags.length === 0) return wrapped(`${paint.strong(title)}: none turns the outcome.`, width, '  ', '');
  const rows = flags.map((flag) => [flagText(flag), `${countText(flag.count)} fail`, outcomeText(flag, paint)]);
  return [...wrapped(paint.strong(title), width), ...textTable(rows, '  ')];
}

function flagText({ name, value }: Pick<FlagRow, 'name' | 'value'>): string {
  return `${name}=${String(value)}`;
}

/** One sentence that somebody can act upon. */
function conclusion({ rows, transitions, flags, written }: VersionsReport, paint: Paint, width: number): string[] {
  const able = rows.filter(({ count }) => count.runs > 0);
  if (able.length === 0) return ['No release could be tried.'];
  const sentences = transitions.map((transition) => versionSentence(transition));
  if (transitions.length === 0) {
    const failing = able.filter(({ count }) => count.failures > 0);
    const span = `${able[0]?.release ?? ''} to ${able.at(-1)?.release ?? ''}`;
    const what =
      failing.length === 0
        ? `It holds under every release tried (${span})`
        : failing.length === able.length
          ? `It fails under every release tried (${span})`
          : `No two neighbouring releases are unlike enough to tell them from chance (${span})`;
    const turning =
      flags.length === 0
        ? ', and no single flag makes a difference'
        : `; ${written.asWritten === true ? 'what prevents it is' : 'what keeps it so is'} ${listed(
            flags.map((flag) => (written.asWritten === true ? flagText(flag) : flag.name)),
            'or',
          )}`;
    sentences.push(`No release makes the difference. ${what}${turning}.`);
  }
  return wrapped(`${paint.strong('Answer:')} ${sentences.join(' ')}`, width);
}

/** `0.11 fixes it: truncation: high-watermark → kip-101.` */
export function versionSentence({ older, newer, rows, sets }: Transition): string {
  const whole = rows.filter(({ onOlder, onNewer }) => isWhole(onOlder.effect) || isWhole(onNewer.effect));
  // Where some make it in both directions, one that makes it in a single direction is beside the point.
  const both = whole.filter(({ onOlder, onNewer }) => isWhole(onOlder.effect) && isWhole(onNewer.effect));
  const together = sets.map(({ differences }) => `${listed(differences.map(({ name }) => name))} together`);
  const named = both.length > 0 || together.length === 0 ? (both.length > 0 ? both : whole).map((row) => differenceText(row)) : together;
  const sign = newer.count.failures * older.count.runs < older.count.failures * newer.count.runs ? 'fixes' : 'brings';
  const what = named.length === 0 ? ', by nothing that was changed alone or together' : `: ${listed(named, 'or')}`;
  return `${newer.release} ${sign} it${what}.`;
}
