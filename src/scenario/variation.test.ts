import { expect, it } from 'vitest';
import { parseScenario } from './parse.js';
import type { Scenario } from './Scenario.js';
import { changeText, varied } from './variation.js';

function scenarioOf(text: string): Scenario {
  const parsed = parseScenario(text, 'test.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

const TWO = `
topics: [{name: orders}, {name: bills}]
workload:
  consumers:
    - {id: c1, topics: [orders], application: {commit: auto, process: 5ms, output: bills}}
    - {id: c2}
`;

it('changes the application of group members only, with what follows for their clients', () => {
  const scenario = scenarioOf(TWO);
  const [member, watcher] = varied(scenario, { application: { commit: 'transaction', workers: 2 } }).workload.consumers;
  expect(member?.application).toMatchObject({
    commit: 'transaction',
    workers: 2,
    processUs: 5_000,
    outputProperties: { 'transactional.id': 'c1' },
  });
  expect(member?.properties['enable.auto.commit']).toBe(false);
  expect(watcher).toEqual(scenario.workload.consumers[1]);
  const back = varied(varied(scenario, { application: { commit: 'transaction' } }), { application: { commit: 'auto' } });
  expect(back.workload.consumers[0]?.properties['enable.auto.commit']).toBe(true);
  expect(back.workload.consumers[0]?.application?.outputProperties).toEqual({});
});

it('lets properties of the same change win', () => {
  const change = { application: { commit: 'after' }, properties: { 'consumer.enable.auto.commit': true } } as const;
  expect(varied(scenarioOf(TWO), change).workload.consumers[0]?.properties['enable.auto.commit']).toBe(true);
  expect(changeText(change)).toBe('consumer.enable.auto.commit=true, application.commit=after');
});
