/** Discussion: the findings as one table, what to do, and what all this does not show. */
import { faultKind } from '../../faults/faultKinds.js';
import { changeText, type Change } from '../../scenario/variation.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { code, joined, link, list, paragraph, section, table, text, type Block, type Inline, type Section, type Text } from './Document.js';
import { changeWords } from './changeWords.js';
import { findingId, findingsOf, findingTitle, type Found } from './finding.js';
import { advised } from './prevention.js';
import { counted } from '../numbers.js';
import { spelled } from './wording.js';

export function discussion(subjects: readonly AnalysisSubject[]): Section {
  const found = findingsOf(subjects);
  const summary: Block[] =
    found.length === 0
      ? [paragraph`There is no finding to sum up.`]
      : [table('The findings.', ['number', 'summary', 'event required', 'fixed by'], found.map(summaryRow))];
  return section(
    'discussion',
    'Discussion',
    [],
    [
      section('summary', 'Summary', summary),
      section('recommendations', 'Recommendations', recommendations(subjects, found)),
      section('limits', 'Limits', limits(subjects)),
    ],
  );
}

function summaryRow(found: Found): (Inline | Text)[] {
  return [String(found.number), [link(findingTitle(found), `#${findingId(found)}`)], eventText(found), fixText(found)];
}

/** Kinds of the faults that it needs: `kill, slow-link`. */
export function eventText({ subject: { study, scenario }, index }: Found): string {
  const needed = study.needed[index] ?? [];
  const kinds = new Set(scenario.faults.filter(({ id }) => needed.includes(id)).map(({ kind }) => kind as string));
  return kinds.size === 0 ? 'none' : [...kinds].join(', ');
}

/** Settings that were tried and are promised to help; else what the table of promises says; else whatever helped. */
export function fixText({ subject, open, index }: Found): Text {
  const helped = subject.preventions[index] ?? [];
  const advice = advised(helped);
  if (advice.length > 0) return joined(advice.map(changeWords), 'or');
  if (open.remedy !== '') return [open.remedy];
  return helped.length === 0
    ? ['unresolved']
    : joined(
        helped.map(({ change }) => changeWords(change)),
        'or',
      );
}

function recommendations(subjects: readonly AnalysisSubject[], found: readonly Found[]): Block[] {
  if (found.length === 0) {
    const names = joined(subjects.map(({ scenario }) => code(scenario.name)));
    return [
      paragraph`Where what ${names} ${subjects.length === 1 ? 'promises' : 'promise'} is what you need, we recommend the ${link('settings', '#settings')} listed above.`,
    ];
  }
  const items = byAdvice(found).map(([advice, against]): Text => text`Against ${joined(against.map(linkTo))}: ${advice}.`);
  const together = found.length > 1 && items.length > 1 ? everywhere(found) : [];
  const all = text`Against ${found.length === 2 ? 'both' : `all ${spelled(found.length)}`} at once: ${joined(together.map(changeWords), 'or')}.`;
  return [list(together.length > 0 ? [...items, all] : items)];
}

function linkTo(found: Found): Inline {
  return link(`finding ${found.number}`, `#${findingId(found)}`);
}

/** Each piece of advice once, with the findings that it is good against. */
function byAdvice(found: readonly Found[]): [advice: Text, against: Found[]][] {
  const groups: [Text, Found[]][] = [];
  for (const one of found) {
    const advice = recommendation(one);
    const group = groups.find(([other]) => JSON.stringify(other) === JSON.stringify(advice));
    if (group === undefined) groups.push([advice, [one]]);
    else group[1].push(one);
  }
  return groups;
}

/** What was only seen to help is told apart from what is promised to. */
function recommendation({ subject, open, index }: Found): Text {
  const helped = subject.preventions[index] ?? [];
  const advice = advised(helped);
  const words = open.remedy === '' ? '' : ` (the table of promises: ${open.remedy})`;
  if (advice.length > 0) return text`${joined(advice.map(changeWords), 'or')}${words}`;
  return [open.remedy === '' ? 'we know of no setting that prevents it' : open.remedy];
}

/** Advice that is good against every finding of every subject. */
function everywhere(found: readonly Found[]): Change[] {
  const [first = [], ...rest] = found.map(({ subject, index }) => advised(subject.preventions[index] ?? []));
  return first.filter((change) => rest.every((others) => others.some((other) => changeText(other) === changeText(change))));
}

function limits(subjects: readonly AnalysisSubject[]): Block[] {
  const runs = subjects.reduce((sum, { study }) => sum + study.runsInAll, 0);
  const power = subjects.some(({ scenario }) => scenario.faults.some(({ kind }) => faultKind(kind).faultClass === 'power-loss'));
  return [
    paragraph`Runs can show that something is possible; they cannot show that nothing is. The ${counted(runs, 'run')} behind this document say how easily these faults lead there, not how often it happens in production: the faults were placed where they hurt. That a variant held in every schedule means that it held in those.`,
    paragraph`What was simulated is Kafka’s protocol as its documentation, improvement proposals and source describe it, not its code: a bug of the implementation that is not modelled cannot be found here, and a mistake in the model can show what Kafka does not do. KRaft, tiered storage, quotas, security, compression and load are not modelled; processing takes no time unless a disk is slow or a flush is waited for.${power ? ' What survives a power loss is what was flushed and possibly some of the rest; pages written back out of order within a file are not modelled.' : ''}`,
  ];
}
