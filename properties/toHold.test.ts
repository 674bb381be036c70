import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import '../src/vitest.js';
import { toHold } from '../src/vitest/toHold.js';

const folder = mkdtempSync(join(tmpdir(), 'trialrun-matcher-'));
afterAll(() => rmSync(folder, { recursive: true }));

const acksOne = 'scenarios/b02-acks-1.yaml';
const quiet = { name: 'quiet', duration: '3s', require: ['no-acknowledged-loss'] } as const;
const quick = { seeds: 6, faults: ['crash', 'pause'], out: '' } as const;

/** What the expectation says; empty when it passes. */
function said(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('toHold', () => {
  it('passes where a scenario holds, and where a configuration does', () => {
    expect(acksOne).toHold('no-divergence');
    expect({ producerProperties: { acks: 'all' } }).toHold('no-acknowledged-loss', quick);
  });

  it('fails with the story, within 80 columns, and saves the run under its folder', () => {
    const message = said(() => expect(acksOne).toHold('no-acknowledged-loss', { out: folder }));
    expect(message).toMatch(
      /^expected scenarios\/b02-acks-1\.yaml to hold no-acknowledged-loss\n\n✗ no-acknowledged-loss violated under crash and network\n/,
    );
    expect(message).toContain('Message 21 was acknowledged in orders-0 at offset 21 at 3.060 s and is gone.');
    expect(message).toContain('Remedy: acks=all with min.insync.replicas=2');
    const [, saved = ''] = /npx trialrun replay (\S+)/.exec(message) ?? [];
    expect(readFileSync(saved, 'utf8')).toContain('hash: 0133331e7442f8ab');
    const story = message.split('\n').filter((line) => !/Page:|Replay:/.test(line));
    expect(Math.max(...story.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('makes the failure of a configuration small before it tells it, and tells it as it was when that is wanted', () => {
    const unsafe = { producerProperties: { acks: 1 } };
    expect(said(() => expect(unsafe).toHold('no-acknowledged-loss', quick))).toMatch(/It\s+takes\s+\d faults? \(seed \d had \d+\)/);
    expect(said(() => expect(unsafe).toHold('no-acknowledged-loss', { ...quick, shrink: false }))).toMatch(
      /It\s+was\s+seen\s+with\s+\d+ faults/,
    );
  });

  it('says unknown, and what was lacking, and never passes on it, with or without not', () => {
    expect(said(() => expect(quiet).toHold())).toMatch(/unknown: nothing contradicts it[^]*no partition changed its leader/);
    expect(said(() => expect(quiet).not.toHold())).toMatch(/not\.toHold needs a violation to pass, and none was found[^]*unknown/);
    const few = said(() => expect({ producerProperties: { acks: 'all' } }).toHold('no-acknowledged-loss', { seeds: 1, out: '' }));
    expect(few).toMatch(/no seed put it to the test under [^]*try more seeds/);
  });

  it('passes with not where a violation was found, and fails where all held', () => {
    expect(acksOne).not.toHold('no-acknowledged-loss');
    expect(acksOne).not.toHold(['no-divergence', 'no-acknowledged-loss']);
    expect(said(() => expect(acksOne).not.toHold('no-divergence'))).toMatch(/not to hold no-divergence[^]*held +no-divergence/);
  });

  it('takes a scenario by path and by URL, and under several seeds', () => {
    expect(resolve(acksOne)).toHold('no-divergence');
    expect(pathToFileURL(acksOne)).toHold('no-divergence', { seeds: 3 });
  });

  it.each<[unknown, unknown[], RegExp]>([
    ['nowhere.yaml', [], /^nowhere\.yaml: no such file\. Give the path of a scenario, absolute or from \//],
    ['producer.properties', [], /is a \.properties file\. Write \{ producerProperties: propertiesFile\("producer\.properties"\) \}/],
    ['scenario.ts', [], /is a module\. Import it/],
    [17, [], /expected a scenario, the path of a scenario file or a configuration, found 17/],
    [{ producerPropertys: {} }, [], /unknown key "producerPropertys"/],
    [{ brokers: 3, faults: [] }, [], /configuration: unknown field "faults"/],
    [quiet, ['no-loss'], /^toHold: there is no guarantee "no-loss"/],
    [quiet, [[]], /^toHold: the list of guarantees is empty/],
    [quiet, [{ faults: ['crash'] }], /^faults: a scenario has faults of its own/],
    [quiet, [{ seeds: 0 }], /^seeds: 0 is out of range/],
  ])('refuses %j with %j, also with not', (received, args, message) => {
    expect(said(() => toHold.call({ isNot: false }, received, ...(args as [])))).toMatch(message);
    expect(said(() => toHold.call({ isNot: true }, received, ...(args as [])))).toMatch(message);
  });
});
