/** One finding, told in the order in which a reader asks: what was seen, its history, what happened inside, how often, by which faults, why, and what prevents it. */
import { faultKind } from '../../faults/faultKinds.js';
import type { Variant } from '../../explore/study.js';
import { headline, type CaseFile } from '../caseFile.js';
import { counted, grouped, secondsText } from '../numbers.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import {
  codeBlock,
  code,
  joined,
  link,
  list,
  paragraph,
  section,
  strong,
  table,
  text,
  type Block,
  type Inline,
  type Section,
  type Text,
} from './Document.js';
import { changeWords } from './changeWords.js';
import { faultName } from './faultWords.js';
import { violationOf } from '../guaranteeWords.js';
import { historyExcerpt } from './historyExcerpt.js';
import { noReturnBlocks } from './noReturn.js';
import type { Prevention } from './prevention.js';
import { differenceText, releasesText } from './releases.js';
import { several, shareText, spelled } from './wording.js';
import { capitalised } from '../sentences.js';

/** A finding and its place: the case of a subject at an index, which is also that of its counts. */
export interface Found {
  readonly subject: AnalysisSubject;
  readonly open: CaseFile;
  readonly index: number;
  /** From 1, over the whole document. */
  readonly number: number;
  /** Number of an earlier finding of the same run whose record has the same biography; 0 for none. */
  readonly sameAs: number;
  /** Its title must say of which run it is. */
  readonly isNamed: boolean;
}

export function findingsOf(subjects: readonly AnalysisSubject[]): Found[] {
  const all = subjects.flatMap((subject) => subject.cases.map((open, index) => ({ subject, open, index })));
  return all.map((found, i) => ({
    ...found,
    number: i + 1,
    sameAs: 1 + all.findIndex((other, j) => j < i && isSameStory(other.open, found.open)),
    isNamed: all.some((other, j) => j !== i && other.open.finding.guarantee === found.open.finding.guarantee),
  }));
}

/** All but the last sentence, which is the judge's. */
function isSameStory(a: CaseFile, b: CaseFile): boolean {
  const told = ({ story }: CaseFile): string => JSON.stringify(story.slice(0, -1));
  return a.result === b.result && told(a) === told(b);
}

export const findingId = ({ number }: Pick<Found, 'number'>): string => `finding-${number}`;

/** Names the run where findings of several have the same title. */
export function findingTitle({ open, isNamed }: Found): string {
  const title = capitalised(violationOf(open.finding.guarantee));
  return isNamed ? `${title} (${open.scenario.name})` : title;
}

export function findingSection(found: Found): Section {
  return section(findingId(found), findingTitle(found), [
    ...whatWeSaw(found),
    ...inside(found),
    ...howOften(found),
    ...byWhichFaults(found),
    // Computed for the failure that the run's own page tells, and for no other.
    ...noReturnBlocks(found.open.finding === found.subject.report.failure?.finding ? found.subject.report.when : null),
    ...cause(found),
    ...prevention(found),
  ]);
}

function whatWeSaw(found: Found): Block[] {
  const { subject, open } = found;
  const { finding, result } = open;
  const many = result.judgement.guarantees.find(({ name }) => name === finding.guarantee)?.violations ?? 0;
  const more = many > 1 ? text` It is the first of ${grouped(many)} such findings in the run.` : [];
  const where = subject.page === '' ? [] : text` The ${link('page of the run', subject.page)} shows the whole of it.`;
  const saw = paragraph`${strong(headline(open))}.${saidBesides(open)}${more}${where}`;
  const excerpt = found.sameAs > 0 ? null : historyExcerpt(open, subject.report.ops);
  if (excerpt === null) return [saw];
  const cut = excerpt.trimmedPolls ? '; of polls, only the records beside those in question' : '';
  const caption = `The clients’ history, trimmed to ${excerpt.lines.length} of ${counted(excerpt.entries, 'entry', 'entries')}${cut}. Times in nanoseconds.`;
  return [saw, codeBlock('clojure', excerpt.lines, caption)];
}

/** What the judge says, unless the headline has said it. */
function saidBesides(open: CaseFile): string {
  const said = open.story.at(-1)?.text ?? '';
  return said.toLowerCase() === `${headline(open)}.`.toLowerCase() ? '' : ` ${said}`;
}

function inside({ open, sameAs }: Found): Block[] {
  if (sameAs > 0) {
    return [
      paragraph`It is the same record as in ${link(`finding ${sameAs}`, `#${findingId({ number: sameAs })}`)}, whose history and story are told there.`,
    ];
  }
  const steps = open.story
    .slice(0, -1)
    .map(({ timeUs, text: sentence }): Text => (timeUs < 0 ? [sentence] : text`${code(secondsText(timeUs, 6))} ${sentence}`));
  return steps.length === 0 ? [] : [paragraph`Inside the cluster, this is what led to it:`, list(steps, true)];
}

function howOften({ subject: { study }, index }: Found): Block[] {
  const count = study.asWritten.counts[index];
  const broken = study.asWritten.broken[index];
  if (count === undefined || broken === undefined || count.runs === 0) return [];
  const otherwise = broken.failures - count.failures;
  const more = otherwise === 0 ? '' : ` In ${otherwise} more the same guarantee was violated in another way.`;
  return [paragraph`${strong('How often.')} It showed in ${shareText(count)}.${more}`];
}

function byWhichFaults({ subject, open, index }: Found): Block[] {
  const { study, scenario } = subject;
  if (scenario.faults.length === 0) return [paragraph`${strong('Under which faults.')} None: the run has no fault.`];
  const needed = study.needed[index] ?? [];
  const rows = scenario.faults.map((fault, i) => {
    const without = study.withoutFault[i];
    const count = without?.counts[index];
    const fails =
      count === undefined || without === undefined
        ? '–'
        : without.refusal !== ''
          ? `refused: ${without.refusal}`
          : `${count.failures} of ${count.runs}`;
    return [faultName(fault), faultKind(fault.kind).faultClass, needed.includes(fault.id) ? 'yes' : 'no', fails];
  });
  return [
    paragraph`${strong('Under which faults.')} ${neededText(open, needed)}`,
    table('Each fault left out by itself.', ['fault', 'class', 'needed by the run as written', '>fails without it'], rows),
  ];
}

function neededText({ scenario }: CaseFile, needed: readonly string[]): Text {
  const all = scenario.faults.length;
  if (needed.length === 0) return text`The run as written shows it even with every fault taken away.`;
  if (needed.length === all)
    return text`${all === 1 ? 'The run as written needs its one fault' : `The run as written needs ${all === 2 ? 'both of its faults' : `all ${several(all, 'fault')}`}`}: without ${all === 1 ? 'it' : all === 2 ? 'either' : 'any of them'} the failure does not show.`;
  const names = joined(scenario.faults.filter(({ id }) => needed.includes(id)).map(faultName));
  return text`Of its ${several(all, 'fault')} the run as written needs ${spelled(needed.length)}: ${names}.`;
}

function cause({ subject, open, index }: Found): Block[] {
  const { result, finding } = open;
  const promise = result.judgement.guarantees.find(({ name }) => name === finding.guarantee)?.promise;
  const why =
    promise === undefined
      ? text`The promises of a configuration say nothing of invariants.`
      : promise.promised
        ? text`The configuration promises the opposite: ${promise.because} (${promise.source}). The table of promises has no row that explains it.`
        : text`${capitalised(promise.because)} (${promise.source}). The configuration does not promise this guarantee under these faults.`;
  const releases = releasesText(subject.study, index);
  const difference = index === 0 ? differenceText(subject.study) : [];
  return [paragraph`${strong('Why.')} ${why}`, ...(releases.length === 0 ? [] : [paragraph`${releases}${difference}`])];
}

function prevention({ subject, open, index }: Found): Block[] {
  const { study } = subject;
  const helped = subject.preventions[index] ?? [];
  if (study.changes.length === 0) return open.remedy === '' ? [] : [paragraph`${strong('What prevents it.')} ${capitalised(open.remedy)}.`];
  const rows = [
    preventionRow(['as written'], study.asWritten, index, ''),
    ...study.changes.map((changed) => {
      const own = helped.find(({ change }) => change === changed.change);
      return preventionRow(changeWords(changed.change), changed, index, own === undefined ? '–' : own.promise.promised ? 'yes' : 'no');
    }),
  ];
  return [
    paragraph`${strong('What prevents it.')} ${helpedText(helped, study.changes.length)}${open.remedy === '' ? '' : ` The table of promises says: ${open.remedy}.`}`,
    table('One change at a time.', ['change', '>fails', 'then promised', '>sends acknowledged', '>median latency'], rows),
  ];
}

function preventionRow(change: Text, variant: Variant, index: number, promised: string): (Inline | Text)[] {
  const { refusal, counts, broken, cost } = variant;
  if (refusal !== '') return [change, `refused: ${refusal}`, '', '', ''];
  const count = counts[index];
  const other = (broken[index]?.failures ?? 0) - (count?.failures ?? 0);
  const fails = count === undefined ? '–' : `${count.failures} of ${count.runs}${other > 0 ? `, ${other} in another way` : ''}`;
  const latency = cost.p50Us === null ? '–' : `${(cost.p50Us / 1000).toFixed(1)} ms`;
  return [change, fails, promised, cost.acknowledged === null ? '–' : `${(cost.acknowledged * 100).toFixed(1)} %`, latency];
}

function helpedText(helped: readonly Prevention[], tried: number): Text {
  const [first] = helped;
  if (first === undefined) return text`Of ${several(tried, 'change')} tried one at a time none prevented it in every schedule.`;
  const promised = helped.filter(({ promise }) => promise.promised);
  const names = joined(helped.map(({ change }) => changeWords(change)));
  const which =
    promised.length === helped.length
      ? text`; the guarantee is promised ${helped.length === 1 ? 'then' : helped.length === 2 ? 'with either' : 'with each of them'}`
      : promised.length === 0
        ? text`. The guarantee is not promised ${helped.length === 1 ? 'then' : 'with any of them'}, though: ${first.promise.because} (${first.promise.source})`
        : text`; the guarantee is promised with ${joined(promised.map(({ change }) => changeWords(change)))} only`;
  return text`Of ${several(tried, 'change')} tried one at a time, ${spelled(helped.length)} prevented it in every schedule: ${names}${which}.`;
}
