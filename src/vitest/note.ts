/** What a matcher leaves in the metadata of its test, for the reporter, which lives in another process: plain data. */
import type { TrialRow } from './trial.js';

export interface TrialNote {
  /** What was on trial. */
  readonly label: string;
  readonly seeds: number;
  /** It was `not.toHold`. */
  readonly negated: boolean;
  readonly passed: boolean;
  readonly rows: readonly TrialRow[];
  /** What the failing expectation says; empty when it passed. */
  readonly message: string;
  /** Gist of what was violated; empty where nothing was told. */
  readonly headline: string;
  /** Where the failing run was saved. */
  readonly folder?: string;
  readonly page?: string;
  readonly replayCommand?: string;
}
