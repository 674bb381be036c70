/** What the parent and its worker processes say to each other. */
import type { TrialConfiguration } from '../explore/configuration.js';
import type { ShrinkTarget } from '../explore/shrink.js';
import type { StrategyChoice } from '../explore/strategies/Strategy.js';
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
  /** Default: random. */
  readonly strategy?: StrategyChoice;
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

/** What is to be run twice: a seed, drawn by the child itself, or a scenario. */
export type RunSubject = { readonly payload: CheckPayload; readonly seed: string } | { readonly scenario: Scenario };

/** Parent to child: run this and keep its events; then tell one of them. */
export type RecordTask =
  { readonly type: 'record'; readonly subject: RunSubject } | { readonly type: 'tell-event'; readonly index: number };

/** Child to parent. */
export type RecordAnswer =
  | {
      readonly type: 'recorded';
      readonly hash: string;
      /** One number for each event, equal for equal events. */
      readonly events: Uint32Array;
    }
  | { readonly type: 'event'; readonly text: string };
