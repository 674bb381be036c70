/** Under which releases a failure happens, and what makes the difference between two neighbours, in sentences. */
import type { Count } from '../../explore/inquiry.js';
import { differs } from '../../explore/statistics.js';
import type { Study } from '../../explore/study.js';
import { versionSentence } from '../versionsText.js';
import { code, joined, text, type Text } from './Document.js';

interface Span {
  readonly first: string;
  readonly last: string;
  readonly count: Count;
}

/** `It fails under Kafka 0.8.1 to 0.10.2 (40 of 40 schedules each), and not under 0.11 to 3.9.` Empty when no release could be tried. */
export function releasesText({ releases }: Study, index: number): Text {
  const able = releases.flatMap(({ release, refusal, counts }) => {
    const count = counts[index];
    return refusal !== '' || count === undefined || count.runs === 0 ? [] : [{ release, count }];
  });
  const spans: Span[] = [];
  for (const { release, count } of able) {
    const last = spans.at(-1);
    if (last !== undefined && last.count.failures === count.failures) spans[spans.length - 1] = { ...last, last: release };
    else spans.push({ first: release, last: release, count });
  }
  if (spans.length === 0) return [];
  const failing = spans.filter(({ count }) => count.failures > 0);
  const holding = spans.filter(({ count }) => count.failures === 0);
  const refused = releases.filter(({ refusal }) => refusal !== '');
  const left =
    refused.length === 0
      ? []
      : text` ${joined(refused.map(({ release }) => release))} ${refused.length === 1 ? 'does' : 'do'} not take the scenario.`;
  if (failing.length === 0) return text`It shows under no release (${joined(holding.map(spanText))}).${left}`;
  const fails = joined(
    failing.map(
      (span) => `${spanText(span)} (${span.count.failures} of ${span.count.runs} schedules${span.first === span.last ? '' : ' each'})`,
    ),
  );
  const holds = holding.length === 0 ? text`: under every release that was tried` : text`, and not under ${joined(holding.map(spanText))}`;
  return text`It fails under Kafka ${fails}${holds}.${left}`;
}

function spanText({ first, last }: Span): string {
  return first === last ? first : `${first} to ${last}`;
}

/** What was found by changing one flag or default at a time; empty where no release makes a difference, and no flag. */
export function differenceText({ versions }: Study): Text {
  if (versions === null) return [];
  const sure = versions.transitions.filter(({ evidence }) => evidence === 'counts').map((transition) => ` ${versionSentence(transition)}`);
  if (sure.length > 0) return sure;
  // A flag may turn the run as written by a moment's difference and leave the counts as they are: that explains nothing.
  const { written } = versions;
  const turning = versions.flags.filter(({ count }) => differs(count.failures, count.runs, written.count.failures, written.count.runs));
  if (turning.length === 0 || written.asWritten === null) return [];
  const flags = joined(
    turning.map(({ name, value }) => code(`${name}=${String(value)}`)),
    'or',
  );
  return text` Of ${versions.flagsTried} protocol flags changed one at a time, ${flags} ${written.asWritten ? 'prevents it' : 'brings it'}.`;
}
