/**
 * `npm run conditions [NAME …]`: the checkers on trial. Switches off one load-bearing condition of Kafka at a time (src/kafka/protocol/conditions.ts), runs seeds of a
 * configuration in which it matters until a check that has a name fails, and prints condition, check, seeds and seconds. The same seeds with the condition on
 * must be silent. Exit code 1 when a condition is missed, or a check fails without cause.
 */
import { recommended, type GroupConfiguration, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial, type TrialResult } from '../src/explore/trial.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { EVERY_CONDITION, type KafkaConditions } from '../src/kafka/protocol/conditions.js';
import type { KafkaFeatures } from '../src/kafka/protocol/features.js';
import { conditionTrials, type ConditionTrial } from '../properties/conditionTrials.js';

const MOST_SEEDS = 400;
const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');

function configurationOf({ groups, transactional, consumer, producer, features }: ConditionTrial): TrialConfiguration {
  return {
    ...recommended(),
    features: features ?? {},
    groups: (groups ?? []).map((group, i): GroupConfiguration => ({ id: `g${i + 1}`, members: 3, application: group })),
    transactionalProducers: transactional ?? 0,
    consumerProperties: new Map(Object.entries(consumer ?? {})),
    producerProperties: new Map(Object.entries({ acks: 'all', ...producer })),
  };
}

/** What fails although it is promised: a guarantee, or an invariant. */
export function broken(result: TrialResult): string {
  const promised = new Set(result.judgement.guarantees.filter(({ promise }) => promise.promised).map(({ name }) => String(name)));
  const finding = result.judgement.findings.find(({ guarantee }) => guarantee.startsWith('invariant/') || promised.has(guarantee));
  return finding === undefined ? '' : finding.guarantee;
}

function hunt(name: keyof KafkaConditions, trial: ConditionTrial): { seeds: number; check: string; seconds: number; alarm: string } {
  const base = configurationOf(trial);
  const off: Partial<KafkaFeatures> = { ...base.features, [name]: false };
  const started = process.hrtime.bigint();
  const seconds = (): number => Number(process.hrtime.bigint() - started) / 1e9;
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const scenario = generateScenario(base, String(seed), trial.classes ?? SURVIVABLE);
    const check = broken(runTrial({ ...scenario, features: { ...scenario.features, ...off } }));
    if (check === '') continue;
    return { seeds: seed, check, seconds: seconds(), alarm: broken(runTrial(scenario)) };
  }
  return { seeds: MOST_SEEDS, check: '', seconds: seconds(), alarm: '' };
}

const wanted = process.argv.slice(2);
const names = (Object.keys(EVERY_CONDITION) as (keyof KafkaConditions)[]).filter((name) => wanted.length === 0 || wanted.includes(name));
let failed = false;
console.log(`${'condition switched off'.padEnd(28)} ${'caught by'.padEnd(30)} ${'seeds'.padStart(5)} ${'seconds'.padStart(8)}`);
for (const name of names) {
  const { seeds, check, seconds, alarm } = hunt(name, conditionTrials[name]);
  failed ||= check === '' || alarm !== '';
  const remark = alarm === '' ? '' : `  false alarm with the condition on: ${alarm}`;
  console.log(`${name.padEnd(28)} ${(check === '' ? 'MISSED' : check).padEnd(30)} ${String(seeds).padStart(5)} ${seconds.toFixed(1).padStart(8)}${remark}`);
}
process.exitCode = failed ? 1 : 0;
