/**
 * `npm run conditions [NAME …]`: the checkers on trial. Switches off one load-bearing condition of Kafka at a time (src/kafka/protocol/conditions.ts), runs seeds of a
 * configuration in which it matters until a check that has a name fails, and prints condition, check, seeds and seconds. The same seeds with the condition on
 * must be silent. Exit code 1 when a condition is missed, or a check fails without cause.
 */
import { brokenPromise, conditionScenario } from '../properties/conditionTrials.js';
import { runTrial } from '../src/explore/trial.js';
import { EVERY_CONDITION, type KafkaConditions } from '../src/kafka/protocol/conditions.js';

const MOST_SEEDS = 400;

interface Hunt {
  readonly seeds: number;
  /** Empty: nothing noticed. */
  readonly check: string;
  readonly seconds: number;
  /** What failed in that seed with the condition on. */
  readonly alarm: string;
}

function hunt(name: keyof KafkaConditions): Hunt {
  const started = process.hrtime.bigint();
  const seconds = (): number => Number(process.hrtime.bigint() - started) / 1e9;
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const check = brokenPromise(runTrial(conditionScenario(name, seed, false)));
    if (check === '') continue;
    return { seeds: seed, check, seconds: seconds(), alarm: brokenPromise(runTrial(conditionScenario(name, seed, true))) };
  }
  return { seeds: MOST_SEEDS, check: '', seconds: seconds(), alarm: '' };
}

const wanted = process.argv.slice(2);
const names = (Object.keys(EVERY_CONDITION) as (keyof KafkaConditions)[]).filter((name) => wanted.length === 0 || wanted.includes(name));
console.log(`${'condition switched off'.padEnd(28)} ${'caught by'.padEnd(30)} ${'seeds'.padStart(5)} ${'seconds'.padStart(8)}`);
for (const name of names) {
  const { seeds, check, seconds, alarm } = hunt(name);
  if (check === '' || alarm !== '') process.exitCode = 1;
  const remark = alarm === '' ? '' : `  false alarm with the condition on: ${alarm}`;
  console.log(
    `${name.padEnd(28)} ${(check === '' ? 'MISSED' : check).padEnd(30)} ${String(seeds).padStart(5)} ${seconds.toFixed(1).padStart(8)}${remark}`,
  );
}
