/** Which failure a scenario is about: what was found in it, what it shows as it is written, or what it claims to show when something is changed. */
import type { TrialOutcome } from '../inquiry.js';
import type { Found, Scenario } from '../../scenario/Scenario.js';
import { changeText, varied, type Change } from '../../scenario/variation.js';
import type { ShrinkTarget } from '../shrink.js';

export interface AimedAt {
  readonly target: ShrinkTarget;
  /** What has to be changed for it to show, such as a feature that a lesson switches off; `as written` when nothing has to be. */
  readonly shownBy: string;
}

/** Null when it shows no failure, with none of the changes that it speaks of. @param run such as `runJob`. */
export function failureOf(scenario: Scenario, found: Found | null, run: (scenario: Scenario) => TrialOutcome): AimedAt | null {
  const written = run(scenario).failures;
  if (found !== null && written.some(({ guarantee, kind }) => guarantee === found.guarantee && kind === found.kind)) {
    return { target: { guarantee: found.guarantee, kind: found.kind }, shownBy: changeText({}) };
  }
  const required = firstOf(written, scenario.require);
  if (required !== undefined) return { target: required, shownBy: changeText({}) };
  for (const { verdict, ...change } of scenario.expect) {
    const claimed = Object.entries(verdict).flatMap(([guarantee, expected]) => (expected === 'violated' ? [guarantee] : []));
    if (claimed.length === 0) continue;
    const shown = firstOf(run(varied(scenario, change as Change)).failures, claimed);
    if (shown !== undefined) return { target: shown, shownBy: changeText(change) };
  }
  return null;
}

function firstOf(failures: readonly ShrinkTarget[], guarantees: readonly string[]): ShrinkTarget | undefined {
  return guarantees.flatMap((name) => failures.filter(({ guarantee }) => guarantee === name))[0];
}
