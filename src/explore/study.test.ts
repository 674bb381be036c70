import { describe, expect, it } from 'vitest';
import { kafkaReleases } from '../kafka/protocol/release.js';
import { parseScenarioObject } from '../scenario/parse.js';
import type { Scenario } from '../scenario/Scenario.js';
import { changeText } from '../scenario/variation.js';
import { answer, type TrialOutcome } from './inquiry.js';
import { scenarioChanges } from './remedies/scenarioChanges.js';
import { studyInquiry, type Study } from './study.js';

const target = { guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost' };

function scenarioWith(more: Record<string, unknown> = {}): Scenario {
  const parsed = parseScenarioObject(
    {
      name: 'study',
      title: 'study',
      topics: [{ name: 'orders', assignment: [[1, 2, 3]], properties: { 'min.insync.replicas': 2 } }],
      workload: { producers: [{ id: 'p1', count: 1, properties: { acks: '1' } }] },
      faults: [
        { id: 'idle', kind: 'kill', target: 3, at: '1s', for: '1s' },
        { id: 'first', kind: 'kill', target: 1, at: '2s', for: '1s' },
        { id: 'second', kind: 'kill', target: 2, at: '3s', for: '1s' },
      ],
      duration: '5s',
      ...more,
    },
    'study',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** A world in which a scenario fails as told; counts how often each scenario is run. */
function study(scenario: Scenario, fails: (scenario: Scenario) => boolean, ran: Scenario[] = []): Study {
  return answer(studyInquiry(scenario, [target], { runs: 4, releaseRuns: 2 }), ({ scenario: run }): TrialOutcome => {
    ran.push(run);
    return { hash: '', failures: fails(run) ? [target] : [], verdicts: {}, classes: [], metrics: null };
  });
}

const has = ({ faults }: Scenario, id: string): boolean => faults.some((fault) => fault.id === id);
const acksOf = ({ workload }: Scenario): unknown => workload.producers[0]?.properties['acks'];

describe('a study', () => {
  it('names the faults that the failure needs, and counts it without each of them', () => {
    const found = study(scenarioWith(), (run) => has(run, 'first') && has(run, 'second'));
    expect(found.asWritten.counts).toEqual([{ failures: 4, runs: 4 }]);
    expect(found.needed).toEqual([['first', 'second']]);
    expect(found.withoutFault.map(({ id, counts }) => [id, counts[0]?.failures])).toEqual([
      ['idle', 4],
      ['first', 0],
      ['second', 0],
    ]);
  });

  it('keeps one of two faults that do for each other', () => {
    const found = study(scenarioWith(), (run) => has(run, 'first') || has(run, 'second'));
    expect(found.needed).toEqual([['second']]);
    expect(found.withoutFault.map(({ counts }) => counts[0]?.failures)).toEqual([4, 4, 4]);
  });

  it('counts every change over the same schedules, and every release over fewer', () => {
    const found = study(scenarioWith(), (run) => acksOf(run) === '1' && run.release !== '0.11');
    const counts = Object.fromEntries(found.changes.map(({ change, counts: [count] }) => [changeText(change), count]));
    expect(counts['producer.acks=all']).toEqual({ failures: 0, runs: 4 });
    expect(counts['topic.flush.messages=1']).toEqual({ failures: 4, runs: 4 });
    expect(found.releases.map(({ release }) => release)).toEqual(kafkaReleases);
    const of = (wanted: string): unknown => found.releases.find(({ release }) => release === wanted)?.counts[0];
    expect(of('0.11')).toEqual({ failures: 0, runs: 2 });
    expect(of('2.0')).toEqual({ failures: 2, runs: 2 });
  });

  it('runs nothing twice', () => {
    const ran: Scenario[] = [];
    const found = study(scenarioWith(), () => true, ran);
    const texts = ran.map((scenario) => JSON.stringify(scenario));
    expect(new Set(texts).size).toBe(texts.length);
    expect(found.runsInAll).toBe(texts.length);
  });

  it('of nothing that failed has only the changes', () => {
    const none = answer(studyInquiry(scenarioWith(), [], { runs: 2, releaseRuns: 2 }), () => null);
    expect(none).toMatchObject({ withoutFault: [], releases: [], needed: [], versions: null, runsInAll: 0 });
    expect(none.changes.length).toBeGreaterThan(0);
  });
});

describe('the changes of a scenario', () => {
  it('leave out what is set already, and take in what the scenario makes claims about', () => {
    const scenario = scenarioWith({
      workload: { producers: [{ id: 'p1', count: 1, properties: { acks: 'all', 'enable.idempotence': true } }] },
      expect: [
        { properties: { 'topic.flush.messages': 1 }, verdict: { 'no-acknowledged-loss': 'held' } },
        { features: { truncation: 'kip-101' }, verdict: { 'no-acknowledged-loss': 'held' } },
        { release: '2.0', verdict: { 'no-acknowledged-loss': 'held' } },
      ],
    });
    expect(scenarioChanges(scenario).map(changeText)).toEqual([
      'producer.max.in.flight.requests.per.connection=1',
      'topic.flush.messages=1',
      'truncation=kip-101',
    ]);
  });

  it('are those of applications and of the transaction protocol where there are any', () => {
    const scenario = scenarioWith({
      workload: {
        producers: [{ id: 'p1', count: 1, transaction: { records: 1 } }],
        consumers: [{ id: 'c1', application: { commit: 'auto', workers: 2, process: '1ms' } }],
      },
    });
    const texts = scenarioChanges(scenario).map(changeText);
    expect(texts).toContain('consumer.isolation.level=read_committed');
    expect(texts).toContain('application.commit=after');
    expect(texts).toContain('application.workers=0');
    expect(texts).toContain('transactionV2=true');
  });
});
