/** Which of the changes that were tried prevented a failure in every schedule, and whether the guarantee is promised then. */
import type { GuaranteeName } from '../../check/Finding.js';
import type { Promised } from '../../check/promises.js';
import { runTrial } from '../../explore/trial.js';
import { varied, type Change } from '../../scenario/variation.js';
import type { CaseFile } from '../caseFile.js';
import type { Study } from '../../explore/study.js';
import type { Scenario } from '../../scenario/Scenario.js';

export interface Prevention {
  readonly change: Change;
  /** What the changed configuration promises under the same faults. */
  readonly promise: Promised;
}

/** In the order in which they were tried. A change under which the guarantee breaks in another way prevents nothing. */
export function preventing(
  { scenario, study }: { readonly scenario: Scenario; readonly study: Study },
  { finding }: CaseFile,
  index: number,
): Prevention[] {
  const all = study.changes.filter(({ broken, refusal }) => refusal === '' && broken[index]?.failures === 0 && broken[index].runs > 0);
  return all.flatMap(({ change }) => {
    const { guarantees } = runTrial(varied(scenario, change), { invariants: false }).judgement;
    const promise = guarantees.find(({ name }) => name === (finding.guarantee as GuaranteeName))?.promise;
    return promise === undefined ? [] : [{ change, promise }];
  });
}

/** Changes that somebody can make to a cluster as it runs: settings and what applications do, not the protocol flags of another release. */
function settable({ change }: Prevention): boolean {
  return change.features === undefined;
}

/** The changes after which the guarantee is promised: those are advice. */
export function advised(preventions: readonly Prevention[]): Change[] {
  return preventions.filter((one) => one.promise.promised && settable(one)).map(({ change }) => change);
}
