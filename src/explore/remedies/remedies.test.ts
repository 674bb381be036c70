import { describe, expect, it } from 'vitest';
import type { GuaranteeName, Scenario } from '../../scenario/Scenario.js';
import { recommended, type TrialConfiguration } from '../configuration.js';
import { answer, type TrialOutcome } from '../inquiry.js';
import { candidateRemedies } from './candidates.js';
import { remediesInquiry, type RemediesAnswer } from './remedies.js';

const loss: GuaranteeName = 'no-acknowledged-loss';

function configuration(more: Partial<TrialConfiguration> = {}): TrialConfiguration {
  return { ...recommended(), producerProperties: new Map([['acks', '1']]), ...more };
}

/** A world in which a guarantee breaks as told by the scenario; `seconds` it takes to be acknowledged. */
function ask(
  subject: TrialConfiguration,
  breaks: (scenario: Scenario) => readonly GuaranteeName[] | null,
  latencyUs: (scenario: Scenario) => number = () => 10,
): RemediesAnswer {
  const question = {
    ...{ configuration: subject, guarantee: loss, requiredGuarantees: [loss, 'producer-order' as const] },
    ...{ classes: ['crash' as const], requiredClasses: ['crash' as const], failingSeeds: ['7', '9'], firstSeed: 1, seeds: 10 },
  };
  return answer(remediesInquiry(question), ({ scenario }): TrialOutcome | null => {
    const broken = breaks(scenario);
    if (broken === null) return null;
    const verdicts = Object.fromEntries(
      [loss, 'producer-order' as const].map((name) => [name, broken.includes(name) ? 'violated' : 'held']),
    );
    const metrics = {
      acceptingUs: 99,
      totalUs: 100,
      sends: 1,
      acknowledged: 1,
      latenciesUs: [latencyUs(scenario)],
      lost: 0,
      duplicates: 0,
    };
    return { hash: '', failures: [], verdicts, classes: [], metrics };
  });
}

const acksOf = ({ workload }: Scenario): string => String(workload.producers[0]?.properties['acks']);
const minIsrOf = ({ topics }: Scenario): number => Number(topics[0]?.properties['min.insync.replicas']);
const texts = ({ held }: RemediesAnswer): string[] => held.map(({ changes }) => changes.map(({ text }) => text).join(' + '));

describe('remedies', () => {
  it('are the single changes that keep the guarantee, the smaller one first, with what they cost', () => {
    const found = ask(
      configuration(),
      (scenario) => (acksOf(scenario) === 'all' || minIsrOf(scenario) === 3 ? [] : [loss]),
      (scenario) => (acksOf(scenario) === 'all' ? 25 : 10),
    );
    expect(texts(found)).toEqual(['producer acks=all', 'topic min.insync.replicas=3']);
    expect(found.base).toEqual({ failures: 10, runs: 10 });
    expect(found.pairs).toBe(0);
    // Ten seeds of the batch, and the two that failed.
    expect(found.held[0]).toMatchObject({
      count: { failures: 0, runs: 12 },
      promised: { promised: true },
      difference: { p50Us: { mean: 15, higher: 10 } },
    });
    expect(found.held[1]).toMatchObject({ promised: { promised: false }, difference: { p50Us: { mean: 0 } } });
  });

  it('are none that hold under the failing seeds only', () => {
    const found = ask(configuration(), (scenario) => (acksOf(scenario) === 'all' && scenario.seed !== '5' ? [] : [loss]));
    expect(found.held).toEqual([]);
    expect(found.pairs).toBeGreaterThan(0);
  });

  it('are pairs where nothing suffices alone', () => {
    const found = ask(configuration(), (scenario) => (acksOf(scenario) === 'all' && minIsrOf(scenario) === 3 ? [] : [loss]));
    expect(texts(found)).toEqual(['producer acks=all + topic min.insync.replicas=3']);
    expect(found.held[0]?.size).toBe(3);
  });

  it('come last when something else breaks instead', () => {
    const found = ask(configuration(), (scenario) =>
      acksOf(scenario) === 'all' ? ['producer-order'] : minIsrOf(scenario) === 3 ? [] : [loss],
    );
    expect(texts(found)).toEqual(['topic min.insync.replicas=3', 'producer acks=all']);
    expect(found.held[1]?.alsoBroken).toEqual([['producer-order', 10]]);
  });

  it('are not what Kafka refuses', () => {
    const subject = configuration({
      producerProperties: new Map<string, string | boolean>([
        ['acks', '0'],
        ['enable.idempotence', false],
      ]),
    });
    const { refused } = ask(subject, () => [loss]);
    expect(refused).toMatchObject([
      {
        text: 'producer enable.idempotence=true',
        refusal: expect.stringMatching(/acks=0; Kafka refuses it beside enable.idempotence=true/),
      },
    ]);
  });

  it('are none, and nothing is said to hold, when no run comes to an end', () => {
    expect(ask(configuration(), () => null)).toMatchObject({ held: [], base: { failures: 0, runs: 0 } });
  });
});

describe('the neighbours of a configuration', () => {
  const names = (subject: TrialConfiguration): string[] => candidateRemedies(subject).map(({ text }) => text.replace(/ \(.*/, ''));

  it('hold nothing that is so already, nothing weaker, and nothing that the cluster is too small for', () => {
    const of = names(recommended());
    expect(of.filter((text) => /acks|min\.insync\.replicas=2|unclean|replication|upgrade|application|isolation/.test(text))).toEqual([]);
    expect(names(configuration())).toContain('producer acks=all');
    expect(names(configuration({ producerProperties: new Map([['acks', '0']]) }))).toContain('producer acks=1');
    expect(names(configuration({ brokers: 4 }))).toContain('replication factor 4');
    expect(names(configuration({ brokerProperties: new Map([['unclean.leader.election.enable', true]]) }))).toContain(
      'topic unclean.leader.election.enable=false',
    );
  });

  it('are applications and consumer properties for groups, protocols for transactions, and newer releases', () => {
    const groups = [{ id: 'g1', members: 2, application: 'auto-workers' as const }];
    const of = names(configuration({ groups, transactionalProducers: 2, release: '2.7' }));
    expect(of).toEqual(
      expect.arrayContaining([
        'application auto-workers → commit-after-workers',
        'consumer isolation.level=read_committed',
        'transaction protocol V2',
        'upgrade to Kafka 3.9',
      ]),
    );
    expect(of).not.toContain('upgrade to Kafka 2.4');
  });
});
