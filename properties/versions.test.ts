/** `bisect` names the flag that each lesson says makes the difference: every lesson that declares one is a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answer, runJob, type TrialJob, type TrialOutcome } from '../src/explore/inquiry.js';
import { releaseFlags } from '../src/explore/versions/differences.js';
import { failureOf } from '../src/explore/versions/target.js';
import { isWhole, versionsInquiry, type VersionsAnswer } from '../src/explore/versions/versions.js';
import type { ShrinkTarget } from '../src/explore/shrink.js';
import { parseScenario } from '../src/scenario/parse.js';
import type { Scenario } from '../src/scenario/Scenario.js';

const folder = new URL('../scenarios/', import.meta.url);

interface Claim {
  readonly scenario: Scenario;
  readonly flag: string;
  readonly target: ShrinkTarget;
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
      return flag === undefined ? [] : [{ scenario, flag, target: aim.target }];
    });
}

function isEmpty(object: object | undefined): boolean {
  return Object.keys(object ?? {}).length === 0;
}

/** Flags besides the declared one that are tried by themselves: a few, a different few in every lesson. */
function decoys(scenario: Scenario): Set<string> {
  const from = scenario.name.length % releaseFlags.length;
  return new Set([...releaseFlags.slice(from), ...releaseFlags.slice(0, from)].slice(0, 2));
}

/**
 * One run of each variant. So that it takes seconds, a single flag that is neither the declared one nor a decoy is taken to change nothing; and unless
 * `everyRelease`, so is another release.
 */
function bisected({ scenario, flag, target }: Claim, everyRelease: boolean): VersionsAnswer {
  const tried = decoys(scenario);
  const written = runJob({ scenario });
  const run = (job: TrialJob): TrialOutcome => {
    const { release, features } = job.scenario;
    const [only, ...others] = Object.keys(features).filter((name) => !(name in scenario.features));
    const isPassedOver = release === scenario.release ? others.length === 0 && only !== flag && !tried.has(only ?? '') : !everyRelease;
    return isPassedOver ? written : runJob(job);
  };
  return answer(versionsInquiry(scenario, target, 1), run);
}

const all = claims();

test('enough lessons declare a flag', () => {
  expect(all.length).toBeGreaterThan(25);
});

describe.each(all.map((claim) => [claim.scenario.name, claim.flag, claim] as const))('%s', (_name, flag, claim) => {
  test(`turns by ${flag}, and by no decoy`, () => {
    const names = bisected(claim, false).flags.map(({ name }) => name);
    expect(names).toContain(flag);
    expect(names.filter((name) => name !== flag)).toEqual([]);
  });
});

/** The release that fixed it, and by what. */
const fixed: readonly (readonly [lesson: string, release: string, flag: string])[] = [
  ['b09-fast-restart', '2.4', 'brokerEpochs'],
  ['b10-high-watermark-truncation-loss', '0.11', 'truncation'],
  ['b12-fast-leader-failover', '2.0', 'truncation'],
  ['b14-consumer-truncation', '2.4', 'consumerEpochValidation'],
  ['b15-isr-join-before-epoch-start', '2.1', 'isrJoinRequiresEpochStart'],
  ['b27-dead-broker-in-isr', '3.3', 'isrMembersMustBeAlive'],
];

describe.each(fixed)('%s', (lesson, release, flag) => {
  test(`was fixed by ${flag} in Kafka ${release}, whichever way it is tried`, () => {
    const claim = all.find(({ scenario }) => scenario.name === lesson);
    if (claim === undefined) throw new Error(`${lesson} declares no flag`);
    const transition = bisected(claim, true).transitions.find(({ newer }) => newer.release === release);
    expect([transition?.older.asWritten, transition?.newer.asWritten]).toEqual([true, false]);
    const both = transition?.rows.filter(({ onOlder, onNewer }) => isWhole(onOlder.effect) && isWhole(onNewer.effect));
    expect(both?.map(({ difference }) => difference.name)).toEqual([flag]);
    expect(transition?.sets).toEqual([]);
  });
});

test('a lesson that no release fixed is kept by what every release has', () => {
  const name = 'b64-zombie-consumer.yaml';
  const parsed = parseScenario(readFileSync(new URL(name, folder), 'utf8'), name);
  if (!parsed.ok) throw new Error(name);
  const target = { guarantee: 'single-owner', kind: '' };
  const run = ({ scenario }: TrialJob): TrialOutcome => {
    const failures = scenario.features.commitGenerationFencing === false ? [target] : [];
    return { hash: '', failures, verdicts: {}, classes: [], metrics: null };
  };
  const { transitions, flags } = answer(versionsInquiry(parsed.scenario, target, 4), run);
  expect(transitions).toEqual([]);
  expect(flags).toMatchObject([{ name: 'commitGenerationFencing', value: false, count: { failures: 4, runs: 4 } }]);
});
