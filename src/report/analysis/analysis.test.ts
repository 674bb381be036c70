import { beforeAll, describe, expect, it } from 'vitest';
import { analysisDocument, documentFiles } from './analysisDocument.js';
import type { WhenReport } from '../whenText.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { documentMarkdown } from './documentMarkdown.js';
import { preventing } from './prevention.js';
import { losingScenario, opened, studied } from './testing.js';

const markdownOf = (...subjects: AnalysisSubject[]): string => documentMarkdown(analysisDocument(subjects, '1.2.3'));

describe('the analysis of a failing run', () => {
  let subject: AnalysisSubject;
  let markdown: string;
  beforeAll(() => {
    subject = studied(losingScenario());
    markdown = markdownOf(subject);
  }, 60_000);

  it('counts and names its findings in the abstract, and gives each a section', () => {
    expect(markdown).toContain(
      'We found one violation: [loss of acknowledged records](#31-loss-of-acknowledged-records) (3 of 3 schedules).',
    );
    expect(markdown).toContain('We report one finding.');
    expect(markdown).toContain('### 3.1 Loss of acknowledged records');
  });

  it('shows the part of the history that has the lost record in it, as the history has it', () => {
    const history = /```clojure\n([\s\S]*?)```/.exec(markdown)?.[1] ?? '';
    const { value } = subject.cases[0]?.finding ?? { value: -1 };
    expect(history).toContain(`:type :invoke, :process`);
    expect(history).toMatch(new RegExp(`:type :ok, .*\\[\\[:send "orders-0" \\[\\d+ ${value}\\]\\]\\]`));
    expect(history).toContain(':f :kill');
    // Every completion with its invocation.
    expect(history.match(/:type :invoke/g)?.length).toBe(history.match(/:type :ok/g)?.length);
    expect(history.trim().split('\n').length).toBeLessThan(27);
  });

  it('says which faults it needs', () => {
    expect(markdown).toContain('The run as written needs both of its faults: without either the failure does not show.');
    expect(markdown).toMatch(/\| slow \(slow-link\) \| network \| yes \| 0 of 3 \|/);
    expect(markdown).toMatch(/\| 1 \| \[Loss of acknowledged records\]\(#31-loss-of-acknowledged-records\) \| slow-link, kill \|/);
  });

  it('advises what prevented it and is promised, and says of the rest how it fared', () => {
    expect(markdown).toMatch(/\| `producer.acks=all` \| 0 of 3 \| yes \|/);
    expect(markdown).toMatch(/\| `topic.flush.messages=1` \| 3 of 3 \| – \|/);
    expect(markdown).toContain('Against [finding 1](#31-loss-of-acknowledged-records): `producer.acks=all`');
  });

  it('does not advise what merely held', () => {
    const [helped = []] = subject.preventions;
    const held = helped.map((one) => ({ ...one, promise: { ...one.promise, promised: false, because: 'it was luck', source: 'nobody' } }));
    const told = markdownOf({ ...subject, preventions: [held] });
    expect(told).toContain('The guarantee is not promised then, though: it was luck (nobody).');
    expect(told).toContain('Against [finding 1](#31-loss-of-acknowledged-records): acks=all with min.insync.replicas=2.');
  });

  it('calls nothing a prevention that breaks the guarantee in another way', () => {
    const changes = subject.study.changes.map((one) => ({ ...one, broken: [{ failures: 1, runs: 3 }] }));
    const [open] = subject.cases;
    expect(open === undefined ? null : preventing({ ...subject, study: { ...subject.study, changes } }, open, 0)).toEqual([]);
  });

  it('says from when on it could not be avoided, where that was computed', () => {
    const point = (atUs: number, failures: number) => ({ atUs, failures, runs: 8, interval: { low: 0, high: 1 } });
    const [before, after] = [point(2_000_000, 3), point(2_800_000, 8)];
    const noReturn = { before, after, exact: true, sentences: [{ timeUs: 2_800_000, text: 'Broker 1 dies (killed).' }] };
    const when = { points: [before, after], steps: [], noReturn, runsPerMoment: 8, faults: 'kept', runs: 16 } as unknown as WhenReport;
    const told = markdownOf({ ...subject, report: { ...subject.report, when } });
    expect(told).toContain(
      'At 2.000000 s 3 of 8 futures failed, and from 2.800000 s on 8 of 8. In between:\n\n- `2.800000 s` Broker 1 dies (killed).',
    );
    const never = markdownOf({ ...subject, report: { ...subject.report, when: { ...when, noReturn: null, points: [before] } } });
    expect(never).toContain('Even at the last moment, 2.000 s, only 3 of 8 futures failed');
    expect(markdown).not.toContain('From when on.');
  });

  it('ends with what must be typed and what must come out', () => {
    expect(markdown).toContain('```sh\nnpx trialrun replay losing.yaml\n```');
    expect(markdown).toContain(`\`${subject.result.hash}\``);
  });

  it('is the same, byte for byte, when it is run and told again', () => {
    const again = documentFiles(analysisDocument([opened(losingScenario(), subject.study)], '1.2.3'));
    expect(again).toEqual(documentFiles(analysisDocument([subject], '1.2.3')));
  });

  it('numbers the findings of several runs on, and says of which run it speaks', () => {
    const both = markdownOf(subject, subject);
    expect(both).toContain('We report two findings.');
    expect(both).toContain(' and [finding 2](');
    expect(both).toContain('Faults injected (losing).');
  });

  it('speaks of the same record once', () => {
    const [open] = subject.cases;
    const twice = {
      ...subject,
      cases: [...subject.cases, ...subject.cases],
      preventions: [...subject.preventions, ...subject.preventions],
    };
    expect(open).toBeDefined();
    expect(markdownOf(twice)).toContain('It is the same record as in [finding 1]');
    expect(markdownOf(twice).match(/Inside the cluster, this is what led to it/g)).toHaveLength(1);
  });
});

describe('the analysis of a run that held', () => {
  it('finds nothing, and shows what the same faults do with a setting changed for the worse', () => {
    const properties = { acks: 'all', retries: 100 };
    const scenario = losingScenario({
      workload: { producers: [{ id: 'p1', count: 20, start: '2s', every: '50ms', properties }] },
      expect: [{ properties: { 'producer.acks': '1' }, verdict: { 'no-acknowledged-loss': 'violated' } }],
    });
    const markdown = markdownOf(studied(scenario));
    expect(markdown).toContain(
      'We found no violation in the run as written: `no-acknowledged-loss` held; nothing that is required was violated in any of 3 schedules.',
    );
    expect(markdown).toContain('There is no finding to sum up.');
    expect(markdown).toMatch(/\| `producer.acks=1` \| `no-acknowledged-loss` in 3 \| 3 \| [1-9]\d* \| 60 \|/);
  });
});

describe('an analysis of what somebody else named', () => {
  it('lets nothing of it become markup, in the page or in Markdown', () => {
    const hostile = '</title><script>alert(1)</script> *b* \u202e';
    const subject = studied(losingScenario({ title: hostile, teaches: hostile }));
    const [page, markdown] = documentFiles(analysisDocument([subject], '1')).map(([, text]) => text) as [string, string];
    expect(page).not.toContain('<script');
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(markdown).toMatch(/^# \\<\/title\\>\\<script\\>alert\(1\)\\<\/script\\> \\\*b\\\* U\+202E\n/);
  });

  it('needs a run', () => {
    expect(() => analysisDocument([], '1')).toThrow('an analysis needs a run');
  });
});
