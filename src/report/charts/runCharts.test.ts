import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recommended } from '../../explore/configuration.js';
import { generateScenario } from '../../explore/generate.js';
import { runTrial } from '../../explore/trial.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { recordedRun } from '../RecordedRun.js';
import { HandmadeRun } from '../testing.js';
import { chartFigures } from './chartFigure.js';
import type { Chart } from './Chart.js';
import { runCharts } from './runCharts.js';
import { standaloneSvg } from './standaloneSvg.js';

/** Numbers that do not lie in the view box. Relative parts of paths (marks, all smaller than five pixels) are left out. */
function outside({ svg }: Chart): string[] {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg.text) ?? [];
  const [right, bottom] = [Number(width), Number(height)];
  const found = (pattern: RegExp): number[] => [...svg.text.matchAll(pattern)].map(([, value]) => Number(value));
  const wrong = (values: number[], most: number): number[] => values.filter((value) => !(value >= 0 && value <= most));
  const xs = [...found(/ c?x="([^"]*)"/g), ...found(/[MHL](-?[\d.]+)/g)];
  const ys = [...found(/ c?y="([^"]*)"/g), ...found(/V(-?[\d.]+)/g), ...found(/[ML]-?[\d.]+[ ,](-?[\d.]+)/g)];
  return [...wrong(xs, right).map((x) => `x ${x}`), ...wrong(ys, bottom).map((y) => `y ${y}`)];
}

function drawn(scenario: Scenario): Chart[] {
  const run = recordedRun(scenario, runTrial(scenario, { record: true }));
  return runCharts(run, { moments: [{ timeUs: run.timeline.endUs / 2, label: 'a <b>moment</b>' }], partition: null });
}

const HOSTILE = '</text><script>alert("x")</script>&\u0000\u202e';

function expectSound(charts: readonly Chart[]): void {
  for (const chart of charts) {
    expect(chart.svg.text, chart.id).not.toMatch(/NaN|Infinity|undefined|\bnull\b|\[object|<script|\u0000/);
    expect(chart.svg.text.match(/<(g|text|title|svg)\b/g)?.length, chart.id).toBe(
      chart.svg.text.match(/<\/(g|text|title|svg)\s*>/g)?.length,
    );
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

describe('the charts of a run by hand', () => {
  const ids = (charts: readonly Chart[]): string[] => charts.map(({ id }) => id);
  const charts = (made: HandmadeRun, endUs: number, partition: string | null = null): Chart[] =>
    runCharts(made.run(endUs), { moments: [{ timeUs: endUs, label: HOSTILE }], partition });

  it('are none of what did not happen', () => {
    expect(charts(new HandmadeRun(), 0)).toEqual([]);
    const onlyLeader = charts(new HandmadeRun().led('orders-0'), 1_000_000);
    expectSound(onlyLeader);
    expect(ids(onlyLeader)).toEqual(['brokers', 'partition', 'availability', 'leaders']);
  });

  it('show one operation, at one instant, and only failures', () => {
    for (const endUs of [0, 1, 1_000_000]) {
      const made = new HandmadeRun().led('orders-0');
      made.polled('c1', 'orders-0', 0, [[0, made.sent('orders-0', 0, 0, 0)]]);
      const drawn = charts(made, endUs);
      expectSound(drawn);
      expect(ids(drawn)).toEqual(expect.arrayContaining(['latency-send', 'throughput', 'latency-delivery', 'unseen', 'consumer-lag']));
    }
    const failures = new HandmadeRun();
    for (let us = 0; us < 20; us++) failures.history.sendFailed(failures.history.sendInvoked('p1', 'orders', null, us), 'E', us);
    const drawn = charts(failures, 20);
    expectSound(drawn);
    expect(drawn.find(({ id }) => id === 'latency-send')?.svg.text).toContain('failed 20');
  });

  it('show a fault that never ended until the end of the run', () => {
    const made = new HandmadeRun().led('orders-0').event(400, 'fault-began', { id: 'f', kind: 'kill', targets: 'broker-1' });
    const [chart] = charts(made, 1_000);
    expect(chart?.table.rows).toEqual([['f', 'kill', 'broker-1', '0.000 s', '0.001 s']]);
    expect(chart?.svg.text).toContain(`class="fault f-crash"`);
  });

  it('choose among a thousand partitions, and say how many there are', () => {
    const made = new HandmadeRun();
    for (let i = 0; i < 1_000; i++)
      made.led(`orders-${i}`).event(10, 'batch-appended', { broker: 1, partition: `orders-${i}`, lastOffset: i });
    made.event(500, 'leader-elected', { partition: 'orders-77', leader: 2, leaderEpoch: 1, isr: '2' });
    for (let i = 0; i < 1_000; i++) made.polled('c1', `orders-${i}`, 600, [[0, made.sent(`orders-${i}`, 0, 20, 5)]]);
    made.found.push('orders-33');
    const drawn = charts(made, 1_000, 'orders-5');
    expectSound(drawn);
    const leaders = drawn.find(({ id }) => id === 'leaders');
    expect(new Set(leaders?.table.rows.map(([name]) => name)).size).toBe(24);
    expect(leaders?.table.rows.map(([name]) => name)).toEqual(expect.arrayContaining(['orders-5', 'orders-33', 'orders-77', 'orders-999']));
    expect(leaders?.description).toContain('Shown are 24 of 1,000 partitions');
    expect(drawn.reduce((sum, { svg }) => sum + svg.text.length, 0)).toBeLessThan(100_000);
  });

  it('hold names and values that others chose as text', () => {
    const made = new HandmadeRun();
    const partition = `${HOSTILE}-0`;
    made.led(partition).event(1, 'fault-began', { id: HOSTILE, kind: HOSTILE, targets: HOSTILE });
    const value = made.sent(partition, 0, 10, 5, HOSTILE);
    made.history.ownershipChanged({
      client: HOSTILE,
      group: HOSTILE,
      memberId: HOSTILE,
      generation: 1,
      timeUs: 12,
      kind: 'assigned',
      partitions: [made.id(partition)],
      positions: [0],
    });
    made.polled(HOSTILE, partition, 20, [[0, value]]).polled('alone', partition, 30, [[0, value]]);
    const drawn = charts(made, 100, partition);
    expectSound(drawn);
    expect(ids(drawn)).toContain('groups');
    const page = chartFigures(drawn).text;
    expect(page).not.toContain('<script');
    expect(page).toContain('<bdi>&lt;/text&gt;&lt;script&gt;');
  });

  it('are sound whatever happened', () => {
    const time = fc.integer({ min: 0, max: 2_000_000 });
    const send = fc.record({
      timeUs: time,
      latencyUs: fc.integer({ min: 0, max: 5_000_000 }),
      outcome: fc.constantFrom('ok', 'failed', 'unknown', 'pending'),
      isRead: fc.boolean(),
      partition: fc.nat(9),
    });
    const fault = fc.record({
      timeUs: time,
      lengthUs: fc.integer({ min: 0, max: 3_000_000 }),
      kind: fc.constantFrom('kill', 'pause', 'session-expiry', 'clock-jump'),
    });
    fc.assert(
      fc.property(
        fc.array(send, { maxLength: 40 }),
        fc.array(fault, { maxLength: 8 }),
        time,
        fc.boolean(),
        (sends, faults, endUs, isHealed) => {
          const made = new HandmadeRun();
          faults.forEach(({ timeUs, kind, lengthUs }, i) => {
            made.event(timeUs, 'fault-began', { id: `f${i}`, kind, targets: 'broker-1' });
            if (lengthUs < 2_000_000) made.event(timeUs + lengthUs, 'fault-ended', { id: `f${i}`, kind });
          });
          if (isHealed) made.event(endUs, 'healing-began', { core: '' });
          sends.sort((a, b) => a.timeUs - b.timeUs).forEach((one, i) => happen(made, one, i));
          expectSound(runCharts(made.run(endUs), { moments: faults.map(({ timeUs }) => ({ timeUs, label: 'x' })), partition: null }));
        },
      ),
      { numRuns: 60 },
    );
  });
});

interface Sent {
  readonly timeUs: number;
  readonly latencyUs: number;
  readonly outcome: string;
  readonly isRead: boolean;
  readonly partition: number;
}

function happen(made: HandmadeRun, { timeUs, latencyUs, outcome, isRead, partition }: Sent, offset: number): void {
  const name = `orders-${partition}`;
  made.led(name, timeUs).event(timeUs, 'high-watermark-advanced', { broker: 1, partition: name, to: offset });
  if (outcome === 'ok') made.sent(name, offset, timeUs, latencyUs);
  else {
    const value = made.history.sendInvoked('p1', 'orders', null, timeUs);
    if (outcome === 'failed') made.history.sendFailed(value, 'E', timeUs + latencyUs);
    if (outcome === 'unknown') made.history.sendUnknown(value, 'E', timeUs + latencyUs);
  }
  if (isRead) made.polled(`c${partition % 3}`, name, timeUs + latencyUs, [[offset, offset]]);
}
