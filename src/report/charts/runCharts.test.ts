import { describe, expect, it } from 'vitest';
import { recommended } from '../../explore/configuration.js';
import { generateScenario } from '../../explore/generate.js';
import { runTrial } from '../../explore/trial.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { recordedRun } from '../RecordedRun.js';
import { chartFigures } from './chartFigure.js';
import type { Chart } from './Chart.js';
import { runCharts } from './runCharts.js';
import { standaloneSvg } from './standaloneSvg.js';

/** Coordinates may lie nowhere but in the view box; half a mark's width is granted. */
function outside({ svg }: Chart): string[] {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg.text) ?? [];
  const [right, bottom] = [Number(width), Number(height)];
  const numbers = (attribute: string): number[] =>
    [...svg.text.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value]) => Number(value));
  const wrong = (values: number[], most: number): number[] => values.filter((value) => !(value >= 0 && value <= most));
  const [xs, ys] = [
    [...numbers('x'), ...numbers('cx'), ...[...svg.text.matchAll(/[MH](-?[\d.]+)/g)].map(([, value]) => Number(value))],
    [...numbers('y'), ...numbers('cy'), ...[...svg.text.matchAll(/V(-?[\d.]+)/g)].map(([, value]) => Number(value))],
  ];
  return [...wrong(xs, right).map((x) => `x ${x}`), ...wrong(ys, bottom).map((y) => `y ${y}`)];
}

function drawn(scenario: Scenario): Chart[] {
  const run = recordedRun(scenario, runTrial(scenario, { record: true }));
  return runCharts(run, { moments: [{ timeUs: run.timeline.endUs / 2, label: 'a <b>moment</b>' }], partition: null });
}

function expectSound(charts: readonly Chart[]): void {
  for (const chart of charts) {
    expect(chart.svg.text).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
    expect(outside(chart), chart.id).toEqual([]);
    for (const row of chart.table.rows) expect(row, chart.id).toHaveLength(chart.table.columns.length);
  }
  expect(new Set(charts.map(({ id }) => id)).size).toBe(charts.length);
}

const scenario = generateScenario(recommended(), '1', FAULT_CLASSES);

describe('the charts of a run', () => {
  const charts = drawn(scenario);

  it('are sound, and named for those who do not see them', () => {
    expectSound(charts);
    for (const { svg, description } of charts) {
      expect(svg.text).toMatch(/^<svg class="plot" [^>]*role="img" aria-label="[^"]+"/);
      expect(description).toMatch(/^[A-Z].*\.$/);
    }
    expect(charts.map(({ id }) => id)).toEqual(expect.arrayContaining(['faults', 'latency-send', 'brokers', 'partition', 'leaders']));
  });

  it('escape what others wrote', () => {
    expect(charts.every(({ svg }) => !svg.text.includes('<b>moment'))).toBe(true);
    expect(charts[0]?.svg.text).toContain('&lt;b&gt;moment&lt;/b&gt;');
  });

  it('are the same text every time', () => {
    expect(drawn(scenario)).toEqual(charts);
  });

  it('are files of their own, with their style', () => {
    for (const chart of charts) {
      const file = standaloneSvg(chart);
      expect(file).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" class="plot" /);
      expect(file.match(/<style>/g)).toHaveLength(1);
      expect(file).toContain('prefers-color-scheme: dark');
    }
  });

  it('stand in a page with their tables', () => {
    const page = chartFigures(charts).text;
    for (const { id, title } of charts) {
      expect(page).toContain(`id="chart-${id}"`);
      expect(page).toContain(`<summary>${title} as a table</summary>`);
    }
  });
});
