import { describe, expect, it } from 'vitest';
import { formatScenario } from './format.js';
import { knownSites } from './knownSites.js';
import { parseScenario } from './parse.js';
import { problemText } from './Problem.js';

const problems = (text: string): string[] => {
  const result = parseScenario(text, 's.yaml');
  return result.ok ? [] : result.problems.map(problemText);
};

describe('buggify sites in a scenario', () => {
  it('are read and written as they were', () => {
    const read = parseScenario('name: x\nbuggify:\n  replica-fetch/one-batch: 0.1\n  log/roll-early: 1\n', 's.yaml');
    if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'));
    expect(read.scenario.buggify).toEqual({ 'replica-fetch/one-batch': 0.1, 'log/roll-early': 1 });
    const again = parseScenario(formatScenario(read.scenario), 't.yaml');
    expect(again.ok && again.scenario).toEqual(read.scenario);
  });

  it('are none unless somebody writes them', () => {
    const read = parseScenario('name: x\n', 's.yaml');
    expect(read.ok && 'buggify' in read.scenario).toBe(false);
  });

  it('that do not exist are an error that names the nearest one', () => {
    expect(problems('name: x\nbuggify:\n  replica-fetch/one-bach: 0.1\n')).toEqual([
      's.yaml:3:3 buggify.replica-fetch/one-bach: there is no buggify site replica-fetch/one-bach. Did you mean replica-fetch/one-batch?',
    ]);
  });

  it('fire with a probability, and nothing else is one', () => {
    expect(problems('name: x\nbuggify:\n  log/roll-early: 1.5\n')).toEqual([
      's.yaml:3:19 buggify.log/roll-early: 1.5 is out of range. Write a probability from 0 to 1',
    ]);
  });

  it('are there for brokers, coordinators, the controller, ZooKeeper and every client, each with one line that says what it does', () => {
    const rooms = new Set(knownSites().map(({ id }) => id.split('/')[0]));
    for (const room of ['broker', 'log', 'replica-fetch', 'isr', 'controller', 'coordinator', 'group', 'transaction', 'zookeeper']) {
      expect(rooms).toContain(room);
    }
    for (const room of ['producer', 'consumer', 'client']) expect(rooms).toContain(room);
    expect(knownSites().length).toBeGreaterThanOrEqual(25);
    for (const { id, meaning } of knownSites()) {
      expect(id).toMatch(/^[a-z-]+\/[a-z-]+$/);
      expect(meaning.length).toBeGreaterThan(20);
    }
  });
});
