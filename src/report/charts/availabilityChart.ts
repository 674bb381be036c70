/** When each partition accepted writes, one row each, with the share of the time beside it. */
import { markup } from '../markup.js';
import { counted, secondsText } from '../numbers.js';
import type { PartitionAvailability } from '../series/availability.js';
import type { Chart } from './Chart.js';
import { bar, END, plot, ROW_STEP, rowName, spanText, type ChartSubject } from './frame.js';

const HEIGHT = 12;

export function availabilityChart({ frame, shown: { shown }, availability }: ChartSubject): Chart | null {
  const partitions = shown.flatMap((name) => availability.get(name) ?? []);
  if (partitions.length === 0) return null;
  const leftOut =
    partitions.length === availability.size ? '' : ` Shown are ${partitions.length} of ${counted(availability.size, 'partition')}.`;
  const title = 'Availability of partitions';
  const description = `When a leader accepted writes with as many in-sync replicas as the acks of its producers need (green), and when none did (red); right: share of the time until the faults were healed.${leftOut}`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'partition', height: partitions.length * ROW_STEP + 4 },
    draw: (top) =>
      partitions.map(({ name, accepting, refusing, share }, i) => {
        const y = top + 6 + i * ROW_STEP;
        const open = accepting.map((span) => bar(frame.x, span, y, HEIGHT, 'accepts', `${name} accepts writes, ${spanText(span)}`));
        const shut = refusing.map((span) =>
          bar(frame.x, span, y - 2, HEIGHT + 4, 'refuses', `${name} accepts no writes, ${spanText(span)}`),
        );
        return markup`${rowName(y + 10, name)}${open}${shut}<text x="${END + 6}" y="${y + 10}">${shareText(share)}</text>`;
      }),
  });
  const columns = ['partition', 'accepted writes', 'times without', 'longest', 'began at'];
  return { id: 'availability', group: 'partitions', title, description, svg, table: { columns, rows: partitions.map(tableRow) } };
}

function tableRow({ name, share, refusing }: PartitionAvailability): string[] {
  const longest = refusing.reduce<PartitionAvailability['refusing'][number] | null>(
    (most, span) => (most === null || span.toUs - span.fromUs > most.toUs - most.fromUs ? span : most),
    null,
  );
  const worst = longest === null ? ['–', '–'] : [secondsText(longest.toUs - longest.fromUs), secondsText(longest.fromUs)];
  return [name, shareText(share), String(refusing.length), ...worst];
}

/** `98.7 %`; all but all is not all. */
function shareText(share: number): string {
  const percent = Math.floor(share * 1_000) / 10;
  return share === 1 ? '100 %' : `${percent.toFixed(1)} %`;
}
