/** The result of a whole check, as plain data: what text, JSON and JUnit are written from. */
import type { GuaranteeName } from '../check/Finding.js';
import type { PremiseCounts } from '../check/premises.js';
import type { CampaignRow } from '../explore/campaign.js';
import type { Coverage } from '../explore/coverage.js';
import type { StrategyChoice } from '../explore/strategies/Strategy.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';

/** One counterexample, shrunk and saved. */
export interface FailureReport {
  /** Guarantee or invariant. */
  readonly guarantee: string;
  readonly kind: string;
  /** Decides the exit code; false for what the required classes do not cover. */
  readonly required: boolean;
  /** Classes of the faults that it needs. */
  readonly classes: readonly FaultClass[];
  readonly seed: string;
  readonly headline: string;
  /** The faults left, in words. */
  readonly faults: readonly string[];
  readonly faultsBefore: number;
  /** The buggify sites that are on in it, in words. Default: none. */
  readonly sites?: readonly string[];
  /** Of a swarm's seed: its shape in one line. */
  readonly shape?: string;
  readonly shrinkRuns: number;
  readonly story: readonly { readonly timeUs: number; readonly text: string }[];
  /** Why the configuration allows it, by which source, and what prevents it; empty where it promises otherwise. */
  readonly because: string;
  readonly source: string;
  readonly remedy: string;
  readonly hash: string;
  /** Folder and page as the user can open them; empty when nothing was saved. */
  readonly folder: string;
  readonly page: string;
  readonly replayCommand: string;
}

export interface LostSeedReport {
  readonly seed: string;
  readonly fate: 'crashed' | 'hung' | 'out of memory';
  readonly detail: string;
  /** It had a result, and was lost when it was run once more. */
  readonly repeated: boolean;
  readonly replayCommand: string;
}

export interface NondeterminismReport {
  readonly seed: string;
  readonly hashes: readonly [string, string];
  /** The first differing event of two runs, where it could be shown. */
  readonly divergence: string;
}

/** `collected`: one shard of a campaign is done, and judges nothing; `incomplete`: seeds are missing from what was merged. */
export type CheckVerdict =
  'held' | 'violated' | 'inconclusive' | 'nondeterministic' | 'failed' | 'interrupted' | 'collected' | 'incomplete';

/** Seeds of a campaign that nobody tried. */
export interface MissingSeeds {
  readonly count: number;
  /** The first of them, as ranges `51–100`. */
  readonly ranges: readonly string[];
  /** Shards that some of them belong to, `2/3`; empty where the campaign was not spread. */
  readonly shards: readonly string[];
}

export interface CheckReport {
  readonly verdict: CheckVerdict;
  readonly exitCode: number;
  /** What was on trial: subject and description. */
  readonly configuration: readonly (readonly [subject: string, description: string])[];
  /** How seeds were chosen, and how many there are at all; null: no end of them. */
  readonly strategy: StrategyChoice & { readonly size: number | null };
  /** What one should know about it before reading the verdict. */
  readonly remarks: readonly string[];
  readonly notModelled: readonly { readonly name: string; readonly value: string; readonly where: string; readonly reason: string }[];
  readonly requiredClasses: readonly FaultClass[];
  readonly requiredGuarantees: readonly GuaranteeName[];
  readonly rows: readonly CampaignRow[];
  readonly firstSeed: number;
  /** `2/3` where this is one part of a campaign; else null. */
  readonly shard: string | null;
  readonly tried: number;
  /** Null: as many as the time allowed. */
  readonly asked: number | null;
  readonly stoppedEarly: boolean;
  readonly premises: PremiseCounts;
  /** Faults that began, by kind, most frequent first. */
  readonly faults: readonly (readonly [FaultKindName, number])[];
  readonly events: number;
  readonly sends: number;
  /** What the seeds reached; null where nobody asked. */
  readonly coverage: Coverage | null;
  readonly seconds: number;
  readonly workers: number;
  /** Seeds run twice with the same hash, in two processes. */
  readonly repeated: number;
  /** Over all seeds and their hashes, in no order: equal where every run was. */
  readonly digest: string;
  readonly failures: readonly FailureReport[];
  readonly lost: readonly LostSeedReport[];
  readonly missing: MissingSeeds | null;
  readonly nondeterminism: NondeterminismReport | null;
  readonly version: string;
  /** Of the compiled code that decides about runs. */
  readonly build: string;
}
