/** `trialrun compare A B C`: the same seeds over several configurations, as a table of what each gives and what it costs. */
import { compareInquiry } from '../../explore/compare.js';
import { FAULT_CLASSES, type FaultClass } from '../../faults/Fault.js';
import { compareText, type CompareReport } from '../../report/compareText.js';
import { inquiryJson } from '../../report/json.js';
import { suggestion } from '../../scenario/nearest.js';
import { usageError } from '../CliError.js';
import { subjectOf, type CompareSubject } from '../compareSubjects.js';
import type { ConfigurationOptions } from '../configurationOptions.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { investigate, type InvestigationOptions } from '../investigation.js';
import { columns, paint, print } from '../output.js';

export interface CompareOptions extends ConfigurationOptions, InvestigationOptions {
  scenario?: string;
  /** Classes of faults that take part, with commas between them. */
  faults?: string;
  seeds: number;
  seed: number;
  format: 'text' | 'json';
}

/** Exit code 0 once it has an answer, whatever that is. */
export async function compare(words: readonly string[], options: CompareOptions): Promise<ExitCode> {
  if (words.length < 2) {
    throw usageError(
      'compare needs at least two configurations',
      "write such as: trialrun compare 'acks=1:producer.acks=1' 'acks=all:producer.acks=all'",
    );
  }
  const subjects = await subjectsOf(words, options);
  const inquiry = compareInquiry(
    subjects.map(({ scenarioOf }) => scenarioOf),
    options.seeds,
  );
  const { answer, cutShort, cutShortText } = await investigate(inquiry, options);
  const report: CompareReport = {
    labels: subjects.map(({ label, description }) => ({ label, description })),
    over: overText(options),
    ...answer,
    cutShort: cutShortText,
  };
  if (options.format === 'json') print(inquiryJson(report));
  else print(...compareText(report, paint, columns()));
  return cutShort === 'interrupted' ? EXIT.interrupted : EXIT.held;
}

async function subjectsOf(words: readonly string[], options: CompareOptions): Promise<CompareSubject[]> {
  const { scenario, faults, seeds: _seeds, seed, format: _format, time: _time, workers: _workers, ...common } = options;
  const context = { common, ...(scenario === undefined ? {} : { scenario }), firstSeed: seed, classes: classesFrom(faults) };
  const subjects: CompareSubject[] = [];
  for (const word of words) subjects.push(await subjectOf(word, context));
  const twice = subjects.find(({ label }, i) => subjects.findIndex((other) => other.label === label) !== i);
  if (twice !== undefined) {
    throw usageError(
      `compare: two configurations are called ${twice.label}`,
      "give each its own label, such as 'old:kafka=2.0' 'new:kafka=3.9'",
    );
  }
  return subjects;
}

/** Every class but power-loss unless somebody says otherwise: what has to be survived. */
function classesFrom(list: string | undefined): FaultClass[] {
  if (list === undefined) return FAULT_CLASSES.filter((name) => name !== 'power-loss');
  return list.split(',').flatMap((text) => {
    const word = text.trim();
    if (word === 'all') return [...FAULT_CLASSES];
    if (word === 'none') return [];
    const known = FAULT_CLASSES.find((name) => name === word);
    if (known === undefined)
      throw usageError(`--faults ${list}: "${word}" is no class of faults`, suggestion(word, [...FAULT_CLASSES, 'all', 'none']));
    return [known];
  });
}

function overText({ scenario, seed, seeds, faults }: CompareOptions): string {
  if (scenario !== undefined) return `${scenario} as written, and the same faults under other schedules`;
  return `${seed} to ${seed + seeds - 1}; faults: ${faults ?? 'every class but power-loss'}`;
}
