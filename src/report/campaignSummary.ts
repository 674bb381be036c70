/**
 * A campaign in a few dozen lines of JSON, to be kept beside the code that it speaks for: what was on trial, how many seeds, what held where and how often it was
 * put to the test, and a digest over the hashes of all runs, by which somebody else's campaign can be compared with it.
 */
import type { CampaignCell } from '../explore/campaign.js';
import type { CheckReport } from './checkReport.js';

/** Version of this form; it changes when a field changes its meaning. */
const FORMAT_VERSION = 1;

export function campaignSummary(report: CheckReport): string {
  const { verdict, exitCode, version, build, digest, shard, firstSeed, tried, asked, repeated, events, sends, seconds, workers, missing } =
    report;
  const summary = {
    ...{ formatVersion: FORMAT_VERSION, version, build, verdict, exitCode },
    configuration: Object.fromEntries(report.configuration),
    required: { classes: report.requiredClasses, guarantees: report.requiredGuarantees },
    seeds: { first: firstSeed, asked, tried, shard, runTwice: repeated, digest },
    work: { events, sends, workers, seconds: Math.round(seconds), seedsPerSecond: Number((tried / Math.max(0.001, seconds)).toFixed(1)) },
    guarantees: Object.fromEntries(report.rows.map(({ guarantee, cells }) => [guarantee, Object.fromEntries(cells.map(cellEntry))])),
    premises: report.premises,
    faults: Object.fromEntries(report.faults),
    failures: report.failures.map(({ guarantee, kind, required, seed, classes, headline }) => ({
      guarantee,
      kind,
      required,
      seed,
      classes,
      headline,
    })),
    lost: report.lost.map(({ seed, fate, detail }) => ({ seed, fate, detail })),
    ...{ missing, nondeterminism: report.nondeterminism },
  };
  return JSON.stringify(summary, null, 2);
}

/** `held 1130/1200`: put to the test in so many of so many seeds; `violated 3/1200`: broken in so many. */
function cellEntry({ faultClass, status, seeds, exercised, violated }: CampaignCell): [string, string] {
  const count = status === 'violated' ? violated : exercised;
  return [faultClass, `${status} ${count}/${seeds}`];
}
