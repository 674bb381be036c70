/** Which classes of faults a failure needs: the others' faults are taken out, one class after the other, as long as it still fails. */
import type { JudgedClass } from '../check/promises.js';
import { invariantsDecide } from './campaign.js';
import { shapePromises } from './trialSummary.js';
import type { CampaignOptions } from './campaign.js';
import type { FindingSummary, TrialSummary } from './trialSummary.js';
import type { ShrinkableResult, ShrinkTarget } from './shrink.js';
import type { FaultClass } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { GuaranteeName, Scenario } from '../scenario/Scenario.js';

/** In this order classes are tried to be left out: what Kafka promises least about first, so that a failure is blamed on it only if it must be. */
const LEAVE_OUT_ORDER: readonly FaultClass[] = [
  'power-loss',
  'disk',
  'clock',
  'network',
  'admin',
  'client',
  'zookeeper',
  'pause',
  'partition',
  'crash',
];

export function smallestClasses(scenario: Scenario, target: ShrinkTarget, run: (scenario: Scenario) => ShrinkableResult): Scenario {
  let smallest = scenario;
  for (const left of LEAVE_OUT_ORDER) {
    const faults = smallest.faults.filter(({ kind }) => faultKind(kind).faultClass !== left);
    if (faults.length === smallest.faults.length) continue;
    const candidate = { ...smallest, faults };
    if (stillFails(run(candidate), target)) smallest = candidate;
  }
  return smallest;
}

function stillFails(result: ShrinkableResult, { guarantee, kind }: ShrinkTarget): boolean {
  return result.judgement.findings.some((finding) => finding.guarantee === guarantee && finding.kind === kind);
}

/**
 * The findings that decide the exit code: of required guarantees and of invariants, in a seed whose faults are all of required classes. Where power was lost
 * too and need not be survived, the seed says nothing about the rest.
 */
export function requiredFindings(
  { classes, findings, shape }: Pick<TrialSummary, 'classes' | 'findings' | 'shape'>,
  { configuration, requiredClasses, requiredGuarantees }: Pick<CampaignOptions, 'configuration' | 'requiredClasses' | 'requiredGuarantees'>,
): FindingSummary[] {
  if (findings.length === 0) return [];
  if (classes.includes('power-loss') && !requiredClasses.includes('power-loss')) return [];
  if (classes.length > 0 && !classes.some((faultClass) => requiredClasses.includes(faultClass))) return [];
  const judged: readonly JudgedClass[] = classes.length === 0 ? ['none'] : classes;
  const withInvariants = invariantsDecide(configuration, judged, shape);
  const asked = (guarantee: GuaranteeName): boolean =>
    requiredGuarantees.includes(guarantee) && (shape === undefined || judged.every((name) => shapePromises(shape, guarantee, name)));
  return findings.filter(({ guarantee }) => (guarantee.startsWith('invariant/') ? withInvariants : asked(guarantee as GuaranteeName)));
}
