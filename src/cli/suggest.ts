/** `check --suggest`: after a violation, which changes would have kept the guarantee. */
import type { RemediesQuestion } from '../explore/remedies/remedies.js';
import { remediesInquiry } from '../explore/remedies/remedies.js';
import { guaranteeNames } from '../check/Finding.js';
import type { RemediesReport } from '../report/remediesText.js';
import { investigate, type InvestigationOptions } from './investigation.js';
import type { FailingSeed } from './FailingSeeds.js';
import type { CheckPayload } from './workerTasks.js';

/** Seeds of the batch unless somebody says otherwise. */
export const DEFAULT_SUGGEST_SEEDS = 30;

/**
 * Null when no required guarantee failed. @param failing by way of failing, what matters most first. @param seeds of the batch.
 */
export async function suggest(
  failing: readonly (readonly FailingSeed[])[],
  { configuration, classes, requiredClasses, requiredGuarantees }: CheckPayload,
  firstSeed: number,
  seeds: number,
  options: InvestigationOptions,
): Promise<RemediesReport | null> {
  const group = failing.find(([first]) => first?.required === true && guaranteeNames.some((name) => name === first.guarantee));
  const guarantee = guaranteeNames.find((name) => name === group?.[0]?.guarantee);
  if (group === undefined || guarantee === undefined) return null;
  const question: RemediesQuestion = {
    ...{ configuration, guarantee, requiredGuarantees, classes, requiredClasses, firstSeed, seeds },
    failingSeeds: group.map(({ seed }) => seed),
  };
  const { answer, cutShortText } = await investigate(remediesInquiry(question), options);
  return {
    ...answer,
    failingSeeds: question.failingSeeds,
    over: `${firstSeed} to ${firstSeed + seeds - 1}`,
    seedsTried: seeds,
    cutShort: cutShortText,
  };
}
