/** What a run is to be repeated of: a saved failure, or one seed of a check with the options that the check had. */
import { meaningfulClasses } from '../explore/configuration.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { GivenProperties } from '../report/RunReport.js';
import { DEFAULT_REQUIRED, GUARANTEES, type Scenario } from '../scenario/Scenario.js';
import { badFile, usageError } from './CliError.js';
import { commandText } from './commandText.js';
import { configurationFrom, type ConfigurationOptions } from './configurationOptions.js';
import { givenIn } from './failures.js';
import { loadScenario } from './scenarioFile.js';
import { payloadFor, scenarioOfSeed, strategyFrom, strategyWords } from './seedScenarios.js';
import type { StrategyOptions } from './strategyOption.js';

export interface SubjectOptions extends ConfigurationOptions, StrategyOptions {
  /** Take a file although it was changed since it was saved. */
  edited?: boolean;
  /** The hash that the run must have. */
  hash?: string;
}

export interface RunSubject {
  readonly scenario: Scenario;
  readonly recorded: string | null;
  /** What the user set, as against what the seed drew; null for a file. */
  readonly given: GivenProperties | null;
}

/** A seed is a whole number; anything else is the name of a file. */
export function isSeed(what: string): boolean {
  return /^\d+$/.test(what);
}

/** @param what the file of a saved failure, its folder, or a seed. @throws CliError 64, 65 */
export async function runSubject(what: string, options: SubjectOptions): Promise<RunSubject> {
  if (isSeed(what)) return seedSubject(what, options);
  refuseChanges(what, options);
  const { scenario, found, intact, path } = await loadScenario(what);
  if (found === null && options.hash === undefined) {
    throw badFile(
      `${path} has no recorded hash: it is no saved failure, or was cut short`,
      `take the whole file, or run it as a scenario: ${commandText(['run', what])}`,
    );
  }
  if (!intact && options.edited !== true) {
    throw badFile(
      `${path} is not the counterexample that was saved: it was edited or cut short since (its digest does not match)`,
      'take the original file, or add --edited to run it as it is now (without comparing hashes)',
    );
  }
  return { scenario, recorded: intact ? (found?.hash ?? null) : null, given: null };
}

/** What a check with these options draws from a seed. */
export function seedSubject(seed: string, options: SubjectOptions): RunSubject {
  const { configuration } = configurationFrom(options);
  const classes = meaningfulClasses(configuration, FAULT_CLASSES);
  const payload = {
    configuration,
    classes,
    requiredClasses: classes,
    requiredGuarantees: configuration.swarm === undefined ? DEFAULT_REQUIRED : GUARANTEES,
  };
  return { scenario: scenarioOfSeed(payloadFor(strategyFrom(options), payload), seed), recorded: null, given: givenIn(configuration) };
}

/** @throws CliError when an option would change what a file says. */
export function refuseChanges(what: string, options: SubjectOptions): void {
  const [changed] = [...configurationFrom(options).commandLine, ...strategyWords(strategyFrom(options))];
  if (changed === undefined) return;
  throw usageError(
    `${changed} changes nothing in a saved scenario: its file holds the whole configuration`,
    `leave it out, or change the scenario with ${commandText(['run', what, '--set', 'NAME=VALUE'])}`,
  );
}
