/**
 * Every declared probe is placed in the code, and hit in a fixed campaign; every error code is answered, or listed with the reason why not; no state machine
 * does what it may not. A probe that nothing hits is red: the branch behind it is tested by nobody.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoverageTally } from '../src/explore/CoverageTally.js';
import { coverageOf, probeAreas, type Coverage } from '../src/explore/coverage.js';
import { recommended } from '../src/explore/configuration.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import { neverAnswered, unreachedTransitions } from '../src/kafka/coverage.js';
import { ErrorCode } from '../src/kafka/protocol/errors.js';
import { probeTables } from '../src/report/probeTables.js';
import { coverageCampaign } from './coverage/campaign.js';

/** Runs of the campaign in which a probe must be hit; one where nothing is said. These happen so often that fewer would mean that something is broken. */
const quotas: Readonly<Record<string, number>> = {
  'leader-election-clean': 20,
  'isr-shrunk': 5,
  'isr-expanded': 15,
  'log-truncated': 10,
  'late-fetch-answer-dropped': 10,
  'produce-retried': 20,
  'controller-failover': 40,
  'unclean-recovery': 15,
  'coordinator-loaded': 15,
};

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : 1));
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/(test|esting)\.ts$/.test(entry.name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
}

const probes = probeAreas.flatMap((area) => Object.values(area));

test('there are probes in every room', () => {
  expect(probes.length).toBeGreaterThan(150);
  expect(new Set(probes.map(({ area }) => area)).size).toBe(probeAreas.length);
});

test('every declared probe is placed somewhere', () => {
  const code = sources('src')
    .filter((path) => !path.endsWith('/probes.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const placed = new Set([...code.matchAll(/Probes\['([a-z0-9-]+)'\]/g)].map(([, name]) => name));
  expect(probes.filter(({ name }) => !placed.has(name)).map(({ name, meaning }) => `${name}: ${meaning}`)).toEqual([]);
});

test('the tables in docs/coverage.md are those of the code (npm run probes)', () => {
  const docs = readFileSync('docs/coverage.md', 'utf8');
  expect(docs).toContain(probeTables());
});

describe('the campaign', () => {
  let tally: CoverageTally;
  let coverage: Coverage;

  beforeAll(() => {
    tally = coverageCampaign();
    coverage = coverageOf(tally, recommended(), FAULT_CLASSES);
  }, 240_000);

  test('hits every probe as often as its quota asks', () => {
    const short = probes.filter(({ name }) => tally.of(name).seeds < (quotas[name] ?? 1));
    expect(short.map(({ name, meaning }) => `${name} (${tally.of(name).seeds} of ${quotas[name] ?? 1} runs): ${meaning}`)).toEqual([]);
  });

  test('has quotas for probes that there are', () => {
    const names = new Set(probes.map(({ name }) => name));
    expect(Object.keys(quotas).filter((name) => !names.has(name))).toEqual([]);
  });

  test('sees every error code answered, but for those that no simulated broker answers', () => {
    const missing = coverage.errors.filter(({ hits }) => hits === 0).map(({ name }) => name);
    expect(sorted(missing)).toEqual(sorted(Object.keys(neverAnswered)));
  });

  test('sees no transition that a state machine does not have, and every other but those listed as not reached', () => {
    const transitions = coverage.machines.flatMap(({ name, transitions: all }) =>
      all.map((each) => ({ ...each, text: `${name}: ${each.from}→${each.to}` })),
    );
    expect(transitions.filter(({ legal }) => !legal).map(({ text }) => text)).toEqual([]);
    const missing = transitions.filter(({ hits }) => hits === 0).map(({ text }) => text);
    expect(sorted(missing)).toEqual(sorted(Object.keys(unreachedTransitions)));
  });
});

test('what no broker answers is not mentioned where a broker could answer it', () => {
  const where = (name: string): string[] =>
    sorted(
      sources('src').filter(
        (path) => !path.endsWith('protocol/errors.ts') && new RegExp(`ErrorCode\\.${name}\\b`).test(readFileSync(path, 'utf8')),
      ),
    );
  for (const [name, { mentioned }] of Object.entries(neverAnswered)) expect([name, where(name)]).toEqual([name, sorted(mentioned)]);
  expect(Object.keys(neverAnswered).filter((name) => !(name in ErrorCode))).toEqual([]);
});
