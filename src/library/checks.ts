/** A campaign in this process: seeds of a configuration one after the other, added up as the command line does. */
import { Campaign, type CampaignCell, type CampaignRow } from '../explore/campaign.js';
import { summarize, type TrialSummary } from '../explore/trialSummary.js';
import { meaningfulClasses, type TrialConfiguration } from '../explore/configuration.js';
import { generateScenario } from '../explore/generate.js';
import { DEFAULT_CLASSES, defaultGuarantees } from '../explore/requirements.js';
import { runTrial } from '../explore/trial.js';
import { FAULT_CLASSES, type FaultClass } from '../faults/Fault.js';
import { guaranteeNames, type GuaranteeName, type Verdict } from '../check/Finding.js';
import { suggestion } from '../scenario/nearest.js';
import type { CheckedGuarantee, CheckResult, ClassResult, Failure } from './Check.js';
import type { Configuration } from './Configuration.js';
import { checkedConfiguration, type CheckedConfiguration } from './configurations.js';
import { frozen } from './frozen.js';
import { checkedGuarantees } from './runs.js';
import { completeForm } from './scenarios.js';
import { TrialrunError } from './TrialrunError.js';

/** How hard to try. */
export interface CheckOptions {
  /** How many seeds. Each takes some 50 milliseconds. Default: 100. */
  readonly seeds?: number;
  /** The first of them; the others follow. Default: 1. */
  readonly firstSeed?: number;
  /** Classes of faults that take part, all of which have to be survived. Default: every class but `power-loss`, which no configuration of Kafka survives that acknowledges before it flushes. */
  readonly faults?: readonly FaultClass[];
  /** Guarantees that decide. Default: what everybody counts on, and whatever the configuration promises under these faults. */
  readonly require?: readonly GuaranteeName[];
  /** Ends with the first seed that breaks a required guarantee. Default: false. */
  readonly untilViolated?: boolean;
}

const DEFAULT_SEEDS = 100;

/**
 * Puts a configuration on trial: every seed draws another world of faults, latencies, timeouts and workload, and runs it. Deterministic: the same configuration
 * and options give the same result.
 *
 * @throws TrialrunError when something in the configuration or the options is wrong.
 * @example
 * ```ts
 * import { check } from 'trialrun';
 *
 * const faults = ['crash', 'pause'] as const;
 * const safe = check({ producerProperties: { acks: 'all' } }, { seeds: 8, faults, require: ['no-acknowledged-loss'] });
 * safe.verdict; // → 'held'
 *
 * const unsafe = check({ producerProperties: { acks: '1' } }, { seeds: 8, faults, require: ['no-acknowledged-loss'] });
 * unsafe.verdict; // → 'violated'
 * unsafe.failures[0]?.guarantee; // → 'no-acknowledged-loss'
 * ```
 */
export function check(configuration: Configuration, options: CheckOptions = {}): CheckResult {
  return new Check(checkedConfiguration(configuration), options).run();
}

class Check {
  private readonly campaign: Campaign;
  private readonly classes: readonly FaultClass[];
  private readonly required: readonly GuaranteeName[];
  private readonly configuration: TrialConfiguration;
  private readonly failures: (Failure & { readonly faults: number })[] = [];

  constructor(
    private readonly subject: CheckedConfiguration,
    private readonly options: CheckOptions,
  ) {
    const { configuration } = subject;
    this.configuration = configuration;
    this.classes = meaningfulClasses(configuration, checkedClasses(options.faults));
    if (this.classes.length === 0)
      throw new TrialrunError([
        'faults: client faults strike groups and transactions, and there are none. Name another class, or give groups',
      ]);
    const { require } = options;
    this.required = require === undefined ? defaultGuarantees(configuration, this.classes) : checkedGuarantees(require, 'require');
    if (this.required.length === 0)
      throw new TrialrunError([`require: the list is empty. Leave it out, or name some of ${guaranteeNames.join(', ')}`]);
    this.campaign = new Campaign({
      configuration,
      classes: this.classes,
      requiredClasses: this.classes,
      requiredGuarantees: this.required,
    });
  }

  run(): CheckResult {
    const first = wholeNumber('firstSeed', this.options.firstSeed ?? 1, 0);
    const seeds = wholeNumber('seeds', this.options.seeds ?? DEFAULT_SEEDS, 1);
    let tried = 0;
    while (tried < seeds && !this.isOver()) this.try(String(first + tried++));
    return frozen(this.result());
  }

  private isOver(): boolean {
    return this.options.untilViolated === true && this.failures.some(({ required }) => required);
  }

  private try(seed: string): void {
    const scenario = generateScenario(this.configuration, seed, this.classes, this.required);
    const summary = summarize({ seed }, runTrial(scenario));
    this.campaign.add(summary);
    if (summary.findings.length === 0) return;
    const complete = completeForm(scenario);
    for (const { guarantee, kind, message } of summary.findings) {
      const required = this.decides(guarantee, summary);
      this.failures.push({ guarantee, kind, seed, message, required, scenario: complete, faults: summary.faults.length } as Failure & {
        faults: number;
      });
    }
  }

  /** An invariant decides where the campaign says so, which knows what rests on it. */
  private decides(guarantee: string, { classes }: TrialSummary): boolean {
    if (!guarantee.startsWith('invariant/')) return this.required.includes(guarantee as GuaranteeName);
    return classes.length >= 0 && this.campaign.violations().some((group) => group.guarantee === guarantee && group.required);
  }

  private result(): CheckResult {
    const { campaign, subject } = this;
    const { events, seeds } = campaign.totals();
    return {
      verdict: (['held', 'violated', 'unknown'] as const)[campaign.exitCode()],
      seeds,
      configuration: subject.description.map(([about, text]) => ({ subject: about, text })),
      remarks: [...subject.remarks],
      withoutEffect: subject.withoutEffect.map(({ name, value, where, reason }) => ({ name, value, where, reason })),
      guarantees: campaign.table().map((row) => this.guarantee(row)),
      failures: this.sortedFailures(),
      events,
      digest: campaign.ledger.digest,
    };
  }

  private guarantee({ guarantee, required, cells }: CampaignRow): CheckedGuarantee {
    const own = this.failures.filter((failure) => failure.guarantee === guarantee).map(({ seed }) => seed);
    const verdict = verdictOf(cells);
    return {
      name: guarantee,
      required,
      verdict,
      lacking: verdict === 'unknown' ? lackingIn(cells) : '',
      classes: cells.map(classResult),
      failingSeeds: [...new Set(own)],
    };
  }

  private sortedFailures(): Failure[] {
    const rank = ({ required, guarantee }: Failure): number => {
      const index = (guaranteeNames as readonly string[]).indexOf(guarantee);
      return (required ? 0 : 100) + (index < 0 ? 50 : index);
    };
    const inOrder = this.failures.map((failure, i) => ({ failure, i }));
    inOrder.sort((a, b) => rank(a.failure) - rank(b.failure) || a.failure.faults - b.failure.faults || a.i - b.i);
    return inOrder.map(({ failure: { faults: _, ...failure } }) => failure);
  }
}

/** What happened without any fault need not be shown: most seeds have some. */
function verdictOf(cells: readonly CampaignCell[]): Verdict {
  if (cells.some(({ status }) => status === 'violated')) return 'violated';
  const underFaults = cells.filter(({ faultClass }) => faultClass !== 'none');
  return underFaults.length > 0 && underFaults.every(({ status }) => status === 'held') ? 'held' : 'unknown';
}

function lackingIn(cells: readonly CampaignCell[]): string {
  const open = cells.filter(({ faultClass, status }) => faultClass !== 'none' && status !== 'held');
  const unpromised = open.find(({ status }) => status === 'not promised');
  if (unpromised !== undefined) {
    const { faultClass, promise } = unpromised;
    return `not promised under ${faultClass}: ${promise.because} (${promise.source})`;
  }
  const names = open.map(({ faultClass }) => faultClass).join(', ');
  return `no seed put it to the test under ${names}: try more seeds`;
}

function classResult({ faultClass, status, promise, seeds, exercised, violated }: CampaignCell): ClassResult {
  const { because, source, remedy } = promise;
  return { faults: faultClass, verdict: status, because, source, remedy, seeds, exercised, violated };
}

function checkedClasses(given: CheckOptions['faults']): readonly FaultClass[] {
  if (given === undefined) return DEFAULT_CLASSES;
  const unknown = given.find((name) => !FAULT_CLASSES.includes(name));
  if (unknown !== undefined)
    throw new TrialrunError([`faults: there is no class "${String(unknown)}"; ${suggestion(String(unknown), FAULT_CLASSES)}`]);
  if (given.length === 0) throw new TrialrunError([`faults: the list is empty. Leave it out, or name some of ${FAULT_CLASSES.join(', ')}`]);
  return FAULT_CLASSES.filter((name) => given.includes(name));
}

function wholeNumber(place: string, value: number, min: number): number {
  if (!Number.isSafeInteger(value) || value < min)
    throw new TrialrunError([`${place}: ${String(value)} is out of range. Write a whole number of at least ${min}`]);
  return value;
}
