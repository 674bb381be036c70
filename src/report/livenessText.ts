/** The healing of one run in a few lines: who was healed, how long it took, the bound and what it is made of, and every alibi that excused something. */
import type { Liveness } from '../explore/liveness.js';
import { counted, listed, secondsText } from './numbers.js';
import { wrapped, type Paint } from './textTable.js';

/** Terms that are spelt out; the rest is added up. */
const MOST_TERMS = 4;

export function livenessText(liveness: Liveness, paint: Paint, width: number): string[] {
  const { healedUs, core, outside, tookUs, converged, boundUs, excused } = liveness;
  const who = core === null ? 'all brokers' : `brokers ${core.join(', ')}`;
  const [only] = outside;
  const stayed = outside.length === 1 ? `broker ${only} stayed as it was` : `brokers ${listed(outside.map(String))} stayed as they were`;
  const frozen = outside.length === 0 ? '' : `; ${stayed}`;
  const how = converged ? `converged ${seconds(tookUs)} later` : `not converged after ${seconds(tookUs)}`;
  const alibis = new Map<string, string[]>();
  for (const { message, alibi } of excused) alibis.set(alibi, [...(alibis.get(alibi) ?? []), message]);
  return [
    ...wrapped(
      `healed ${who} at ${secondsText(healedUs, 1)}${frozen}: ${how}, within a bound of ${seconds(boundUs)}${made(liveness)}`,
      width,
      '    ',
      '  ',
    ),
    ...[...alibis].flatMap(([alibi, messages]) => {
      const others = messages.length === 1 ? '' : ` and ${counted(messages.length - 1, 'other')}`;
      return wrapped(`excused: ${messages[0] ?? ''}${others}: ${alibi}`, width, '    ', '  ');
    }),
  ].map((line) => paint.faint(line));
}

/** What the bound is made of. */
function made({ terms }: Liveness): string {
  if (terms.length === 0) return ' (given by the scenario)';
  const shown = terms.slice(0, MOST_TERMS).map(({ what, source, us }) => `${seconds(us)} ${what} (${source})`);
  const restUs = terms.slice(MOST_TERMS).reduce((sum, { us }) => sum + us, 0);
  return ` (${[...shown, ...(restUs > 0 ? [`${seconds(restUs)} for the rest`] : [])].join('; ')})`;
}

function seconds(us: number): string {
  return secondsText(us, 1);
}
