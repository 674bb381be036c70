/** What many seeds of a configuration show, in the words of its users. */
import type { AnomalyKind, GuaranteeName, Verdict } from '../check/Finding.js';
import type { FaultClass } from '../faults/Fault.js';
import type { Finding } from './Run.js';
import type { Scenario } from './Scenario.js';

/** One guarantee under one class of faults. */
export interface ClassResult {
  /** `none`: seeds in which no fault began. */
  readonly faults: FaultClass | 'none';
  /** `not promised`: nobody broke it, but this configuration does not promise it either. */
  readonly verdict: Verdict | 'not promised';
  /** Why it is promised or not, in one sentence. */
  readonly because: string;
  /** The KIP, JIRA or section of Kafka's documentation that says so. */
  readonly source: string;
  /** What would make it a promise; empty when it is one, or nothing does. */
  readonly remedy: string;
  /** Seeds with faults of this class. */
  readonly seeds: number;
  /** Of these, the ones that put the guarantee to the test. */
  readonly exercised: number;
  /** Of these, the ones that broke it. A seed has faults of several classes; {@link shrink} finds out which it takes. */
  readonly violated: number;
}

/** How one guarantee came out of a check. */
export interface CheckedGuarantee {
  /** Which one. */
  readonly name: GuaranteeName;
  /** The verdict of the check follows it. */
  readonly required: boolean;
  /** `held` only where it is promised, was put to the test and was kept under every class of faults. */
  readonly verdict: Verdict;
  /** What is lacking for a verdict, in one sentence; empty unless it is unknown. */
  readonly lacking: string;
  /** Class by class. */
  readonly classes: readonly ClassResult[];
  /** Seeds that broke it, in their order. */
  readonly failingSeeds: readonly string[];
}

/** One way in which one seed failed. */
export interface Failure {
  /** A guarantee, or a white-box invariant of Kafka's replication (`invariant/P11`). */
  readonly guarantee: Finding['guarantee'];
  /** In which way. */
  readonly kind: AnomalyKind;
  /** Which seed. */
  readonly seed: string;
  /** The first finding, one sentence. */
  readonly message: string;
  /** The verdict of the check follows it. */
  readonly required: boolean;
  /** What that seed drew: give it to {@link run}. */
  readonly scenario: Scenario;
}

/** The result of a check. Frozen. */
export interface CheckResult {
  /** `violated` when a required guarantee was broken; `held` when all of them held; else `unknown`. */
  readonly verdict: Verdict;
  /** Seeds that were tried. */
  readonly seeds: number;
  /** What was on trial, line by line. */
  readonly configuration: readonly {
    /** Such as `topic orders`. */
    readonly subject: string;
    /** Such as `6 partitions, replication factor 3, min.insync.replicas=2`. */
    readonly text: string;
  }[];
  /** What somebody should know of the configuration before reading the verdict: whole sentences. */
  readonly remarks: readonly string[];
  /** Properties that were given and that the simulation does not know how to follow. */
  readonly withoutEffect: readonly {
    /** Of the property. */
    readonly name: string;
    /** As it was given. */
    readonly value: string;
    /** File and line, or field. */
    readonly where: string;
    /** Why it has none. */
    readonly reason: string;
  }[];
  /** Those that the configuration can concern, always in the same order. */
  readonly guarantees: readonly CheckedGuarantee[];
  /** Required ones first; of each guarantee the seed with the fewest faults first. */
  readonly failures: readonly Failure[];
  /** Events of all runs. */
  readonly events: number;
  /** Over all seeds and the hashes of their runs: equal where every run was. */
  readonly digest: string;
}
