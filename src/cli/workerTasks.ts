/** What the parent and its worker processes say to each other. */
import type { TrialSummary } from '../explore/campaign.js';
import type { TrialConfiguration } from '../explore/configuration.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import type { FaultClass } from '../faults/Fault.js';
import type { GuaranteeName, Scenario } from '../scenario/Scenario.js';

/** What every trial of a check has in common. */
export interface CheckPayload {
  readonly configuration: TrialConfiguration;
  readonly classes: readonly FaultClass[];
  readonly requiredClasses: readonly FaultClass[];
  readonly requiredGuarantees: readonly GuaranteeName[];
  /** Say of every seed what it reached. */
  readonly coverage?: boolean;
}

/** A failure of one seed, and the classes of faults without which it does not happen. */
export interface Attribution extends ShrinkTarget {
  readonly classes: readonly FaultClass[];
}

/** Child to parent, for one seed. */
export interface SeedResult {
  readonly summary: TrialSummary;
  /** Of what decides the exit code, as far as it was looked into. */
  readonly attributions: readonly Attribution[];
}

/** Parent to child: one failure to be made small. */
export interface ShrinkTask {
  readonly type: 'shrink';
  readonly scenario: Scenario;
  readonly target: ShrinkTarget;
  readonly budgetMs: number;
}

/** Child to parent: the smallest so far, as often as it gets smaller; `done` the last time. */
export interface ShrinkAnswer {
  readonly type: 'shrunk';
  readonly scenario: Scenario;
  /** Of the smallest scenario's run; empty before its run is over. */
  readonly hash: string;
  readonly runs: number;
  readonly done: boolean;
}
