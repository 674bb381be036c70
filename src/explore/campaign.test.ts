import { describe, expect, it } from 'vitest';
import { noPremises } from '../check/premises.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import type { FaultClass } from '../faults/Fault.js';
import type { GuaranteeName, Verdict } from '../scenario/Scenario.js';
import { DEFAULT_REQUIRED, GUARANTEES } from '../scenario/Scenario.js';
import { Campaign, invariantsDecide } from './campaign.js';
import { summarize } from './trialSummary.js';
import type { CampaignCell, CampaignOptions } from './campaign.js';
import type { SeedResult, TrialSummary } from './trialSummary.js';
import { recommended } from './configuration.js';

const LOSS = 'no-acknowledged-loss';
const lost = { guarantee: LOSS, kind: 'acknowledged-record-lost', message: 'record 7 is gone', timeUs: 5 };

interface Sketch {
  classes?: FaultClass[];
  verdicts?: Partial<Record<GuaranteeName, Verdict>>;
  findings?: { guarantee: string; kind: string; message: string; timeUs: number }[];
}

const trial = (seed: string, { classes = ['crash'], verdicts = {}, findings = [] }: Sketch = {}): TrialSummary => ({
  ...{ seed, hash: seed.padStart(16, '0'), steps: 10, events: 100, virtualUs: 30_000_000, sends: 1000, classes, faults: ['kill'] },
  premises: { ...noPremises(), leaderChanges: 2 },
  guarantees: GUARANTEES.map((name) => ({ name, verdict: verdicts[name] ?? 'held' })),
  findings,
  probes: [
    ['rare-path', 2],
    ['common-path', 5],
  ],
});

const losing = (seed: string, ...classes: FaultClass[]): TrialSummary =>
  trial(seed, { classes, verdicts: { [LOSS]: 'violated' }, findings: [lost] });

/** Nobody has looked into its failures. */
const uncharted = (summary: TrialSummary): SeedResult => ({ summary, attributions: [] });

const campaignOf = (summaries: TrialSummary[], options: Partial<CampaignOptions> = {}): Campaign => {
  const requiredClasses = options.classes ?? ['crash', 'pause'];
  const campaign = new Campaign({
    configuration: recommended(),
    classes: ['crash', 'pause', 'power-loss'],
    requiredClasses,
    requiredGuarantees: DEFAULT_REQUIRED,
    ...options,
  });
  for (const summary of summaries) campaign.add(summary);
  return campaign;
};

const cellOf = (campaign: Campaign, guarantee: GuaranteeName, faultClass: string): CampaignCell => {
  const cell = campaign
    .table()
    .find((row) => row.guarantee === guarantee)
    ?.cells.find((each) => each.faultClass === faultClass);
  if (cell === undefined) throw new Error(`no cell for ${guarantee} and ${faultClass}`);
  return cell;
};

/** Objects and map entries that can be reached from here. */
function reachable(root: unknown): number {
  const seen = new Set<unknown>();
  let entries = 0;
  const todo = [root];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item) || seen.has(item)) continue;
    seen.add(item);
    const inside: unknown[] = item instanceof Map ? [...item].flat() : Object.values(item);
    entries += inside.length;
    todo.push(...inside.filter((value) => value !== undefined));
  }
  return seen.size + entries;
}

describe('a campaign', () => {
  it('counts a failure for the classes that take the promise away, where a seed has some', () => {
    const moved = { guarantee: 'key-order', kind: 'key-order-violated', message: 'key k1 moved', timeUs: 5 };
    const seed = trial('1', { classes: ['crash', 'admin'], verdicts: { 'key-order': 'violated' }, findings: [moved] });
    const campaign = campaignOf([seed, trial('2')], { classes: ['crash', 'admin'] });
    expect(cellOf(campaign, 'key-order', 'crash')).toMatchObject({ status: 'held', violated: 0 });
    expect(cellOf(campaign, 'key-order', 'admin')).toMatchObject({ status: 'violated', violated: 1 });
  });

  it('counts a seed for every class whose faults began', () => {
    const campaign = campaignOf([trial('1', { classes: ['crash', 'pause'] }), trial('2')]);
    expect(cellOf(campaign, LOSS, 'crash')).toMatchObject({ status: 'held', seeds: 2, exercised: 2, violated: 0 });
    expect(cellOf(campaign, LOSS, 'pause')).toMatchObject({ status: 'held', seeds: 1 });
    expect(campaign.exitCode()).toBe(0);
  });

  it('counts a seed with power loss for power loss only', () => {
    const campaign = campaignOf([losing('1', 'crash', 'power-loss'), trial('2', { classes: ['crash', 'pause'] })]);
    expect(cellOf(campaign, LOSS, 'power-loss')).toMatchObject({ status: 'violated', seeds: 1, violated: 1 });
    expect(cellOf(campaign, LOSS, 'power-loss').promise.promised).toBe(false);
    expect(cellOf(campaign, LOSS, 'crash')).toMatchObject({ status: 'held', seeds: 1, violated: 0 });
    expect(campaign.exitCode()).toBe(0);
  });

  it('moves a failure to the classes that it was shrunk to', () => {
    const campaign = campaignOf([losing('1', 'crash', 'power-loss'), trial('2', { classes: ['crash', 'pause'] })]);
    campaign.attribute(uncharted(losing('1', 'crash', 'power-loss')), { ...lost, classes: ['crash'] });
    expect(cellOf(campaign, LOSS, 'crash').status).toBe('violated');
    expect(cellOf(campaign, LOSS, 'power-loss').status).toBe('not promised');
    expect(campaign.exitCode()).toBe(1);
  });

  it('never takes unknown for held', () => {
    const campaign = campaignOf([trial('1', { classes: ['crash', 'pause'], verdicts: { [LOSS]: 'unknown' } })]);
    expect(cellOf(campaign, LOSS, 'crash')).toMatchObject({ status: 'unknown', seeds: 1, exercised: 0 });
    expect(campaign.exitCode()).toBe(2);
  });

  it('is inconclusive as long as a required class was not exercised', () => {
    expect(campaignOf([trial('1')]).exitCode()).toBe(2);
    expect(campaignOf([]).exitCode()).toBe(2);
  });

  it('says what is not promised, and still shows when it happened', () => {
    const duplicate = { guarantee: 'no-duplicates', kind: 'duplicate-record', message: 'twice', timeUs: 1 };
    const calm = trial('1', { classes: ['crash', 'pause'] });
    const configuration = { ...recommended(), producerProperties: new Map<string, string | boolean>([['enable.idempotence', false]]) };
    expect(cellOf(campaignOf([calm], { configuration }), 'no-duplicates', 'crash').status).toBe('not promised');
    const campaign = campaignOf([{ ...calm, findings: [duplicate] }], { configuration });
    expect(cellOf(campaign, 'no-duplicates', 'crash')).toMatchObject({ status: 'violated', promise: { promised: false } });
    expect(campaign.exitCode()).toBe(0);
  });

  it('reports a required loss that nobody promised to avoid, and never calls such a guarantee held', () => {
    const configuration = { ...recommended(), producerProperties: new Map([['acks', '1']]) };
    const calm = trial('1', { classes: ['crash', 'pause'] });
    expect(campaignOf([calm], { configuration }).exitCode()).toBe(2);
    expect(campaignOf([calm, losing('2', 'pause')], { configuration }).exitCode()).toBe(1);
  });

  it('groups violations by guarantee and kind and names the smallest seed, whatever the order', () => {
    const summaries = [losing('10', 'crash'), losing('9', 'pause'), losing('100', 'crash', 'pause')];
    for (const order of [summaries, [...summaries].reverse()]) {
      const [group, ...rest] = campaignOf(order).violations();
      expect(rest).toEqual([]);
      expect(group).toMatchObject({ guarantee: LOSS, kind: lost.kind, seeds: 3, smallestSeed: '9', required: true });
      expect(new Map(group?.seedsByClass)).toEqual(
        new Map([
          ['crash', 2],
          ['pause', 2],
        ]),
      );
    }
  });

  it('lays a failure that needs a crash and a power failure at the door of power loss', () => {
    const campaign = campaignOf([losing('1', 'crash', 'power-loss'), trial('2', { classes: ['crash', 'pause'] })]);
    campaign.attribute(uncharted(losing('1', 'crash', 'power-loss')), { ...lost, classes: ['crash', 'power-loss'] });
    expect(cellOf(campaign, LOSS, 'crash').status).toBe('held');
    expect(cellOf(campaign, LOSS, 'power-loss').status).toBe('violated');
    expect(campaign.exitCode()).toBe(0);
  });

  it('lets invariants decide only where the protocol promises what rests on them', () => {
    expect(invariantsDecide(recommended(), ['crash', 'partition'])).toBe(true);
    expect(invariantsDecide(recommended('0.10.2'), ['crash'])).toBe(false);
    expect(invariantsDecide(recommended(), ['power-loss'])).toBe(false);
  });

  it('asks for the invariants of the protocol without being told, except where power was lost', () => {
    const broken = { guarantee: 'invariant/P5', kind: 'invariant/P5', message: 'logs differ', timeUs: 1 };
    expect(campaignOf([trial('1', { classes: ['crash', 'pause'], findings: [broken] })]).exitCode()).toBe(1);
    const others = trial('2', { classes: ['crash', 'pause'] });
    expect(campaignOf([trial('1', { classes: ['power-loss'], findings: [broken] }), others]).exitCode()).toBe(0);
  });

  it('has a column for what fails without any fault, and always asks for it', () => {
    const campaign = campaignOf([losing('1'), trial('2', { classes: ['crash', 'pause'] })]);
    expect(cellOf(campaign, LOSS, 'none')).toMatchObject({ status: 'violated', required: true });
    expect(campaign.exitCode()).toBe(1);
  });

  it('lays a failure that was looked into at the door of what it needs, and one that needs nothing at that of no fault', () => {
    const seed = losing('1', 'crash', 'pause');
    const campaign = campaignOf([]);
    campaign.add(seed, [{ ...lost, classes: ['pause'] }]);
    campaign.add(losing('2', 'crash'), [{ ...lost, classes: [] }]);
    campaign.add(trial('3', { classes: [] }));
    expect(cellOf(campaign, LOSS, 'crash')).toMatchObject({ violated: 0, seeds: 2 });
    expect(cellOf(campaign, LOSS, 'pause').violated).toBe(1);
    expect(cellOf(campaign, LOSS, 'none').violated).toBe(1);
  });

  it('tells a seed that comes again with the same hash from one that comes with another', () => {
    const campaign = campaignOf([]);
    expect([trial('1'), trial('1'), { ...losing('1', 'crash'), hash: 'other' }].map((summary) => campaign.add(summary))).toEqual([
      'new',
      'same',
      'different',
    ]);
    expect(campaign.violations()).toEqual([]);
  });

  it('keeps nothing of a seed but what it adds: ten times the seeds take no more objects', () => {
    const objectsOf = (seeds: number): number => {
      const campaign = campaignOf([]);
      for (let i = 1; i <= seeds; i++) campaign.add(losing(String(i), 'crash', 'pause'), [{ ...lost, classes: ['pause'] }]);
      return reachable(campaign);
    };
    expect(objectsOf(1_000)).toBeLessThanOrEqual(objectsOf(100));
  });

  it('sums what was reached, premises and totals, and counts a seed once', () => {
    const campaign = campaignOf([trial('1'), trial('1'), trial('2')]);
    expect(campaign.coverage.of('common-path')).toEqual({ hits: 10, seeds: 2, firstSeed: '1' });
    expect(campaign.coverage.of('rare-path')).toEqual({ hits: 4, seeds: 2, firstSeed: '1' });
    expect(campaign.premises().leaderChanges).toBe(4);
    expect(campaign.totals()).toEqual({ seeds: 2, events: 200, sends: 2000, faults: 2, virtualUs: 60_000_000 });
    expect(campaign.faults().get('kill')).toBe(2);
  });
});

describe('the summary of a trial', () => {
  it('is small, plain data with the first finding of each kind', () => {
    const findings = [lost, { ...lost, message: 'record 8 is gone' }, { ...lost, kind: 'other' }];
    const guarantees = [{ name: LOSS, verdict: 'violated' }] as const;
    const summary = summarize(
      { seed: '7' },
      {
        ...{ hash: 'h', steps: 1, events: 2, virtualUs: 3, probes: [['p', 1]] },
        judgement: { premises: noPremises(), guarantees, findings },
        history: { sends: [1, 2, 3] },
        faultLog: [
          { class: 'crash', kind: 'kill' },
          { class: 'crash', kind: 'restart' },
        ],
      },
    );
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(summary).toMatchObject({ seed: '7', sends: 3, classes: ['crash'], faults: ['kill', 'restart'] });
    expect(summary.findings.map(({ message, kind }) => [kind, message])).toEqual([
      [lost.kind, 'record 7 is gone'],
      ['other', 'record 7 is gone'],
    ]);
  });
});

describe('the default campaign', () => {
  it('promises the recommended configuration everything that it requires, under every class but power loss', () => {
    const classes = FAULT_CLASSES.filter((name) => name !== 'power-loss');
    const campaign = campaignOf([trial('1', { classes: [...classes] })], { classes: FAULT_CLASSES, requiredClasses: classes });
    expect(campaign.exitCode()).toBe(0);
  });
});
