/** Running a scenario, and everything that can be asked of the run afterwards. A run is a function of its scenario, so what was not kept of it is made again. */
import type { Finding as InternalFinding } from '../check/Finding.js';
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { runTrial, type TrialResult } from '../explore/trial.js';
import { findingToTell, headline, openCase, type CaseFile } from '../report/caseFile.js';
import { faultTexts } from '../report/faultTexts.js';
import { jepsenOps } from '../report/jepsen/runHistory.js';
import { historyText } from '../report/jepsen/writeHistory.js';
import { record } from '../report/RunReport.js';
import { lackingText } from '../report/lacking.js';
import { runVerdict } from '../report/runText.js';
import { formatScenario } from '../scenario/format.js';
import { suggestion } from '../scenario/nearest.js';
import type { Scenario as CheckedScenario } from '../scenario/Scenario.js';
import { frozen } from './frozen.js';
import type { Finding, Run, Story } from './Run.js';
import type { Scenario } from './Scenario.js';
import { checked, completeForm } from './scenarios.js';
import { TrialrunError } from './TrialrunError.js';
import { version } from './version.js';

/** How to run a scenario. */
export interface RunOptions {
  /** Instead of the scenario's own: decides every draw of chance. */
  readonly seed?: string | number;
}

/**
 * Runs a scenario and judges it. Takes some ten milliseconds for 30 simulated seconds. The same scenario and seed give the same result, hash included, in every
 * process, on every machine and Node version.
 *
 * @throws TrialrunError when something in the scenario is wrong.
 * @example
 * ```ts
 * import { run } from 'trialrun';
 *
 * const result = run({
 *   topics: [{ name: 'orders', assignment: [[1, 2, 3]], properties: { 'min.insync.replicas': 2 } }],
 *   cluster: { properties: { 'zookeeper.session.timeout.ms': 4000 } },
 *   workload: { producers: [{ id: 'p1', count: 40, start: '2s', every: '50ms', properties: { acks: '1' } }], consumers: [{}] },
 *   faults: [
 *     { kind: 'slow-link', from: [1], to: [2, 3], min: '250ms', max: '250ms', at: '2500ms', for: '2s' },
 *     { kind: 'kill', target: 1, at: '3300ms', for: '8s' },
 *   ],
 *   duration: '15s',
 *   require: ['no-acknowledged-loss'],
 * });
 * result.verdict; // → 'violated'
 *
 * const [loss] = result.guarantees;
 * loss?.name; // → 'no-acknowledged-loss'
 * loss?.promised; // → false
 * loss?.remedy; // → 'acks=all with min.insync.replicas=2'
 * ```
 */
export function run(scenario: Scenario, options: RunOptions = {}): Run {
  const { seed } = options;
  const written = checked(scenario);
  if (seed === undefined) return runOf(written);
  if (typeof seed !== 'string' && !Number.isSafeInteger(seed))
    throw new TrialrunError([`seed: expected text or a whole number, found ${String(seed)}`]);
  return runOf({ ...written, seed: String(seed) });
}

/** The same for a scenario that was checked. */
export function runOf(scenario: CheckedScenario): Run {
  return frozen(resultOf(scenario, runTrial(scenario)));
}

function resultOf(scenario: CheckedScenario, result: TrialResult): Run {
  const { judgement, faultLog, simulation, hash, events, virtualUs } = result;
  const verdict = runVerdict(judgement, scenario.require);
  return {
    scenario: completeForm(scenario),
    hash,
    verdict,
    guarantees: judgement.guarantees.map(({ name, verdict: shown, promise, detail, violations, judged }) => {
      return { name, required: scenario.require.includes(name), verdict: shown, ...promise, detail, violations, judged };
    }),
    findings: judgement.findings.map((finding) => findingOf(finding, (id) => simulation.bus.names.text(id))),
    faults: faultLog.map(({ id, kind, class: faultClass, targets, beganUs, endedUs }) => {
      return { id, kind, class: faultClass, targets, beganUs, endedUs: endedUs < 0 ? null : endedUs };
    }),
    lacking: lackingText(judgement, scenario.require),
    events,
    virtualUs,
  };
}

function findingOf(finding: InternalFinding, nameOf: (id: number) => string): Finding {
  const { guarantee, kind, message, partition, offset, value, timeUs, witness } = finding;
  return {
    ...{ guarantee, kind, message, timeUs, witness },
    partition: partition < 0 ? null : nameOf(partition),
    offset: offset < 0 ? null : offset,
    record: value < 0 ? null : value,
  };
}

/**
 * Tells what happened to what was lost, repeated or reordered, sentence by sentence.
 *
 * @param guarantee whose story to tell. Default: of the first required guarantee that was violated, else of whatever was found.
 * @returns null when there is nothing to tell: that guarantee was not violated.
 * @throws TrialrunError when there is no such guarantee.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseScenario, run, storyOf } from 'trialrun';
 *
 * const acksOne = parseScenario(readFileSync('node_modules/trialrun/scenarios/b02-acks-1.yaml', 'utf8'));
 * const story = storyOf(run(acksOne));
 * story?.headline; // → 'Message 21 was acknowledged in orders-0 at offset 21 at 3.060 s and is gone'
 * story?.faults[1]; // → 'kill of broker-1 at 3300ms for 8s'
 * story?.sentences[1]?.text; // → 'p1 sends message 21 to orders-0 with acks=1.'
 * ```
 */
export function storyOf(run: Run, guarantee?: Finding['guarantee']): Story | null {
  const told = openedCase(run, guarantee);
  if (told === null) return null;
  const { finding, story, because, source, remedy } = told;
  return frozen({
    guarantee: finding.guarantee,
    headline: headline(told),
    sentences: story.map(({ timeUs, text }) => ({ timeUs, text })),
    faults: faultTexts(told),
    ...{ because, source, remedy },
  });
}

/** The run once more with every event recorded, and what is told of it; null when there is nothing to tell. */
function openedCase(run: Run, guarantee?: Finding['guarantee']): CaseFile | null {
  const chosen = guarantee ?? guaranteeToTell(run);
  if (chosen === null || !isFound(run, chosen)) return null;
  const recorded = record(checked(run.scenario));
  const finding = findingToTell(recorded.result, chosen);
  return finding === undefined ? null : openCase(recorded, finding);
}

/** What decided the verdict: a required guarantee, else an invariant; where nothing did, whatever was found; null: nothing was. */
export function guaranteeToTell({ guarantees, findings, verdict }: Run): Finding['guarantee'] | null {
  const required = guarantees.find((one) => one.required && one.verdict === 'violated')?.name;
  const invariant = verdict === 'violated' ? findings.find(({ guarantee }) => guarantee.startsWith('invariant/'))?.guarantee : undefined;
  return required ?? invariant ?? findings[0]?.guarantee ?? null;
}

function isFound({ findings }: Run, guarantee: Finding['guarantee']): boolean {
  if (!guarantee.startsWith('invariant/') && !(guaranteeNames as readonly string[]).includes(guarantee)) throw unknownGuarantee(guarantee);
  return findings.some((finding) => finding.guarantee === guarantee);
}

/** @param place what messages call the option. */
export function checkedGuarantees(names: readonly string[], place: string): GuaranteeName[] {
  const unknown = names.find((name) => !(guaranteeNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw unknownGuarantee(unknown, place);
  return guaranteeNames.filter((name) => names.includes(name));
}

function unknownGuarantee(name: string, place = 'guarantee'): TrialrunError {
  return new TrialrunError([`${place}: there is no guarantee "${name}"; ${suggestion(name, guaranteeNames)}`]);
}

/**
 * What the clients of a run saw, operation by operation, in the shape of a Jepsen history: what `trialrun analyze`, Elle and other tools of Jepsen's read.
 *
 * @param format `jsonl`: one JSON object a line; `edn`: Jepsen's own. Default: `jsonl`.
 * @example
 * ```ts
 * import { historyOf, run } from 'trialrun';
 *
 * const [first = ''] = historyOf(run({ duration: '3s' })).split('\n');
 * (JSON.parse(first) as { type: string }).type; // → 'info'
 * ```
 */
export function historyOf(run: Run, format: 'jsonl' | 'edn' = 'jsonl'): string {
  if (format !== 'jsonl' && format !== 'edn')
    throw new TrialrunError([`format: there is no format "${String(format)}"; write jsonl or edn`]);
  return historyText(jepsenOps(runTrial(checked(run.scenario))), format);
}

/**
 * The scenario of a run as text that `trialrun replay` takes: it runs it again and compares the hash. Of a run in which something was found it also says what.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseScenario, replayText, run } from 'trialrun';
 *
 * const acksOne = parseScenario(readFileSync('node_modules/trialrun/scenarios/b02-acks-1.yaml', 'utf8'));
 * const lost = run(acksOne);
 * const saved = replayText(lost);
 * saved.includes(`hash: ${lost.hash}`); // → true
 * run(parseScenario(saved)).hash === lost.hash; // → true
 * ```
 */
export function replayText(run: Run): string {
  const chosen = guaranteeToTell(run);
  const finding = run.findings.find(({ guarantee }) => guarantee === chosen);
  if (finding === undefined) return formatScenario(checked(run.scenario));
  const { guarantee, kind } = finding;
  return formatScenario(checked(run.scenario), { hash: run.hash, guarantee, kind, version });
}
