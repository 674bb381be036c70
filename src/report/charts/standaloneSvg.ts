/** A chart as an SVG file of its own, which brings its style, and is light or dark as its reader prefers. */
import { markup, Markup } from '../markup.js';
import { PALETTE_STYLE } from '../palette.js';
import type { Chart } from './Chart.js';
import { CHART_STYLE } from './chartStyle.js';

/** A whole file, with its line of XML. */
export function standaloneSvg({ svg }: Pick<Chart, 'svg'>): string {
  const [tag, end] = ['<svg', svg.text.indexOf('>') + 1];
  const style = markup`<style>${new Markup(`${PALETTE_STYLE}${CHART_STYLE}svg.plot { background: var(--card); }`)}</style>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag} xmlns="http://www.w3.org/2000/svg"${svg.text.slice(tag.length, end)}${style.text}${svg.text.slice(end)}\n`;
}
