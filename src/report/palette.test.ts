import { describe, expect, it } from 'vitest';
import {
  BROKER_COLOURS,
  brokerClass,
  FAULT_COLOURS,
  OUTCOME_COLOURS,
  PALETTE_STYLE,
  QUANTILE_COLOURS,
  SERIES_COLOURS,
  type Colour,
} from './palette.js';

/** WCAG 2.1: relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const CARD: Colour = ['#ffffff', '#1b1f23'];

describe('the palette', () => {
  const marks: [string, Colour][] = [
    ...BROKER_COLOURS.map(({ fill }, i): [string, Colour] => [`broker ${i + 1}`, fill]),
    ...Object.entries({ ...OUTCOME_COLOURS, ...QUANTILE_COLOURS, ...FAULT_COLOURS }),
    ...SERIES_COLOURS.map((colour, i): [string, Colour] => [`series ${i + 1}`, colour]),
  ];

  it.each(marks)('shows %s on light and dark paper (3 to 1 at least)', (_, colour) => {
    for (const mode of [0, 1] as const) expect(contrast(colour[mode], CARD[mode])).toBeGreaterThanOrEqual(3);
  });

  it('has ink that can be read on every broker’s bar (4.5 to 1 at least)', () => {
    for (const { fill, on } of BROKER_COLOURS)
      for (const mode of [0, 1] as const) expect(contrast(fill[mode], on[mode])).toBeGreaterThanOrEqual(4.5);
  });

  it('gives a broker its colour everywhere, and begins again at the tenth', () => {
    expect([1, 9, 10, -1].map(brokerClass)).toEqual(['b1', 'b9', 'b1', 'nobody']);
  });

  it('defines each colour for light, for dark and for paper', () => {
    for (const name of ['b1', 'on-b9', 'ok', 'q100', 'fault-power-loss', 's8'])
      expect(PALETTE_STYLE.match(new RegExp(`--${name}: #`, 'g'))).toHaveLength(3);
  });
});
