/** Who led each partition, in which leader epoch. */
import { markup, type Markup } from '../markup.js';
import { secondsText } from '../numbers.js';
import { brokerClass } from '../palette.js';
import type { LeaderTerm, PartitionTimeline } from '../timeline.js';
import type { Chart } from './Chart.js';
import { bar, plot, ROW, ROW_STEP, rowName, spanText, type ChartSubject } from './frame.js';
import { tenth, type Scale } from './scales.js';

export function leaderChart({ run, frame, shown: { shown, leftOut } }: ChartSubject): Chart | null {
  const partitions = shown.map((name) => run.timeline.partitions.get(name)).filter((one) => one !== undefined);
  if (partitions.length === 0) return null;
  const title = 'Leaders of partitions';
  const description = `Which broker led each partition, by its colour, and in which leader epoch (e); red dashes: nobody; red frame: elected from outside the ISR.${leftOut}`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'partition', height: partitions.length * ROW_STEP + 4 },
    draw: (top) =>
      partitions.map((partition, i) => {
        const y = top + 4 + i * ROW_STEP;
        return markup`${rowName(y + 13, partition.name)}${termBars(frame.x, partition, y)}`;
      }),
  });
  const rows = partitions.flatMap(({ name, terms }) =>
    terms.map((term) => [name, leaderText(term), String(term.leaderEpoch), secondsText(term.fromUs), secondsText(term.toUs)]),
  );
  return {
    id: 'leaders',
    group: 'partitions',
    title,
    description,
    svg,
    table: { columns: ['partition', 'leader', 'epoch', 'from', 'to'], rows },
  };
}

function leaderText({ leader, unclean }: LeaderTerm): string {
  return leader < 0 ? 'nobody' : `broker ${leader}${unclean ? ' (unclean)' : ''}`;
}

/** One partition's terms in a row whose top is at `y`. */
export function termBars(x: Scale, { name, terms }: PartitionTimeline, y: number): Markup[] {
  return terms.map((term) => {
    const who = term.leader < 0 ? 'no leader' : `broker ${term.leader} leads`;
    const title = `${name}: ${who}, epoch ${term.leaderEpoch}${term.unclean ? ' (unclean election)' : ''}, ${spanText(term)}`;
    const colour = brokerClass(term.leader);
    const width = x(term.toUs) - x(term.fromUs);
    const text = [term.leader < 0 ? `none · e${term.leaderEpoch}` : `${term.leader} · e${term.leaderEpoch}`, String(term.leader)].find(
      (one) => width > one.length * 6.6 + 8 && one !== '-1',
    );
    return markup`${bar(x, term, y, ROW, `${colour}${term.unclean ? ' unclean' : ''}`, title)}${
      text === undefined ? null : markup`<text x="${tenth(x(term.fromUs) + 5)}" y="${y + 13}" class="on-bar on-${colour}">${text}</text>`
    }`;
  });
}
