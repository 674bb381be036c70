/**
 * Trialrun puts Kafka configurations on trial by deterministic simulation.
 *
 * Two things can be tried. A {@link Scenario} is one world with its faults: {@link run} gives a {@link Run} with a verdict for each guarantee,
 * {@link storyOf} tells what happened, {@link reportOf} makes a page of it. A {@link Configuration} is what a team has in its `.properties` files:
 * {@link check} runs it in many worlds and gives a {@link CheckResult}, and {@link shrink} makes a failure small.
 *
 * Everything that goes in and comes out is plain data; results are frozen. Nothing here reads files, clocks or chance: the same input gives the same
 * result on every machine, in Node and in browsers. All times in results are simulated microseconds.
 *
 * @packageDocumentation
 */
export { check } from './library/checks.js';
export type { CheckOptions } from './library/checks.js';
export type { CheckedGuarantee, CheckResult, ClassResult, Failure } from './library/Check.js';
export type { Configuration, Group, PropertiesFile, TopicConfiguration } from './library/Configuration.js';
export { historyOf, replayText, run, storyOf } from './library/runs.js';
export type { RunOptions } from './library/runs.js';
export { reportOf, resultsOf } from './library/reports.js';
export type { ReportOptions, ResultsFile } from './library/reports.js';
export type { FaultRecord, Finding, GuaranteeResult, Run, Story } from './library/Run.js';
export type {
  Application,
  Cluster,
  Consumer,
  Delay,
  Duration,
  Fault,
  Network,
  Producer,
  Properties,
  Scenario,
  Topic,
} from './library/Scenario.js';
export { defineScenario, parseScenario, scenarioText } from './library/scenarios.js';
export { shrink } from './library/shrinking.js';
export type { Shrunk, ShrinkOptions } from './library/shrinking.js';
export { TrialrunError } from './library/TrialrunError.js';
export { version } from './library/version.js';
export * from './library/words.js';
