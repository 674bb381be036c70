/** Which faults struck whom, one row each. */
import { markup, type Markup } from '../markup.js';
import { counted, secondsText } from '../numbers.js';
import type { FaultSpan } from '../timeline.js';
import type { Chart } from './Chart.js';
import {
  bar,
  END,
  faultColour,
  faultTitle,
  LEFT,
  plot,
  ROW,
  ROW_STEP,
  rowName,
  shortened,
  type ChartSubject,
  type Frame,
} from './frame.js';
import type { Scale } from './scales.js';
import { tenth } from './scales.js';

/** More faults than this are left to the table. */
const MOST_ROWS = 60;

export function faultChart({ run, frame }: ChartSubject): Chart | null {
  const { faults, healingUs } = run.timeline;
  if (faults.length === 0) return null;
  const shown = faults.slice(0, MOST_ROWS);
  const left = faults.length - shown.length;
  const more = left === 0 ? '' : ` The last ${counted(left, 'fault')} are in the table only.`;
  const title = 'Faults';
  const description = `What was done to the cluster and its clients, whom it struck, and from when to when; in the shaded time at the end all of it was healed.${more}`;
  const svg = plot(frame, {
    ...{ title, description, axis: 'fault', showsBands: false, height: shown.length * ROW_STEP + 4 },
    draw: (top, bottom) => [
      healing(frame, healingUs, top, bottom),
      markup`${shown.map((fault, i) => row(frame.x, fault, top + 4 + i * ROW_STEP))}`,
    ],
  });
  const rows = faults.map(({ id, kind, targets, fromUs, toUs }) => [id, kind, targets.join(', '), secondsText(fromUs), secondsText(toUs)]);
  return { id: 'faults', group: 'faults', title, description, svg, table: { columns: ['fault', 'kind', 'struck', 'from', 'to'], rows } };
}

function row(x: Scale, fault: FaultSpan, y: number): Markup {
  const text = shortened(fault.targets.length === 0 ? 'nobody' : fault.targets.join(', '), 60);
  const after = tenth(Math.max(x(fault.toUs), x(fault.fromUs) + 1.5) + 6);
  const before = tenth(x(fault.fromUs) - 6);
  const fits = after + text.length * 6.4 < END + 90;
  const note = markup`<text x="${fits ? after : before}" y="${y + 13}" class="${fits ? 'note' : 'note end'} foreign">${text}</text>`;
  return markup`${rowName(y + 13, fault.kind)}${bar(x, fault, y, ROW, `fault ${faultColour(fault.kind)}`, faultTitle(fault))}${
    fits || before - text.length * 6.4 > LEFT ? note : null
  }`;
}

function healing({ x, endUs }: Frame, healingUs: number | null, top: number, bottom: number): Markup | null {
  if (healingUs === null) return null;
  const left = x(healingUs);
  return markup`<path class="shade healing" d="M${left} ${top}H${x(endUs)}V${bottom}H${left}Z"
    ><title>healed from ${secondsText(healingUs)} on</title></path
  >`;
}
