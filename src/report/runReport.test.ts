import { describe, expect, it } from 'vitest';
import { parseScenario } from '../scenario/parse.js';
import type { Scenario } from '../scenario/Scenario.js';
import { faultText, faultTexts } from './faultTexts.js';
import { runPage } from './page/runPage.js';
import { resultsEdn, resultsJson } from './results/runResults.js';
import { resultsFolder } from './results/resultsFolder.js';
import { record, runReport, type RunContext, type RunReport } from './RunReport.js';
import { caseText } from './terminal/caseText.js';
import { columnTimeline } from './terminal/columnTimeline.js';
import { plainPaint, visibleWidth } from './textTable.js';

const CONTEXT: RunContext = {
  ...{ replayCommand: 'npx trialrun replay x', origin: 'A test.', version: '0.0.0' },
  ...{ notModelled: [], given: null, original: null, when: null },
};

function scenario(yaml: string): Scenario {
  const parsed = parseScenario(yaml, 'test.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
  return parsed.scenario;
}

function reportOf(yaml: string, more: Partial<RunContext> = {}): RunReport {
  return runReport(record(scenario(yaml)), { ...CONTEXT, ...more });
}

/** The leader of a partition with acks=1 dies before anybody has copied what it acknowledged. */
const LOSS = `
title: One record is lost
cluster: { properties: { zookeeper.session.timeout.ms: 4000 } }
topics: [{ name: orders, assignment: [[1, 2, 3]] }]
workload:
  producers: [{ id: p1, count: 40, start: 2s, every: 50ms, properties: { acks: '1', retries: 100 } }]
  consumers: [{ id: c1, properties: { auto.offset.reset: earliest } }]
faults:
  - { id: slow, kind: slow-link, from: [1], to: [2, 3], min: 250ms, max: 250ms, at: 2500ms, for: 2s }
  - { id: dies, kind: kill, target: 1, at: 3300ms, for: 8s }
duration: 15s
require: [no-acknowledged-loss]
`;
const NOTHING =
  'title: Nothing\ntopics: [{ name: t, partitions: 1, replicationFactor: 1 }]\nworkload: { producers: [], consumers: [] }\nduration: 2s\n';
const ONE =
  'title: One\ntopics: [{ name: t, partitions: 1, replicationFactor: 1 }]\nworkload: { producers: [{ id: p1, count: 1 }], consumers: [] }\nduration: 2s\n';

describe('a run that loses a record', () => {
  const report = reportOf(LOSS);

  it('is told on the page in its first lines: what, when, why and what prevents it', () => {
    const page = runPage(report);
    const first = page.slice(0, page.indexOf('<nav'));
    expect(report.verdict).toBe('violated');
    for (const text of ['violated', 'was acknowledged', 'A producer was told', 'kill of broker-1', 'acks=1', 'What prevents it'])
      expect(first).toContain(text);
  });

  it('has results that say so in the shape of Jepsen', () => {
    const results = JSON.parse(resultsJson(report)) as Record<string, Record<string, unknown>>;
    expect(results['valid?']).toBe(false);
    expect(results['guarantees']?.['no-acknowledged-loss']).toMatchObject({ 'valid?': false, 'required?': true, 'promised?': false });
    expect(results['stats']).toMatchObject({ 'by-f': { send: { 'ok-count': expect.any(Number) as number } } });
    expect(resultsEdn(report)).toMatch(/^\{:valid\? false, :format-version 1, :run \{:name "/);
  });

  it('is told in 80 columns without colour, with the letters of what the brokers did under their columns', () => {
    if (report.failure === null) throw new Error('nothing failed');
    const lines = caseText(report.failure, plainPaint, 80);
    expect(Math.max(...lines.map(visibleWidth))).toBeLessThanOrEqual(80);
    const heading = lines.findIndex((line) => /^ +broker {2}1 2 3$/.test(line));
    const column = (line: string, broker: number): string => line[15 + 2 * (broker - 1)] ?? '';
    const dies = lines.find((line) => line.endsWith('  dies (killed)')) ?? '';
    expect(heading).toBeGreaterThan(0);
    expect([column(dies, 1), column(dies, 2)]).toEqual(['X', '|']);
    const after = lines.slice(lines.indexOf(dies) + 1).find((line) => line.includes('  controller elects')) ?? '';
    expect(column(after, 1)).toBe(' ');
  });

  it('shows no violation where what broke is not required', () => {
    const first = (page: string): string => page.slice(0, page.indexOf('<nav'));
    const held = first(runPage(reportOf(LOSS.replace('require: [no-acknowledged-loss]', 'require: [no-divergence]'))));
    expect(held).toContain('<span class="badge held">held</span>');
    expect(held).toContain('broken, and not required:');
    expect(first(runPage(report))).not.toContain('not required');
  });

  it('keeps every file of its folder, and says the same of the same run twice', () => {
    const files = resultsFolder(report);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'scenario.yaml',
        'results.edn',
        'results.json',
        'history.edn',
        'history.jsonl',
        'plots/latency-send.svg',
        'trialrun.log',
        'index.html',
      ]),
    );
    expect(resultsFolder(reportOf(LOSS))).toEqual(files);
  });

  it('shows what shrinking took away beside what is left', () => {
    const more = scenario(LOSS);
    const original = {
      ...more,
      faults: [...more.faults, { id: 'extra', kind: 'pause', target: 2, atUs: 9_000_000, forUs: 500_000 } as const],
    };
    const page = runPage({ ...report, original });
    expect(page).toContain('<del>pause of 2 at 9s for 500ms</del>');
    expect(page).toContain('1 fault not needed');
    expect(runPage(report)).not.toContain('As found and as shrunk');
  });
});

describe('a run with little in it', () => {
  it.each([
    ['without operations', NOTHING],
    ['with one operation', ONE],
  ])('gives a sensible page %s', (_, yaml) => {
    const report = reportOf(yaml);
    const page = runPage(report);
    expect(page.replace(/<(style|script|pre)[^]*?<\/\1>/g, '')).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(report.failure).toBeNull();
    expect(page).toContain('was not put to the test');
    expect(JSON.parse(resultsJson(report))).toMatchObject({ 'valid?': 'unknown' });
  });
});

describe('a run that keeps its promises', () => {
  const safe = LOSS.replace("acks: '1'", 'acks: all').replace('[[1, 2, 3]]', '[[1, 2, 3]], properties: { min.insync.replicas: 2 }');
  const report = reportOf(safe);

  it('says so, what it was put to, and how far that goes', () => {
    const page = runPage(report);
    expect(report.verdict).toBe('held');
    expect(page).toContain('Everything that is required held under');
    expect(page).toContain('none of them is a proof');
    expect(page).not.toContain('What happened</h2>');
  });

  it('marks what differs from the defaults of its release', () => {
    const page = runPage(report);
    expect(page).toMatch(/min\.insync\.replicas<\/code>\s*<\/td>\s*<td>\s*<code class="differs"\s*>2</);
  });

  it('has a log in which every notable event is a line', () => {
    const lines = columnTimeline(report.run, null, plainPaint, 120, Infinity);
    const deaths = report.run.events.filter(
      ({ type, fields }) => type === 'process-died' && String(fields['process']).startsWith('broker-'),
    );
    expect(lines.filter((line) => line.includes('dies ('))).toHaveLength(deaths.length);
  });
});

describe('faults in words', () => {
  it('names whom a fault is aimed at, and once there is a run whom it struck', () => {
    const loss = record(scenario(LOSS));
    expect(loss.scenario.faults.map(faultText)[1]).toBe('kill of 1 at 3300ms for 8s');
    expect(faultTexts(loss)[1]).toBe('kill of broker-1 at 3300ms for 8s');
  });
});
