/**
 * The one place of colours: what a page and its charts paint with, as CSS custom properties for light and dark.
 *
 * Hues follow Okabe and Ito, so that most colour-blind people can tell them apart; nothing relies on hue alone (outcomes differ in shape, lines in their dashes, bars are labelled).
 * Broker n has the same colour everywhere; from the tenth broker on the nine colours come again, beside the broker's number.
 */
import type { FaultClass } from '../faults/Fault.js';

/** A colour on light and on dark paper. */
export type Colour = readonly [light: string, dark: string];

/** What is not data: paper, ink, lines, and verdicts. */
const PAGE: Readonly<Record<string, Colour>> = {
  paper: ['#fcfcfa', '#14171a'],
  card: ['#ffffff', '#1b1f23'],
  ink: ['#1c2024', '#e8eaec'],
  'soft-ink': ['#5c6670', '#9aa5af'],
  line: ['#dfe3e6', '#343a40'],
  'faint-line': ['#eceef0', '#262b30'],
  bad: ['#c0262d', '#ff7b78'],
  'bad-paper': ['#fdeceb', '#3a1d1e'],
  good: ['#17784b', '#5fd39b'],
  doubt: ['#8a6100', '#e3b341'],
  accent: ['#1f5fbf', '#7fb2ff'],
  lit: ['#fff3c4', '#3d3716'],
  hw: ['#1c2024', '#f5f5f5'],
  down: ['#3a4148', '#cdd3d9'],
  paused: ['#6b7782', '#8b959f'],
  fault: ['#d64545', '#ff6b6b'],
};

/** Brokers 1 to 9: what fills their bars and draws their lines, and the ink that can be read on it. */
export const BROKER_COLOURS: readonly { readonly fill: Colour; readonly on: Colour }[] = [
  { fill: ['#0072b2', '#3d9bdc'], on: ['#ffffff', '#0b0d0f'] },
  { fill: ['#cc7a00', '#f0a63a'], on: ['#14171a', '#0b0d0f'] },
  { fill: ['#009e73', '#2fc598'], on: ['#0b0d0f', '#0b0d0f'] },
  { fill: ['#aa5192', '#d98bc3'], on: ['#ffffff', '#0b0d0f'] },
  { fill: ['#3d97cc', '#86c9f2'], on: ['#14171a', '#0b0d0f'] },
  { fill: ['#c34f00', '#ee7a33'], on: ['#ffffff', '#0b0d0f'] },
  { fill: ['#8f8a00', '#c9c23f'], on: ['#0b0d0f', '#0b0d0f'] },
  { fill: ['#6a5acd', '#a195f2'], on: ['#ffffff', '#0b0d0f'] },
  { fill: ['#7d6a58', '#b8a48f'], on: ['#ffffff', '#0b0d0f'] },
];

/** How an operation ended. Beside the colour: a dot, a square, a cross. */
export const OUTCOME_COLOURS: Readonly<Record<'ok' | 'unknown' | 'failed', Colour>> = {
  ok: ['#3f86c6', '#6fb2ea'],
  unknown: ['#b87300', '#f2b340'],
  failed: ['#c2186e', '#ff79b4'],
};

/** Quantiles, drawn over the points. Beside the colour: dashes of their own. */
export const QUANTILE_COLOURS: Readonly<Record<'q50' | 'q95' | 'q99' | 'q100', Colour>> = {
  q50: ['#1c2024', '#f5f5f5'],
  q95: ['#6a3d9a', '#c3a5f0'],
  q99: ['#8a5a00', '#e8c26a'],
  q100: ['#66707a', '#a3adb6'],
};

/** Faults, by class. Beside the colour: the fault's name. */
export const FAULT_COLOURS: Readonly<Record<FaultClass, Colour>> = {
  crash: ['#d64545', '#ff7474'],
  'power-loss': ['#8e2430', '#d9606c'],
  partition: ['#a88400', '#e0c04a'],
  pause: ['#5a70c9', '#93a5f2'],
  network: ['#5d8a1f', '#a3cf62'],
  clock: ['#12837d', '#4fcfc7'],
  disk: ['#9a5d20', '#d79a5c'],
  zookeeper: ['#8a4fb5', '#c698ec'],
  admin: ['#68737d', '#aab4bd'],
  client: ['#c2558d', '#f19cc6'],
};

/** Lines and layers that are neither brokers nor outcomes (partitions, consumers), by rank. Beside the colour: dashes, and a name at the end of the line. */
export const SERIES_COLOURS: readonly Colour[] = [
  ['#44389c', '#a79df5'],
  ['#1a7f5a', '#5fd3a4'],
  ['#a3275c', '#f387b4'],
  ['#2b8fb3', '#74cbe8'],
  ['#8a7a14', '#d8c85a'],
  ['#9b46a8', '#dd9ae8'],
  ['#b5513b', '#f0977f'],
  ['#5f6b76', '#a9b4be'],
];

/** Number of the colour of a broker, 1 to 9; 0 for nobody. */
export function brokerColour(broker: number): number {
  return broker < 1 ? 0 : ((broker - 1) % BROKER_COLOURS.length) + 1;
}

/** Class of a broker's colour. */
export function brokerClass(broker: number): string {
  return broker < 0 ? 'nobody' : `b${Math.max(1, brokerColour(broker))}`;
}

function allColours(): [name: string, colour: Colour][] {
  return [
    ...Object.entries(PAGE),
    ...BROKER_COLOURS.flatMap(({ fill, on }, i): [string, Colour][] => [
      [`b${i + 1}`, fill],
      [`on-b${i + 1}`, on],
    ]),
    ...Object.entries(OUTCOME_COLOURS),
    ...Object.entries(QUANTILE_COLOURS),
    ...Object.entries(FAULT_COLOURS).map(([name, colour]): [string, Colour] => [`fault-${name}`, colour]),
    ...SERIES_COLOURS.map((colour, i): [string, Colour] => [`s${i + 1}`, colour]),
  ];
}

function properties(which: 0 | 1): string {
  return allColours()
    .map(([name, colour]) => `--${name}: ${colour[which]};`)
    .join(' ');
}

/** Every colour as a custom property of the document (of an HTML page, or of an SVG file): light, and dark where the reader prefers that. */
export const PALETTE_STYLE = `:root { ${properties(0)} }
@media (prefers-color-scheme: dark) { :root { ${properties(1)} } }
@media print { :root { ${properties(0)} } }
`;
