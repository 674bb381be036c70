/** A failure for the terminal: what it is in one line, its biography, a timeline in which the column tells the broker, why it can happen and what prevents it. */
import { headline, subjectOf, type CaseFile } from '../caseFile.js';
import { faultTexts, siteTexts } from '../faultTexts.js';
import { secondsText } from '../numbers.js';
import { wrapped, type Paint } from '../textTable.js';
import { columnTimeline } from './columnTimeline.js';

const TIME_WIDTH = 13;

export function caseText(failure: CaseFile, paint: Paint, width: number): string[] {
  const { finding, because, source, remedy } = failure;
  const faults = faultTexts(failure);
  const sites = siteTexts(failure);
  return [
    ...wrapped(`${paint.bad('✗')} ${paint.strong(finding.guarantee)}: ${headline(failure)}.`, width, '  ', ''),
    '',
    ...biography(failure, paint, width),
    '',
    ...columnTimeline(failure, subjectOf(failure), paint, width),
    '',
    ...wrapped(`Faults: ${faults.length === 0 ? 'none' : faults.join('; ')}.`, width, '          ', '  '),
    ...(sites.length === 0 ? [] : wrapped(`Buggify sites: ${sites.join('; ')}.`, width, '                 ', '  ')),
    ...(because === '' ? [] : wrapped(`Why: ${because} (${source}).`, width, '       ', '  ')),
    ...(remedy === '' ? [] : wrapped(`${paint.good('Remedy:')} ${remedy}`, width, '          ', '  ')),
  ];
}

/** One sentence a line, behind its time. */
export function biography({ story }: Pick<CaseFile, 'story'>, paint: Paint, width: number): string[] {
  return story.flatMap(({ timeUs, text }) =>
    wrapped(text, width, ' '.repeat(TIME_WIDTH + 4), `  ${paint.faint(secondsText(timeUs, 6).padStart(TIME_WIDTH))}  `),
  );
}
