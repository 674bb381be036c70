/** `trialrun replay FILE|SEED`: the same run again, and whether it really is the same. */
import { meaningfulClasses } from '../../explore/configuration.js';
import { DEFAULT_REQUIRED, GUARANTEES } from '../../scenario/Scenario.js';
import { runTrial } from '../../explore/trial.js';
import { runText, runVerdict, verdictPaint } from '../../report/runText.js';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import type { Scenario } from '../../scenario/Scenario.js';
import type { GivenProperties } from '../../report/RunReport.js';
import { badFile, usageError } from '../CliError.js';
import { commandText } from '../commandText.js';
import { configurationFrom, type ConfigurationOptions } from '../configurationOptions.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { columns, paint, print } from '../output.js';
import { givenIn } from '../failures.js';
import { historyFormat } from '../historyFile.js';
import { loadScenario } from '../scenarioFile.js';
import { payloadFor, scenarioOfSeed, strategyFrom, strategyWords } from '../seedScenarios.js';
import type { StrategyOptions } from '../strategyOption.js';
import { exitOf, printHistory, printSaved } from './run.js';

export interface ReplayOptions extends ConfigurationOptions, StrategyOptions {
  /** Replay a file although it was changed since it was saved. */
  edited?: boolean;
  /** The hash that the run must have. */
  hash?: string;
  out: string;
  /** Where to write the history. */
  history?: string;
}

export async function replay(what: string, options: ReplayOptions): Promise<ExitCode> {
  if (options.history !== undefined) historyFormat(options.history);
  const { scenario, recorded, given } = await subject(what, options);
  const result = runTrial(scenario);
  print(
    paint.strong(scenario.title === '' ? scenario.name : scenario.title),
    '',
    ...runText({ ...result, required: scenario.require }, paint, columns()),
  );
  const verdict = runVerdict(result.judgement, scenario.require);
  const expected = options.hash ?? recorded;
  print('', verdictPaint(verdict, paint)(paint.strong(verdict)));
  printHistory(result, options.history);
  if (given !== null && verdict === 'violated') printSaved(scenario, options.out, { origin: `${scenario.title}, as it was drawn.`, given });
  if (expected === null) return exitOf[verdict];
  print(`recorded hash ${expected}`, `this run's hash ${result.hash}`);
  if (result.hash === expected) {
    print(paint.good('the same run, event by event'));
    return exitOf[verdict];
  }
  print(
    paint.bad('NOT the same run: either this is another version of Trialrun than the one that recorded it, or a run is not deterministic'),
  );
  return EXIT.nondeterminism;
}

interface Subject {
  readonly scenario: Scenario;
  readonly recorded: string | null;
  /** What the user set, as against what the seed drew; null for a file. */
  readonly given: GivenProperties | null;
}

async function subject(what: string, options: ReplayOptions): Promise<Subject> {
  const { configuration, commandLine } = configurationFrom(options);
  if (/^\d+$/.test(what)) {
    const classes = meaningfulClasses(configuration, FAULT_CLASSES);
    const payload = {
      configuration,
      classes,
      requiredClasses: classes,
      requiredGuarantees: configuration.swarm === undefined ? DEFAULT_REQUIRED : GUARANTEES,
    };
    return { scenario: scenarioOfSeed(payloadFor(strategyFrom(options), payload), what), recorded: null, given: givenIn(configuration) };
  }
  const [changed] = [...commandLine, ...strategyWords(strategyFrom(options))];
  if (changed !== undefined)
    throw usageError(
      `${changed} changes nothing in a saved scenario: its file holds the whole configuration`,
      `leave it out, or change the scenario with ${commandText(['run', what, '--set', 'NAME=VALUE'])}`,
    );
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
