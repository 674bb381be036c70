/** `bisect` names the flag that each lesson says makes the difference: every lesson that declares one is a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answer, runJob, type TrialJob, type TrialOutcome } from '../src/explore/inquiry.js';
import { releaseFlags } from '../src/explore/versions/differences.js';
import { failureOf } from '../src/explore/versions/target.js';
import { isWhole, versionsInquiry, type VersionsAnswer } from '../src/explore/versions/versions.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Scenario } from '../src/scenario/Scenario.js';

const folder = new URL('../scenarios/', import.meta.url);

interface Claim {
  readonly scenario: Scenario;
  readonly flag: string;
}

/** Big ones take minutes under twelve releases, and teach no other flags. */
const LONGEST = 40;

/** Lessons that fail with one value of a flag and hold with the other, whatever else the flag's claim says. */
function claims(): Claim[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => {
      const parsed = parseScenario(readFileSync(new URL(name, folder), 'utf8'), name);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const { scenario } = parsed;
      if (scenario.durationUs > LONGEST * 1_000_000 || scenario.name.startsWith('recommended')) return [];
      const aim = failureOf(scenario, null, (variant) => runJob({ scenario: variant }));
      if (aim === null) return [];
      const isWritten = aim.shownBy === 'as written';
      const turned = scenario.expect.find(({ features, release, properties, application, verdict }) => {
        const alone = Object.keys(features ?? {}).length === 1 && release === undefined && isEmpty(properties) && isEmpty(application);
        return alone && verdict[aim.target.guarantee as keyof typeof verdict] === (isWritten ? 'held' : 'violated');
      });
      const [flag] = Object.keys(turned?.features ?? {});
      return flag === undefined ? [] : [{ scenario, flag }];
    });
}

function isEmpty(object: object | undefined): boolean {
  return Object.keys(object ?? {}).length === 0;
}

/** Flags besides the declared one that are tried by themselves: a few, a different few in every lesson. */
function decoys(scenario: Scenario): Set<string> {
  const from = scenario.name.length % releaseFlags.length;
  return new Set([...releaseFlags.slice(from), ...releaseFlags.slice(0, from)].slice(0, 4));
}

/** One run of each variant; a single flag that is neither the declared one nor a decoy is taken to change nothing. */
function bisected({ scenario, flag }: Claim): VersionsAnswer {
  const aim = failureOf(scenario, null, (variant) => runJob({ scenario: variant }));
  if (aim === null) throw new Error('no failure');
  const tried = decoys(scenario);
  const written = runJob({ scenario });
  const run = (job: TrialJob): TrialOutcome => {
    const changed = Object.keys(job.scenario.features).filter((name) => !(name in scenario.features));
    const [only] = changed;
    const passedOver = job.scenario.release === scenario.release && changed.length === 1 && only !== flag && !tried.has(only ?? '');
    return passedOver ? written : runJob(job);
  };
  return answer(versionsInquiry(scenario, aim.target, 1), run);
}

/** Every flag that the answer names, by itself or together with others. */
function named({ transitions, flags }: VersionsAnswer): Set<string> {
  const between = transitions.flatMap(({ rows, sets }) => [
    ...rows.filter(({ onOlder, onNewer }) => isWhole(onOlder.effect) || isWhole(onNewer.effect)).map(({ difference }) => difference.name),
    ...sets.flatMap(({ differences }) => differences.map(({ name }) => name)),
  ]);
  return new Set([...between, ...flags.map(({ name }) => name)]);
}

const all = claims();

test('enough lessons declare a flag', () => {
  expect(all.length).toBeGreaterThan(25);
});

describe.each(all.map((claim) => [claim.scenario.name, claim.flag, claim] as const))('%s', (_name, flag, claim) => {
  test(`names ${flag}`, () => {
    const answered = bisected(claim);
    expect(named(answered)).toContain(flag);
    // By itself it turns the scenario as it is written, and no decoy does that.
    expect(answered.flags.map(({ name }) => name)).toContain(flag);
    for (const { name } of answered.flags) if (name !== flag) expect(['truncation', 'legacyAcksN']).toContain(name);
  });
});
