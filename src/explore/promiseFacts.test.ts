import { expect, it } from 'vitest';
import type { GuaranteeName } from '../check/Finding.js';
import type { PromiseFacts } from '../check/promises.js';
import { promiseOf } from '../check/promises.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { ApplicationName } from './applications.js';
import { recommended } from './configuration.js';
import { generateScenario } from './generate.js';
import { promiseFactsOf } from './promiseFacts.js';
import { runTrial } from './trial.js';

function configurationOf(application: ApplicationName): ReturnType<typeof recommended> {
  return { ...recommended(), groups: [{ id: 'g1', members: 2, application }] };
}

function convergencePromised(facts: readonly PromiseFacts[]): boolean {
  return (['none', ...FAULT_CLASSES] as const).some((faultClass) =>
    facts.every((fact) => promiseOf('group-converges' satisfies GuaranteeName, faultClass, fact).promised),
  );
}

it('promises no slow handler that its group converges, in no class, and others that it does', () => {
  expect(convergencePromised(promiseFactsOf(configurationOf('slow-handler')))).toBe(false);
  expect(convergencePromised(promiseFactsOf(configurationOf('commit-after')))).toBe(true);
});

it('takes a member of a scenario for slow when one poll may take longer than max.poll.interval.ms, unless workers do the work', () => {
  // The generator gives slow handlers a max.poll.interval.ms of a second.
  const scenario = generateScenario(configurationOf('slow-handler'), '1', []);
  const promisedWith = (processUs: number, workers: number): boolean | undefined => {
    const consumers = scenario.workload.consumers.map((consumer) => ({
      ...consumer,
      application: consumer.application === null ? null : { ...consumer.application, processUs, workers },
      properties: consumer.application === null ? consumer.properties : { ...consumer.properties, 'max.poll.records': 100 },
    }));
    const { judgement } = runTrial({ ...scenario, durationUs: 2_500_000, workload: { producers: [], consumers } });
    return judgement.guarantees.find(({ name }) => name === 'group-converges')?.promise.promised;
  };
  expect([promisedWith(20_000, 0), promisedWith(20_000, 4), promisedWith(5000, 0)]).toEqual([false, true, true]);
});
