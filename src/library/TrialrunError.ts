/** The one error of the library: somebody gave it something that it cannot work with. */

/**
 * What was given is wrong: a scenario, a configuration, an option. The message has a line for each problem that says where, what, and what would be right, with
 * the line and column where there is a text. Whatever else is thrown is a defect of Trialrun.
 *
 * @example
 * ```ts
 * import { parseScenario, TrialrunError } from 'trialrun';
 *
 * try {
 *   parseScenario('cluster: { brokers: many }', 'big.yaml');
 * } catch (error) {
 *   if (!(error instanceof TrialrunError)) throw error;
 *   error.message; // → 'big.yaml:1:21 cluster.brokers: expected a number, found "many". Write a whole number from 1 to 1000'
 * }
 * ```
 */
export class TrialrunError extends Error {
  /** Always this. */
  override readonly name = 'TrialrunError';

  /** Made by the library alone. */
  constructor(
    /** The lines of the message, one for each problem that was found. */
    readonly problems: readonly string[],
  ) {
    super(problems.join('\n'));
  }
}
