/** `trialrun analyze FILE`: Jepsen's Kafka analysis of a history, ours or Jepsen's own. */
import { type Command, InvalidArgumentError } from 'commander';
import { analyze as analyzeHistory, type HistoryReport } from '../../check/jepsen/analyze.js';
import { anomalyTypes, type AnomalyType } from '../../check/jepsen/AnomalyType.js';
import { HistoryBuilder } from '../../check/jepsen/HistoryBuilder.js';
import { isolationLevels, NOBODY_IN_PARTICULAR, SAFE, traitsOf } from '../../check/jepsen/Traits.js';
import type { ClientTraits, IsolationLevel, Traits } from '../../check/jepsen/Traits.js';
import { analysisText } from '../../report/jepsen/analysisText.js';
import { suggestion } from '../../scenario/nearest.js';
import { usageError } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { readHistoryFile } from '../historyFile.js';
import { oneOf, wholeNumber } from '../optionValues.js';
import { columns, paint, print } from '../output.js';

export interface AnalyzeOptions {
  acks?: 'all' | '1' | '0';
  idempotence?: 'true' | 'false';
  maxInFlight?: number;
  isolationLevel?: IsolationLevel;
  allow?: AnomalyType[];
  /** Nothing is allowed. */
  strict?: boolean;
  format: 'text' | 'json';
}

const HELP = `
Examples:
  trialrun analyze reports/no-acknowledged-loss-seed-8            the history of a failing run
  trialrun run b02-acks-1 --history /tmp/acks-1.edn && trialrun analyze /tmp/acks-1.edn
  trialrun analyze store/latest/history.edn --acks 1              a history that Jepsen recorded, of clients with acks=1`;

const exits: { readonly [V in HistoryReport['verdict']]: ExitCode } = {
  valid: EXIT.held,
  invalid: EXIT.violated,
  unknown: EXIT.inconclusive,
};

/** @param done gets the exit code. */
export function addAnalyze(root: Command, done: (code: ExitCode) => void): void {
  root
    .command('analyze')
    .description("judge a history of sends and polls, in EDN or JSON lines, by Jepsen's Kafka analysis")
    .argument('<file>', 'history, or the folder of a failing run')
    .optionsGroup('What the clients of a history were, that does not say so itself:')
    .option('--acks <acks>', 'all, 1 or 0 (default: all)', oneOf(['all', '1', '0']))
    .option('--idempotence <bool>', 'enable.idempotence (default: true)', oneOf(['true', 'false']))
    .option('--max-in-flight <n>', 'max.in.flight.requests.per.connection (default: 5)', wholeNumber(1))
    .option('--isolation-level <level>', `${isolationLevels.join(' or ')} (default: read_committed)`, oneOf(isolationLevels))
    .optionsGroup('Verdict and output:')
    .option('--allow <anomaly>', 'an anomaly that is told and does not decide (repeatable)', anomaly)
    .option('--strict', 'count also what the configuration does not promise')
    .option('--format <format>', 'text or json', oneOf(['text', 'json']), 'text')
    .addHelpText('after', HELP)
    .action((file: string, options: AnalyzeOptions) => done(analyze(file, options)));
}

export function analyze(path: string, options: AnalyzeOptions): ExitCode {
  const builder = new HistoryBuilder();
  readHistoryFile(path, (op) => builder.add(op));
  const history = builder.finish();
  const report = analyzeHistory(history, allowing(strictly(stated(history.traits, options), options.strict === true), options.allow ?? []));
  if (options.format === 'json') print(JSON.stringify({ formatVersion: 1, file: path, ...report }, null, 2));
  else print(paint.strong(`History ${path}`), ...analysisText(report, paint, columns()));
  return exits[report.verdict];
}

/** What the history says of its clients, or the command line in its place. */
function stated(own: Traits | null, { acks, idempotence, maxInFlight, isolationLevel }: AnalyzeOptions): Traits {
  const given = Object.entries({
    '--acks': acks,
    '--idempotence': idempotence,
    '--max-in-flight': maxInFlight,
    '--isolation-level': isolationLevel,
  });
  const first = given.find(([, value]) => value !== undefined)?.[0];
  if (own !== null) {
    if (first === undefined) return own;
    throw usageError(`${first}: this history says itself what its clients were`, 'leave it out; --allow lets an anomaly pass');
  }
  const others = traitsOf({
    ...SAFE,
    ...(acks === undefined ? {} : { acks: acks === 'all' ? -1 : Number(acks) }),
    ...(idempotence === undefined ? {} : { idempotence: idempotence === 'true' }),
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
    ...(isolationLevel === undefined ? {} : { isolationLevel }),
  });
  return { ...NOBODY_IN_PARTICULAR, others };
}

/** As if everybody had been promised everything. */
function strictly(traits: Traits, strict: boolean): Traits {
  if (!strict) return traits;
  const promised = ({ isolationLevel }: ClientTraits): ClientTraits => ({ isolationLevel, notPromised: {} });
  const clients = Object.fromEntries(Object.entries(traits.clients).map(([client, own]) => [client, promised(own)]));
  return { clients, others: promised(traits.others), cutShort: traits.cutShort };
}

function allowing(traits: Traits, allowed: readonly AnomalyType[]): Traits {
  if (allowed.length === 0) return traits;
  const reasons = Object.fromEntries(allowed.map((type) => [type, 'allowed by --allow']));
  const lenient = ({ isolationLevel, notPromised }: ClientTraits): ClientTraits => ({
    isolationLevel,
    notPromised: { ...reasons, ...notPromised },
  });
  const clients = Object.fromEntries(Object.entries(traits.clients).map(([client, own]) => [client, lenient(own)]));
  return { clients, others: lenient(traits.others), cutShort: traits.cutShort };
}

function anomaly(text: string, before: readonly AnomalyType[] | undefined): AnomalyType[] {
  const type = anomalyTypes.find((known) => known === text);
  if (type === undefined) throw new InvalidArgumentError(`There is no anomaly "${text}": ${suggestion(text, anomalyTypes)}.`);
  return [...(before ?? []), type];
}
