/**
 * What is kept of one trial of a campaign: small, plain data, which a worker hands over and a results file holds one line of. In a swarm, what the seed's own shape is and
 * promises goes with it.
 */
import type { GuaranteeName } from '../check/Finding.js';
import { guaranteeNames } from '../check/Finding.js';
import type { PremiseCounts } from '../check/premises.js';
import type { JudgedClass } from '../check/promises.js';
import { concerns, promiseUnder } from '../check/promises.js';
import { classesOf } from '../faults/classesOf.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { Scenario, Verdict } from '../scenario/Scenario.js';
import { promiseFactsOfScenario } from './promiseFacts.js';
import { shapeText } from './swarm/shapeText.js';
import type { TrialResult } from './trial.js';

/** What a worker says of one trial: small, plain data, and enough to add up. */
export interface TrialSummary {
  readonly seed: string;
  readonly hash: string;
  readonly steps: number;
  readonly events: number;
  readonly virtualUs: number;
  /** Sends that were invoked. */
  readonly sends: number;
  /** Classes of the faults that began; see classesOf. */
  readonly classes: readonly FaultClass[];
  /** Kinds of the faults that began, one entry per fault. */
  readonly faults: readonly FaultKindName[];
  readonly premises: PremiseCounts;
  readonly guarantees: readonly { readonly name: GuaranteeName; readonly verdict: Verdict }[];
  /** The first of each guarantee (or invariant) and kind. */
  readonly findings: readonly FindingSummary[];
  /** What the run reached, counted; empty where nobody asked for coverage. */
  readonly probes: readonly (readonly [name: string, hits: number])[];
  /** Only where each seed has its own shape: what that shape is, and what it promises. */
  readonly shape?: ShapeSummary;
}

/** The shape of one seed of a swarm. */
export interface ShapeSummary {
  /** One line. */
  readonly text: string;
  /** Guarantees that say something about it. */
  readonly concerned: readonly GuaranteeName[];
  /** By guarantee, the classes of faults under which it is not promised. */
  readonly unpromised: Readonly<Partial<Record<GuaranteeName, readonly JudgedClass[]>>>;
}

/** What the shape of a scenario promises, class by class. */
export function shapeOf(scenario: Scenario): ShapeSummary {
  const facts = promiseFactsOfScenario(scenario);
  const classes: readonly JudgedClass[] = ['none', ...FAULT_CLASSES];
  const concerned = guaranteeNames.filter((guarantee) => concerns(guarantee, facts));
  const unpromised = concerned.flatMap((guarantee) => {
    const not = classes.filter((faultClass) => !promiseUnder(guarantee, [faultClass], facts).promised);
    return not.length === 0 ? [] : [[guarantee, not] as const];
  });
  return { text: shapeText(scenario), concerned, unpromised: Object.fromEntries(unpromised) };
}

export interface FindingSummary {
  readonly guarantee: string;
  readonly kind: string;
  readonly message: string;
  readonly timeUs: number;
}

/** A way of failing of one seed, and the classes of faults without which it does not happen. Empty: it needs no fault. */
export interface Attribution {
  /** Guarantee or invariant. */
  readonly guarantee: string;
  readonly kind: string;
  readonly classes: readonly FaultClass[];
}

/** What is known of one seed. */
export interface SeedResult {
  readonly summary: TrialSummary;
  /** Of what decides the exit code, as far as it was looked into. */
  readonly attributions: readonly Attribution[];
}

/** The part of a trial's result that is summed up. */
export type SummarizedResult = Pick<TrialResult, 'hash' | 'steps' | 'events' | 'virtualUs' | 'probes'> & {
  readonly judgement: Pick<TrialResult['judgement'], 'premises'> & {
    readonly guarantees: readonly { readonly name: GuaranteeName; readonly verdict: Verdict }[];
    readonly findings: readonly FindingSummary[];
  };
  readonly history: { readonly sends: { readonly length: number } };
  readonly faultLog: readonly { readonly class: FaultClass; readonly kind: FaultKindName }[];
};

/** @param coverage keep what the run reached, some hundred numbers. */
export function summarize(scenario: Pick<Scenario, 'seed' | 'buggify'>, result: SummarizedResult, coverage = false): TrialSummary {
  const { judgement, faultLog, hash, steps, events, virtualUs, probes, history } = result;
  const first = new Map<string, FindingSummary>();
  for (const { guarantee, kind, message, timeUs } of judgement.findings) {
    const name = `${guarantee} ${kind}`;
    if (!first.has(name)) first.set(name, { guarantee, kind, message, timeUs });
  }
  return {
    ...{ seed: scenario.seed, hash, steps, events, virtualUs },
    sends: history.sends.length,
    classes: classesOf({ ...scenario, faults: faultLog }),
    faults: faultLog.map(({ kind }) => kind),
    premises: judgement.premises,
    guarantees: judgement.guarantees.map(({ name, verdict }) => ({ name, verdict })),
    findings: [...first.values()],
    probes: coverage ? probes : [],
  };
}

/** Does the shape of a seed promise the guarantee under this class of faults? */
export function shapePromises({ concerned, unpromised }: ShapeSummary, guarantee: GuaranteeName, faultClass: JudgedClass): boolean {
  return concerned.includes(guarantee) && unpromised[guarantee]?.includes(faultClass) !== true;
}
