/** What would keep a violated guarantee, for the terminal: the smallest change first, with what it costs and how many seeds stand behind it. */
import type { RemediesAnswer, TriedRemedy } from '../explore/remedies/remedies.js';
import { differs } from '../explore/statistics.js';
import { latencyText, pairedText, percentText } from './compareText.js';
import { countText } from './counts.js';
import { counted, listed } from './numbers.js';
import { wrapped, type Paint } from './textTable.js';

export interface RemediesReport extends RemediesAnswer {
  /** Seeds that failed and were tried first. */
  readonly failingSeeds: readonly string[];
  /** Seeds of the batch, such as `1 to 30`, and how many these are. */
  readonly over: string;
  readonly seedsTried: number;
  /** Why it ended early; empty when it did not. */
  readonly cutShort: string;
}

export function remediesText(report: RemediesReport, paint: Paint, width: number): string[] {
  const { guarantee, base, baseCost, failingSeeds, over, cutShort, held, singles, pairs } = report;
  const pairText = pairs === 0 ? '' : `, then ${counted(pairs, 'pair')} of them, since none sufficed alone`;
  const before =
    `As it is, ${guarantee} breaks in ${countText(base)} seeds (${over}); accepting writes ${percentText(baseCost.available)}, ` +
    `acknowledged ${percentText(baseCost.acknowledged)}, latency p50 ${latencyText(baseCost.p50Us)}, p99 ${latencyText(baseCost.p99Us)}.`;
  return [
    paint.strong(`What would keep ${guarantee}`),
    ...wrapped(
      `${counted(singles, 'change')} tried${pairText}: under ${failingSeeds.length === 1 ? 'the seed' : `the ${failingSeeds.length} seeds`} that failed, then under the batch.`,
      width,
      '  ',
    ),
    ...wrapped(before, width, '  '),
    ...(held.length === 0
      ? wrapped('None of them kept it.', width, '  ')
      : held.flatMap((remedy, i) => remedyLines(remedy, i, paint, width))),
    ...doubt(report, paint, width),
    ...refusals(report, paint, width),
    ...(cutShort === '' ? [] : wrapped(`${paint.doubtful('Cut short:')} ${cutShort}`, width, '    ', '  ')),
  ];
}

function remedyLines(
  { changes, promised, count, alsoBroken, cost, difference }: TriedRemedy,
  index: number,
  paint: Paint,
  width: number,
): string[] {
  const name = listed(changes.map(({ text }) => text));
  const points = (value: number): string => `${(value * 100).toFixed(2)} points`;
  const ms = (value: number): string => `${(value / 1000).toFixed(1)} ms`;
  const costs = [
    pairedText(`accepting writes ${percentText(cost.available)},`, difference.available, points),
    pairedText(`acknowledged ${percentText(cost.acknowledged)},`, difference.acknowledged, points),
    pairedText(`p50 ${latencyText(cost.p50Us)},`, difference.p50Us, ms),
    pairedText(`p99 ${latencyText(cost.p99Us)},`, difference.p99Us, ms),
  ].filter((text) => text !== '');
  const promise = promised.promised
    ? `${paint.good('promised')} (${promised.source})`
    : `${paint.doubtful('not promised')}: ${promised.because} (${promised.source})`;
  const broken = alsoBroken.map(([guarantee, seeds]) => `${guarantee} in ${counted(seeds, 'seed')}`);
  return [
    ...wrapped(`${index + 1}. ${paint.good(paint.strong(name))}: held in ${counted(count.runs, 'seed')}, ${promise}`, width, '     ', '  '),
    ...wrapped(`costs: ${costs.join('; ')}`, width, '     '),
    ...(broken.length === 0 ? [] : wrapped(`${paint.bad('still broken:')} ${listed(broken)}`, width, '     ')),
  ];
}

/** Where the guarantee hardly breaks as it is, a batch without a failure shows little. */
function doubt({ base, held, seedsTried }: RemediesReport, paint: Paint, width: number): string[] {
  if (held.length === 0 || differs(base.failures, base.runs, 0, base.runs)) return [];
  const text = `It breaks so seldom as it is that ${counted(seedsTried, 'seed')} may miss it: --suggest ${10 * seedsTried} tries more.`;
  return wrapped(`${paint.doubtful('!')} ${text}`, width, '    ', '  ');
}

const MOST_REFUSALS = 3;

function refusals({ refused }: RemediesReport, paint: Paint, width: number): string[] {
  if (refused.length === 0) return [];
  const shown = refused.slice(0, MOST_REFUSALS).map(({ text, refusal }) => `${text} (${refusal})`);
  const more = refused.length - shown.length;
  return wrapped(
    `Refused by Kafka beside what is set: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    width,
    '    ',
    '  ',
  ).map((line) => paint.faint(line));
}
