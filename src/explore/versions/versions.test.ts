import { describe, expect, it } from 'vitest';
import { PRESETS, type KafkaFeatures } from '../../kafka/protocol/features.js';
import { recommendedScenario } from '../../scenario/defaults.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { answer, type TrialJob, type TrialOutcome } from '../inquiry.js';
import { differencesBetween } from './differences.js';
import { failureOf } from './target.js';
import { versionsInquiry, type VersionsAnswer } from './versions.js';

const target = { guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost' };
const outcome = (fails: boolean): TrialOutcome => ({ hash: '', failures: fails ? [target] : [], verdicts: {}, classes: [], metrics: null });

/** A world whose failures follow from the features that hold, the properties of the first producer, and the number of the perturbation (0: as written). */
function ask(
  fails: (features: KafkaFeatures, producer: Scenario['topics'][number]['properties'], run: number) => boolean | null,
  runs = 20,
  scenario = recommendedScenario(),
): VersionsAnswer {
  const run = ({ scenario: job }: TrialJob): TrialOutcome | null => {
    const index = Number(/again\/(\d+)$/.exec(job.seed)?.[1] ?? 0);
    const failed = fails({ ...PRESETS[job.release], ...job.features }, job.workload.producers[0]?.properties ?? {}, index);
    return failed === null ? null : outcome(failed);
  };
  return answer(versionsInquiry(scenario, target, runs), run);
}

describe('bisecting releases', () => {
  it('names the one flag that makes the difference, in both directions', () => {
    const { transitions, rows, flags } = ask(({ brokerEpochs }) => !brokerEpochs);
    expect(rows.filter(({ count }) => count.failures > 0).map(({ release }) => release)).toEqual([
      '0.8.1',
      '0.8.2',
      '0.10.2',
      '0.11',
      '1.1',
      '2.0',
      '2.1',
    ]);
    expect(transitions).toHaveLength(1);
    const [transition] = transitions;
    expect([transition?.older.release, transition?.newer.release, transition?.evidence]).toEqual(['2.1', '2.4', 'counts']);
    const told = transition?.rows.filter(({ onOlder, onNewer }) => onOlder.effect !== 'none' || onNewer.effect !== 'none');
    expect(told).toMatchObject([{ difference: { name: 'brokerEpochs' }, onOlder: { effect: 'all' }, onNewer: { effect: 'all' } }]);
    expect(transition?.sets).toEqual([]);
    expect(flags).toMatchObject([{ name: 'brokerEpochs', value: false, count: { failures: 20, runs: 20 } }]);
  });

  it('finds the fewest flags that do together what none does alone', () => {
    const { transitions } = ask(
      ({ alterPartition, stopReplicaEpoch, endTxnExactEpoch }) => !(alterPartition && stopReplicaEpoch && endTxnExactEpoch),
    );
    expect(transitions).toHaveLength(1);
    expect(transitions[0]?.sets).toMatchObject([
      {
        side: 'older',
        differences: [{ name: 'alterPartition' }, { name: 'stopReplicaEpoch' }, { name: 'endTxnExactEpoch' }],
        fared: { count: { failures: 0 } },
      },
    ]);
  });

  it('names a default that changed, where nobody set the property', () => {
    const plain = recommendedScenario();
    const scenario = {
      ...plain,
      workload: { ...plain.workload, producers: plain.workload.producers.map((producer) => ({ ...producer, properties: {} })) },
    };
    const run = ({ scenario: job }: TrialJob): TrialOutcome => {
      const acks = job.workload.producers[0]?.properties['acks'];
      return outcome(acks === undefined ? job.release < '3' : acks !== 'all');
    };
    const { transitions } = answer(versionsInquiry(scenario, target, 20), run);
    const whole = transitions.flatMap(({ rows }) =>
      rows.filter(({ onOlder, onNewer }) => onOlder.effect === 'all' && onNewer.effect === 'all'),
    );
    expect(whole.map(({ difference }) => difference)).toEqual([{ name: 'producer.acks', kind: 'default', older: '1', newer: 'all' }]);
    expect(differencesBetween(plain, '2.7', '3.3').map(({ name }) => name)).not.toContain('producer.acks');
  });

  it('says so where only the run as written tells releases apart', () => {
    const { transitions } = ask(({ brokerEpochs }, _, run) => !brokerEpochs && run === 0);
    expect(transitions).toMatchObject([
      { evidence: 'schedule', older: { asWritten: true, count: { failures: 1 } }, newer: { asWritten: false } },
    ]);
    expect(transitions[0]?.rows.filter(({ onOlder }) => onOlder.effect === 'written').map(({ difference }) => difference.name)).toEqual([
      'brokerEpochs',
    ]);
  });

  it('tells a flag that is only a part of it from one that is all of it', () => {
    const { transitions } = ask(
      ({ brokerEpochs, memberIdRequired }, _, run) => (!brokerEpochs && run % 2 === 0) || (!memberIdRequired && run % 2 === 1),
    );
    const effects = transitions[0]?.rows
      .filter(({ onOlder }) => onOlder.effect !== 'none')
      .map(({ difference, onOlder }) => [difference.name, onOlder.effect]);
    expect(effects).toEqual([
      ['brokerEpochs', 'part'],
      ['memberIdRequired', 'part'],
    ]);
    expect(transitions[0]?.sets.map(({ side, differences }) => [side, differences.map(({ name }) => name)])).toEqual([
      ['older', ['brokerEpochs', 'memberIdRequired']],
      ['newer', ['brokerEpochs', 'memberIdRequired']],
    ]);
  });

  it('finds no difference where there is none, and what was lost is no failure', () => {
    const always = ask(() => true);
    expect(always.transitions).toEqual([]);
    expect(always.flags).toEqual([]);
    const none = ask(() => null);
    expect(none).toMatchObject({ transitions: [], flags: [], runs: 0, written: { asWritten: null } });
  });

  it('leaves out a release that does not take the scenario, and says why', () => {
    const plain = recommendedScenario();
    const producers = plain.workload.producers.map((producer) => ({
      ...producer,
      transaction: { records: 2, abortEvery: 0 },
      properties: { 'transactional.id': producer.id },
    }));
    const { rows, transitions } = ask(() => true, 4, { ...plain, workload: { ...plain.workload, producers } });
    const refused = rows.filter(({ refusal }) => refusal !== '');
    expect(refused.map(({ release, refusal }) => `${release}: ${refusal}`)).toEqual(
      ['0.8.1', '0.8.2', '0.10.2'].map((release) => `${release}: transaction: Kafka ${release} has no transactions`),
    );
    expect(transitions).toEqual([]);
  });
});

describe('what a scenario is about', () => {
  const scenario = {
    ...recommendedScenario(),
    expect: [{ verdict: {} }, { features: { brokerEpochs: false }, verdict: { 'no-acknowledged-loss': 'violated' as const } }],
  };

  it('is what was found in it, or what it shows as written, or what it claims to show', () => {
    const found = { ...target, hash: '', version: '', digest: '' };
    expect(failureOf(scenario, found, () => outcome(true))).toEqual({ target, shownBy: 'as written' });
    expect(failureOf(scenario, null, () => outcome(true))).toEqual({ target, shownBy: 'as written' });
    expect(failureOf(scenario, null, ({ features }) => outcome(features.brokerEpochs === false))).toEqual({
      target,
      shownBy: 'brokerEpochs=false',
    });
    expect(failureOf(scenario, found, () => outcome(false))).toBeNull();
  });
});
