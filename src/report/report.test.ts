import { describe, expect, it } from 'vitest';
import { generateScenario } from '../explore/generate.js';
import { recommended } from '../explore/configuration.js';
import { runTrial } from '../explore/trial.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { CheckReport } from './checkReport.js';
import { checkText } from './checkText.js';
import { checkJson } from './json.js';
import { checkJunit } from './junit.js';
import { escapeMarkup, html } from './markup.js';
import { grouped } from './numbers.js';
import { recordedRun } from './RecordedRun.js';
import { resultsFolder } from './results/resultsFolder.js';
import { runReport, type RunContext } from './RunReport.js';
import { plainPaint, textTable, wrapped } from './textTable.js';
import { timelineOf } from './timeline.js';

const HOSTILE = `<script>alert("x")</script> & 'quote' \u0000`;

describe('markup', () => {
  it('escapes what is not markup and leaves out what XML forbids', () => {
    expect(escapeMarkup(HOSTILE)).toBe('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;quote&#39; \ufffd');
    expect(html`<p>${'<b>'}${html`<i>${1}</i>`}${[null, false, 'x']}</p>`.text).toBe('<p>&lt;b&gt;<i>1</i>x</p>');
  });
});

describe('numbers and tables', () => {
  it('groups digits whatever the locale', () => {
    expect([grouped(0), grouped(999), grouped(1_234_567)]).toEqual(['0', '999', '1,234,567']);
  });

  it('aligns columns by what is seen, not by colour codes', () => {
    expect(
      textTable([
        ['\u001b[31mab\u001b[39m', 'x'],
        ['c', 'y'],
      ]),
    ).toEqual(['\u001b[31mab\u001b[39m  x', 'c   y']);
  });

  it('breaks lines between words only', () => {
    expect(wrapped('one two three', 8, '  ', '')).toEqual(['one two', '  three']);
  });
});

/** A check in which one thing failed, with hostile text everywhere that text can be. */
function hostileReport(): CheckReport {
  const scenario = generateScenario(recommended(), '1', FAULT_CLASSES);
  const { judgement } = runTrial({ ...scenario, faults: [], durationUs: 3_000_000 });
  const promise = { promised: false, because: HOSTILE, source: 'a KIP', remedy: HOSTILE };
  const cell = { faultClass: 'crash' as const, promise, required: true, seeds: 9, exercised: 9, violated: 2 };
  return {
    ...{ verdict: 'violated', exitCode: 1, configuration: [['Kafka', HOSTILE]], remarks: [], notModelled: [], requiredClasses: ['crash'] },
    strategy: { name: 'random', depth: null, size: null },
    requiredGuarantees: ['no-acknowledged-loss'],
    rows: [
      {
        guarantee: 'no-acknowledged-loss',
        required: true,
        cells: [
          { ...cell, status: 'violated' },
          { ...cell, faultClass: 'pause', status: 'held', violated: 0 },
        ],
      },
    ],
    ...{ firstSeed: 1, tried: 9, asked: 10, stoppedEarly: true, premises: judgement.premises, faults: [['kill', 3]], events: 5, sends: 5 },
    ...{
      coverage: null,
      seconds: 1.5,
      workers: 2,
      repeated: 1,
      nondeterminism: null,
      version: '0.0.0',
      build: 'b',
      shard: null,
      digest: '0',
      missing: null,
    },
    failures: [
      {
        ...{
          guarantee: 'no-acknowledged-loss',
          kind: 'acknowledged-record-lost',
          required: true,
          classes: ['crash'],
          seed: '4',
          headline: HOSTILE,
        },
        ...{
          faults: ['kill of broker-1'],
          faultsBefore: 8,
          shrinkRuns: 20,
          story: [{ timeUs: 5, text: HOSTILE }],
          because: HOSTILE,
          source: 's',
        },
        ...{
          remedy: HOSTILE,
          hash: 'abc',
          folder: 'reports/x',
          page: 'reports/x/index.html',
          replayCommand: 'npx trialrun replay reports/x/scenario.yaml',
        },
      },
    ],
    lost: [{ seed: '7', fate: 'crashed', repeated: false, detail: HOSTILE, replayCommand: 'npx trialrun replay 7' }],
  };
}

describe('JUnit', () => {
  it('escapes everything and counts failures, errors and skipped cases', () => {
    const xml = checkJunit(hostileReport());
    expect(xml).not.toMatch(/<script|\u0000/);
    expect(xml).toContain('tests="3" failures="1" errors="1" skipped="0"');
    expect(xml).toContain('<failure type="no-acknowledged-loss" message="violated in 2 of 9 seeds">&lt;script&gt;');
    expect((xml.match(/<testcase /g) ?? []).length).toBe((xml.match(/<\/testcase>|<testcase [^>]*\/>/g) ?? []).length);
  });
});

describe('JSON', () => {
  it('can be read back', () => {
    const json = JSON.parse(checkJson(hostileReport())) as {
      guarantees: { classes: { status: string }[] }[];
      faults: Record<string, number>;
    };
    expect(json.guarantees[0]?.classes.map(({ status }) => status)).toEqual(['violated', 'held']);
    expect(json.faults['kill']).toBe(3);
  });
});

describe('the text of a check', () => {
  it('shows the table, the story, the remedy and the command that replays it', () => {
    const text = checkText(hostileReport(), plainPaint, 100).join('\n');
    expect(text).toMatch(/no-acknowledged-loss +VIOLATED +held/);
    expect(text).toMatch(/Replay: npx trialrun replay reports\/x\/scenario\.yaml/);
    expect(text).toMatch(/It takes 1 fault \(seed 4 had 8\): kill of broker-1\./);
    expect(text).toMatch(/seed 7 crashed its worker/);
    expect(text).toMatch(/VIOLATED This configuration violates no-acknowledged-loss/);
    expect(text).not.toMatch(/Exhausted/);
  });

  it('says that a space is exhausted when all of it was tried, and only then', () => {
    const conclusion = (size: number | null, firstSeed = 1): string => {
      const strategy = { name: 'exhaustive' as const, depth: 1, size };
      return checkText({ ...hostileReport(), verdict: 'held', strategy, firstSeed }, plainPaint, 200).at(-1) ?? '';
    };
    expect(conclusion(9)).toMatch(/^HELD Exhausted: all 9 scenarios of the space were tried\. Every required guarantee held in each\./);
    expect(conclusion(10)).toMatch(/^HELD Every required guarantee held in 9 seeds\. That is evidence, not proof/);
    expect(conclusion(9, 2)).not.toMatch(/Exhausted/);
    expect(conclusion(null)).not.toMatch(/Exhausted/);
  });
});

describe('the folder of a failing run', () => {
  const scenario = { ...generateScenario(recommended(), '1', FAULT_CLASSES), title: HOSTILE };
  const result = runTrial(scenario, { record: true });
  const finding = {
    ...{
      guarantee: 'no-acknowledged-loss' as const,
      kind: 'acknowledged-record-lost' as const,
      partition: result.history.sends[0]?.partition ?? 1,
    },
    ...{ offset: 0, value: 0, timeUs: 10_000_000, eventIndex: -1, message: HOSTILE, witness: {} },
  };
  const judgement = { ...result.judgement, findings: [finding] };
  const run = recordedRun(scenario, { ...result, judgement });
  const context: RunContext = {
    ...{ replayCommand: 'npx trialrun replay x', origin: HOSTILE, version: '0.0.0', original: scenario, when: null, given: null },
    notModelled: [{ name: 'x', reason: HOSTILE }],
  };
  const files = new Map(resultsFolder(runReport(run, context)));
  const page = files.get('index.html') ?? '';

  it('is a page that needs nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(src|srcset|action)=|@import|url\((?!#)|<link|<iframe|javascript:|https?:/i);
    expect([...page.matchAll(/href="([^"]*)"/g)].filter(([, target]) => !target?.startsWith('#'))).toEqual([]);
    expect(page).toContain(`default-src 'none'`);
  });

  it('has no inline handlers or style attributes, and escapes what others wrote', () => {
    expect(page).not.toMatch(/<[^>]+\s(on\w+|style)=/);
    expect(page).not.toContain('<script>alert');
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it('has charts with titles, the scenario, the hash and the command', () => {
    const charts = page.match(/<svg [^>]*role="img"[^>]*>/g) ?? [];
    expect(charts.length).toBeGreaterThanOrEqual(4);
    expect(charts.every((chart) => chart.includes('aria-label="'))).toBe(true);
    expect(page).toContain(result.hash);
    expect(page).toContain('npx trialrun replay x');
    expect(page).toContain('formatVersion: 1');
  });

  it('is the same text every time', () => {
    expect(new Map(resultsFolder(runReport(run, context)))).toEqual(files);
  });

  it('holds the history as JSON lines and as EDN, one operation each', () => {
    const lines = (files.get('history.jsonl') ?? '').trimEnd().split('\n');
    const edn = (files.get('history.edn') ?? '').trimEnd().split('\n');
    expect(lines.length).toBe(edn.length);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ index: 0, process: 'nemesis', f: 'configuration' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ index: 1, type: 'invoke' });
    expect(edn[1]).toMatch(/^\{:index 1, :time \d+, :type :invoke, :process \d+, :f :\w+, :value \[.*\], :client "\w+"\}$/);
  });

  it('draws leaders from the elections that happened', () => {
    const timeline = timelineOf(run.events, result.virtualUs);
    const elections = run.events.filter(({ type, fields }) => type === 'leader-elected' && fields['partition'] === 'orders-0');
    expect(timeline.partitions.get('orders-0')?.terms.map(({ leaderEpoch }) => leaderEpoch)).toEqual(
      elections.map(({ fields }) => fields['leaderEpoch']),
    );
    expect(timeline.brokers).toEqual(expect.arrayContaining([1, 2, 3]));
  });
});
