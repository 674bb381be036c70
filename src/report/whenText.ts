/** The moment of no return for the terminal: the probability of the failure over the run as a chart, and in sentences what happened where it jumps. */
import { eventText, type RecordedEvent } from '../engine/events.js';
import type { RedrawRule } from '../explore/redraw.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import type { WhenAnswer, WhenPoint, WhenStep } from '../explore/when.js';
import { countText, intervalText } from './counts.js';
import { counted, secondsText } from './numbers.js';
import type { StorySentence } from './storySentence.js';
import { padded, textTable, wrapped, type Paint } from './textTable.js';

export interface WhenReport {
  readonly name: string;
  readonly title: string;
  readonly target: ShrinkTarget;
  readonly headline: string;
  /** Of the run as it was. */
  readonly hash: string;
  readonly faults: RedrawRule;
  readonly runsPerMoment: number;
  readonly points: readonly WhenPoint[];
  /** Steps with what happened between their moments; the last one is the moment of no return, if `noReturn` says so. */
  readonly steps: readonly ToldStep[];
  readonly noReturn: ToldStep | null;
  /** Runs in all. */
  readonly runs: number;
  /** Why it ended early; empty when it did not. */
  readonly cutShort: string;
}

export interface ToldStep extends WhenStep {
  readonly sentences: readonly { readonly timeUs: number; readonly text: string }[];
}

/** Events of one step that are listed where the story says nothing of them. */
const MOST_EVENTS = 4;
const MOST_SENTENCES = 6;
/** Of no interest to anybody who asks why. */
const NOISE: ReadonlySet<string> = new Set(['connection-opened', 'connection-closed', 'metadata-refreshed']);

/** What happened after the one moment and not after the other: the story's sentences; or else the events themselves, after the last sentence before them. */
export function tellStep(step: WhenStep, story: readonly StorySentence[], events: readonly RecordedEvent[]): ToldStep {
  const within = (timeUs: number): boolean => timeUs > step.before.atUs && timeUs <= step.after.atUs;
  // The last sentence is the judge's, and of no moment.
  const biography = story.slice(0, -1);
  const told = biography.filter(({ timeUs }) => within(timeUs)).slice(-MOST_SENTENCES);
  if (told.length > 0) return { ...step, sentences: told.map(({ timeUs, text }) => ({ timeUs, text })) };
  const raw = events.filter(({ timeUs, type }) => within(timeUs) && !NOISE.has(type)).slice(-MOST_EVENTS);
  const before = biography.filter(({ timeUs }) => timeUs <= step.before.atUs).slice(-1);
  const lines = [...before, ...raw.map((event) => ({ timeUs: event.timeUs, text: withoutTime(eventText(event)) }))];
  return { ...step, sentences: lines.map(({ timeUs, text }) => ({ timeUs, text })) };
}

function withoutTime(text: string): string {
  return `Event ${text.replace(/^\S+ s /, '')}.`;
}

export function whenReport(
  answer: WhenAnswer,
  story: readonly StorySentence[],
  events: readonly RecordedEvent[],
): Pick<WhenReport, 'points' | 'steps' | 'noReturn' | 'runs'> {
  const { points, steps, noReturn, runs } = answer;
  return {
    points,
    steps: steps.map((step) => tellStep(step, story, events)),
    noReturn: noReturn === null ? null : tellStep(noReturn, story, events),
    runs,
  };
}

const ruleTexts: Readonly<Record<RedrawRule, string>> = {
  anew: 'faults to come are drawn anew: each is left out with a chance of one half, or strikes at another moment',
  kept: 'faults to come are kept as they are written; latencies and the like are drawn anew',
  none: 'no more faults begin',
};

export function whenText(report: WhenReport, paint: Paint, width: number): string[] {
  const { title, name, target, headline, faults, runsPerMoment, runs, hash, cutShort } = report;
  return [
    paint.strong(title === '' ? name : title),
    '',
    ...wrapped(`${paint.bad(target.guarantee)}: ${headline}.`, width),
    '',
    ...wrapped(
      `Probability of ${target.kind} by what had happened until then (${runsPerMoment} futures from each moment; ${ruleTexts[faults]})`,
      width,
    ),
    ...chart(report, paint),
    '',
    ...conclusion(report, paint, width),
    ...otherSteps(report, paint, width),
    ...(cutShort === '' ? [] : ['', ...wrapped(`${paint.doubtful('Cut short:')} ${cutShort}`, width, '  ', '')]),
    paint.faint(`${counted(runs, 'run')}; hash ${hash}`),
  ];
}

const BAR = 32;

function chart({ points, noReturn, steps }: WhenReport, paint: Paint): string[] {
  const isAfter = (step: WhenStep, point: WhenPoint): boolean => step.after.atUs === point.atUs;
  const rows = points.map((point) => {
    const mark =
      noReturn !== null && isAfter(noReturn, point)
        ? paint.bad('◀ no return')
        : steps.some((step) => isAfter(step, point))
          ? '◀ rises'
          : '';
    return [
      padded('', 13 - secondsText(point.atUs, 6).length) + secondsText(point.atUs, 6),
      bar(point, paint),
      countText(point),
      intervalText(point.interval),
      mark,
    ];
  });
  const head = ['', `0${' '.repeat(BAR / 2 - 3)}50 %${' '.repeat(BAR / 2 - 6)}100 %`, 'failed', '95 %', ''];
  return textTable([head.map((cell) => paint.faint(cell)), ...rows], '  ');
}

/** Solid up to the share, dotted up to where it may well be. */
function bar({ failures, runs, interval }: WhenPoint, paint: Paint): string {
  const solid = Math.round((failures / runs) * BAR);
  const dotted = Math.max(0, Math.round(interval.high * BAR) - solid);
  return `│${paint.bad('█'.repeat(solid))}${paint.faint('·'.repeat(dotted))}${' '.repeat(BAR - solid - dotted)}│`;
}

function conclusion({ points, noReturn }: WhenReport, paint: Paint, width: number): string[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return ['Nothing was tried.'];
  if (noReturn !== null) {
    const { before, after } = noReturn;
    const text =
      `${paint.strong('Moment of no return')} ${secondsText(after.atUs, 6)}: at ${secondsText(before.atUs, 6)} ${escapedText(before)}; ` +
      `from ${secondsText(after.atUs, 6)} on none did (${countText(after)} failed). What happened in between:`;
    return [...wrapped(text, width), ...sentenceLines(noReturn, paint, width)];
  }
  if (first.failures === first.runs) {
    return wrapped(
      `Already at the first moment looked at, ${secondsText(first.atUs, 6)}, no future escaped (${countText(first)} failed): with what was drawn anew, nothing could have prevented it.`,
      width,
    );
  }
  return wrapped(
    `There is no moment of no return: even at the last moment looked at, ${secondsText(last.atUs, 6)}, ${escapedText(last)}.`,
    width,
  );
}

function escapedText({ failures, runs }: WhenPoint): string {
  return failures === 0 ? `all ${runs} futures escaped` : `${runs - failures} of ${runs} futures escaped`;
}

/** Where else the probability rises. */
function otherSteps({ steps, noReturn }: WhenReport, paint: Paint, width: number): string[] {
  return steps
    .filter(({ after }) => after.atUs !== noReturn?.after.atUs)
    .flatMap((step) => [
      '',
      ...wrapped(
        `It rises at ${secondsText(step.after.atUs, 6)}, from ${countText(step.before)} at ${secondsText(step.before.atUs, 6)} to ${countText(step.after)}:`,
        width,
      ),
      ...sentenceLines(step, paint, width),
    ]);
}

function sentenceLines({ sentences, exact }: ToldStep, paint: Paint, width: number): string[] {
  const lines = sentences.flatMap(({ timeUs, text }) =>
    wrapped(text, width, ' '.repeat(17), `  ${paint.faint(secondsText(timeUs, 6).padStart(13))}  `),
  );
  if (lines.length === 0) return ['  nothing that is recorded as an event'];
  return exact ? lines : [...lines, paint.faint('  (more events lie between the two moments; --runs and --time look closer)')];
}
