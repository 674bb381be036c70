/**
 * What was measured, one line of JSON each, so that a long measurement goes on where it was interrupted, and pieces made apart can be put together with `cat`. A line
 * that comes twice counts once: the last one. Lines about a mutant that is looked for in another way by now are left out.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { configurations, mutants } from '../../properties/mutants.js';
import type { ConditionName } from '../../src/kafka/protocol/conditions.js';
import type { CheckerFault } from '../../tools/checkerMutant.js';

/** One hunt for one mutant from one first seed on. */
export interface Hunt {
  readonly type: 'hunt';
  readonly condition: ConditionName;
  /** How it was looked for: configuration and checks. */
  readonly trial: string;
  readonly first: number;
  /** Seeds run, the one that noticed included. */
  readonly seeds: number;
  readonly cpuSeconds: number;
  /** Guarantee or invariant, and the kind of its finding; empty: missed. */
  readonly check: string;
  readonly kind: string;
}

/** The shrunk counterexample of one mutant. */
export interface Shrinking {
  readonly type: 'shrunk';
  readonly condition: ConditionName;
  readonly trial: string;
  readonly seed: number;
  readonly check: string;
  readonly faults: number;
  /** Records that producers were told to send. */
  readonly sends: number;
  readonly reruns: number;
  /** The search came to its end within its budget. */
  readonly minimal: boolean;
  /** Written to a file, read again and run, it fails in the same way with the same hash. */
  readonly replays: boolean;
  readonly cpuSeconds: number;
}

/** Seeds of a configuration as Kafka is. */
export interface Quiet {
  readonly type: 'quiet';
  readonly configuration: string;
  readonly first: number;
  readonly seeds: number;
  /** `seed: check kind`. */
  readonly alarms: readonly string[];
}

/** The own tests of a checker into which a fault was put. */
export interface CheckerTrial {
  readonly type: 'checker';
  readonly fault: CheckerFault;
  readonly module: string;
  readonly failed: number;
  readonly passed: number;
}

export type Result = Hunt | Shrinking | Quiet | CheckerTrial;

/** Two results with the same key measure the same. */
function keyOf(result: Result): string {
  switch (result.type) {
    case 'hunt':
      return `hunt ${result.condition} ${result.first}`;
    case 'shrunk':
      return `shrunk ${result.condition}`;
    case 'quiet':
      return `quiet ${result.configuration} ${result.first} ${result.seeds}`;
    case 'checker':
      return `checker ${result.fault} ${result.module}`;
  }
}

/** What decides whether a former measurement still says something. */
export function trialOf(condition: ConditionName): string {
  const { in: configuration, noticedBy } = mutants[condition];
  return `${configuration} ${JSON.stringify(configurations[configuration])}: ${noticedBy.join(' ')}`;
}

export class Results {
  private readonly byKey = new Map<string, Result>();

  constructor(private readonly file: string) {
    if (!existsSync(file)) return;
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, i) => {
        if (line !== '') this.keep(parsed(line, file, i + 1));
      });
  }

  add(result: Result): void {
    mkdirSync(dirname(this.file), { recursive: true });
    appendFileSync(this.file, `${JSON.stringify(result)}\n`);
    this.keep(result);
  }

  /** The hunts for a mutant, by first seed. */
  hunts(condition: ConditionName): Hunt[] {
    const hunts = [...this.byKey.values()].filter((each): each is Hunt => each.type === 'hunt' && each.condition === condition);
    return hunts.sort((a, b) => a.first - b.first);
  }

  shrinking(condition: ConditionName): Shrinking | undefined {
    return this.byKey.get(`shrunk ${condition}`) as Shrinking | undefined;
  }

  quiet(): Quiet[] {
    return [...this.byKey.values()].filter((each) => each.type === 'quiet');
  }

  checkers(): CheckerTrial[] {
    return [...this.byKey.values()].filter((each) => each.type === 'checker');
  }

  private keep(result: Result): void {
    const aboutMutant = result.type === 'hunt' || result.type === 'shrunk';
    const outdated = aboutMutant && (!(result.condition in mutants) || result.trial !== trialOf(result.condition));
    if (!outdated) this.byKey.set(keyOf(result), result);
  }
}

function parsed(line: string, file: string, number: number): Result {
  try {
    return JSON.parse(line) as Result;
  } catch {
    throw new Error(`${file}:${number} is not a line of JSON; remove it, or begin anew with --fresh`);
  }
}
