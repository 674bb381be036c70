/** From what somebody wrote to a checked scenario and back to text. */
import { formatScenario, scenarioToFile } from '../scenario/format.js';
import { parseScenario as parse, parseScenarioObject, type ParseResult } from '../scenario/parse.js';
import { problemText } from '../scenario/Problem.js';
import type { Scenario as CheckedScenario } from '../scenario/Scenario.js';
import { frozen } from './frozen.js';
import type { Scenario } from './Scenario.js';
import { TrialrunError } from './TrialrunError.js';

/** What the scenarios that were checked here look like inside. */
const checkedForms = new WeakMap<object, CheckedScenario>();

/**
 * Checks a scenario and fills in what was left out. {@link run} takes an unchecked one just as well; this finds mistakes where they are written, and lets editors
 * complete.
 *
 * @returns the same scenario with every default written out, frozen.
 * @throws TrialrunError when something in it is wrong: an unknown field, a property that Kafka does not have, a fault of a broker that is not there.
 * @example
 * ```ts
 * import { defineScenario } from 'trialrun';
 *
 * const scenario = defineScenario({
 *   name: 'leader-dies',
 *   topics: [{ name: 'orders', partitions: 1, properties: { 'min.insync.replicas': 2 } }],
 *   cluster: { properties: { 'zookeeper.session.timeout.ms': 6000 } },
 *   workload: { producers: [{ id: 'p1', count: 200, every: '20ms', properties: { acks: 'all' } }] },
 *   faults: [{ kind: 'kill', target: 'leader of orders-0', at: '5s', for: '10s' }],
 *   duration: '20s',
 *   require: ['no-acknowledged-loss'],
 * });
 * scenario.release; // → '3.9'
 * ```
 */
export function defineScenario(scenario: Scenario): Scenario {
  return completeForm(checked(scenario));
}

/**
 * Reads a scenario from YAML or JSON: the form of the files in `scenarios/`, and of the `scenario.yaml` that is saved of a failing run. Files are the caller's to
 * read, so that this works in a browser too.
 *
 * @param name what messages call the text, usually its file name. Default: `scenario`.
 * @returns the scenario with every default written out, frozen.
 * @throws TrialrunError with line and column of every problem.
 * @example
 * ```ts
 * import { parseScenario } from 'trialrun';
 *
 * const scenario = parseScenario('{ title: Nothing goes wrong, duration: 5s }');
 * scenario.cluster?.brokers; // → 3
 * ```
 */
export function parseScenario(text: string, name = 'scenario'): Scenario {
  if (typeof text !== 'string')
    throw new TrialrunError([`${name}: expected the text of a scenario, found ${typeof text}. Read the file first`]);
  return completeForm(parsedOrThrow(parse(text, name)));
}

/**
 * A scenario as YAML that people can read, edit and give to `trialrun run`. Reading it back gives the same run.
 *
 * @throws TrialrunError when something in it is wrong.
 * @example
 * ```ts
 * import { parseScenario, run, scenarioText } from 'trialrun';
 *
 * const text = scenarioText({ name: 'short', duration: '3s' });
 * text.includes('name: short'); // → true
 * run(parseScenario(text)).hash === run({ name: 'short', duration: '3s' }).hash; // → true
 * ```
 */
export function scenarioText(scenario: Scenario): string {
  return formatScenario(checked(scenario));
}

/** The scenario as the simulation takes it. @throws TrialrunError */
export function checked(scenario: Scenario): CheckedScenario {
  const known = typeof scenario === 'object' && scenario !== null ? checkedForms.get(scenario) : undefined;
  return known ?? parsedOrThrow(parseScenarioObject(scenario, 'scenario'));
}

/** The scenario as its users see it: every default written out. */
export function completeForm(scenario: CheckedScenario): Scenario {
  const complete = frozen(scenarioToFile(scenario)) as Scenario;
  checkedForms.set(complete, scenario);
  return complete;
}

function parsedOrThrow(parsed: ParseResult): CheckedScenario {
  if (!parsed.ok) throw new TrialrunError(parsed.problems.map(problemText));
  return parsed.scenario;
}
