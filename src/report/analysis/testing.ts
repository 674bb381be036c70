/** Subjects of analyses for tests, studied in this process with as few runs as make sense. */
import { answer, runJob } from '../../explore/inquiry.js';
import { studyInquiry, type Study } from '../../explore/study.js';
import { parseScenarioObject } from '../../scenario/parse.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { record, runReport } from '../RunReport.js';
import { analysisSubject, casesOf, targetsOf, type AnalysisSubject } from './AnalysisSubject.js';

/** acks=1, replication held up, and the leader killed: what only it had is lost. @param more other parts of the file. */
export function losingScenario(more: Record<string, unknown> = {}): Scenario {
  const parsed = parseScenarioObject(
    {
      name: 'losing',
      title: 'A leader dies with what only it had',
      cluster: { properties: { 'zookeeper.session.timeout.ms': 2000 } },
      topics: [{ name: 'orders', assignment: [[1, 2, 3]], properties: { 'min.insync.replicas': 2 } }],
      workload: { producers: [{ id: 'p1', count: 20, start: '2s', every: '50ms', properties: { acks: '1', retries: 100 } }] },
      faults: [
        { id: 'slow', kind: 'slow-link', from: [1], to: [2, 3], min: '250ms', max: '250ms', at: '2s', for: '4s' },
        { id: 'dead', kind: 'kill', target: 1, at: '2800ms', for: '4s' },
      ],
      duration: '9s',
      require: ['no-acknowledged-loss'],
      ...more,
    },
    'losing',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

export function studied(scenario: Scenario): AnalysisSubject {
  const targets = targetsOf(casesOf(record(scenario)));
  return opened(scenario, answer(studyInquiry(scenario, targets, { runs: 3, releaseRuns: 1 }), runJob));
}

/** Runs it, and opens what it shows. */
export function opened(scenario: Scenario, study: Study): AnalysisSubject {
  const run = record(scenario);
  const known = { notModelled: [], given: null, original: null, when: null };
  const report = runReport(run, { ...known, replayCommand: 'npx trialrun replay losing.yaml', origin: '', version: '1.2.3' });
  return analysisSubject({ ...run, report, cases: casesOf(run), study, page: 'index.html', cutShort: '' });
}
