/**
 * The lines of a results file (JSON lines): what they look like, and what is wrong with one. One header, or several where files were put together; then one line
 * a seed, in any order:
 *
 *     {"trialrun":"results","formatVersion":1,"version":"0.1.0","build":"…","campaign":"…","range":{"first":1,"seeds":1200},"shard":null,…}
 *     {"seed":"7","hash":"…","steps":20332,…}                        the summary of its trial; what is zero or unknown is left out
 *     {"seed":"7","repeated":"…"}                                    the hash of a second run in another process
 *     {"seed":"8","lost":"hung","detail":"no result within 60 s"}
 *     {"session":"…","seconds":12.3,"workers":2}                     the end of a session; one that was killed has none
 *
 * No line but the last holds a time or anything else that differs from run to run.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { guaranteeNames } from '../check/Finding.js';
import { noPremises, type PremiseCounts } from '../check/premises.js';
import type { SeedResult, TrialSummary } from '../explore/trialSummary.js';
import type { SeedRange, Shard } from '../explore/seedBlocks.js';
import { FAULT_CLASSES } from '../faults/Fault.js';
import { faultKindNames } from '../faults/faultKinds.js';
import { buildDigest } from './build.js';
import type { ConfigurationOnTrial } from './configurationOptions.js';
import type { LostSeed } from './Gathered.js';
import { fromPlainJson, plainJson } from './plainData.js';
import { version } from './version.js';
import { fates } from './WorkerPool.js';
import type { CheckPayload } from './workerTasks.js';

/** It changes when a line changes its meaning. */
const FORMAT_VERSION = 1;

/** What one needs to know to go on with a campaign, or to report it, without the command line that began it. */
export interface ResultsHeader {
  readonly version: string;
  /** Of the compiled code. */
  readonly build: string;
  /** Digest of what is on trial and what is required of it: results are comparable where it is the same. */
  readonly campaign: string;
  readonly range: SeedRange;
  readonly shard: Shard | null;
  readonly payload: CheckPayload;
  readonly onTrial: Pick<ConfigurationOnTrial, 'notModelled' | 'defaultsFrom' | 'remarks' | 'commandLine'>;
}

/** One command's work on a results file. */
export interface Session {
  readonly session: string;
  readonly seconds: number;
  readonly workers: number;
}

export type ResultsLine =
  | { readonly type: 'header'; readonly header: ResultsHeader }
  | { readonly type: 'result'; readonly result: SeedResult }
  | { readonly type: 'repeated'; readonly seed: string; readonly hash: string }
  | { readonly type: 'lost'; readonly lost: LostSeed }
  | { readonly type: 'session'; readonly session: Session };

export function headerFor(payload: CheckPayload, onTrial: ConfigurationOnTrial, range: SeedRange, shard: Shard | null): ResultsHeader {
  const of = { version, build: buildDigest(), payload };
  const { notModelled, defaultsFrom, remarks, commandLine } = onTrial;
  return { ...of, campaign: digestOf(of), range, shard, onTrial: { notModelled, defaultsFrom, remarks, commandLine } };
}

function digestOf({ version: of, build, payload }: Pick<ResultsHeader, 'version' | 'build' | 'payload'>): string {
  return createHash('sha256')
    .update(`${of} ${build} ${plainJson(payload)}`)
    .digest('hex')
    .slice(0, 16);
}

// ---------------------------------------------------------------- writing

/** How a results file begins. */
export const HEADER_START = '{"trialrun":"results",';

export function headerLine({ version: of, build, campaign, range: seeds, shard: part, payload, onTrial }: ResultsHeader): string {
  const known = { version: of, build, campaign, range: seeds, shard: part };
  return `${plainJson({ trialrun: 'results', formatVersion: FORMAT_VERSION, ...known, payload, onTrial })}\n`;
}

export function resultLine({ summary, attributions }: SeedResult): string {
  const { guarantees, premises, probes, findings, ...rest } = summary;
  const named = (wanted: string): string[] => guarantees.filter(({ verdict }) => verdict === wanted).map(({ name }) => name);
  const violated = named('violated');
  return line({
    ...rest,
    premises: Object.fromEntries(Object.entries(premises).filter(([, count]) => count !== 0)),
    held: named('held'),
    ...(violated.length === 0 ? {} : { violated }),
    ...(findings.length === 0 ? {} : { findings, attributions }),
    probes: Object.fromEntries(probes),
  });
}

export function repeatedLine(seed: string, hash: string): string {
  return line({ seed, repeated: hash });
}

export function lostLine({ seed, fate, detail, repeated }: LostSeed): string {
  return line({ seed, lost: fate, detail, ...(repeated ? { inSecondRun: true } : {}) });
}

export function sessionLine(session: Session): string {
  return line(session);
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

// ---------------------------------------------------------------- reading

const count = z.number().int().min(0);
const seed = z.string().min(1);
const range = z.object({ first: count, seeds: count.nullable() });
const shard = z.object({ index: z.number().int().min(1), of: z.number().int().min(1) }).nullable();
const headerSchema = z.looseObject({
  ...{ trialrun: z.literal('results'), formatVersion: z.literal(FORMAT_VERSION), version: z.string(), build: z.string() },
  ...{ campaign: z.string(), range, shard, payload: z.looseObject({}), onTrial: z.looseObject({}) },
});
const finding = z.object({ guarantee: z.string(), kind: z.string(), message: z.string(), timeUs: z.number() });
const attribution = z.object({ guarantee: z.string(), kind: z.string(), classes: z.array(z.enum(FAULT_CLASSES)) });
const verdictNames = z.array(z.enum(guaranteeNames)).default([]);
const resultSchema = z.looseObject({
  ...{ seed, hash: z.string().regex(/^[0-9a-f]{16}$/), steps: count, events: count, virtualUs: count, sends: count },
  ...{ classes: z.array(z.enum(FAULT_CLASSES)), faults: z.array(z.enum(faultKindNames)), premises: z.record(z.string(), count) },
  ...{ held: verdictNames, violated: verdictNames, findings: z.array(finding).default([]), attributions: z.array(attribution).default([]) },
  probes: z.record(z.string(), count),
});
const repeatedSchema = z.object({ seed, repeated: z.string() });
const lostSchema = z.object({ seed, lost: z.enum(fates), detail: z.string(), inSecondRun: z.boolean().default(false) });
const sessionSchema = z.object({ session: z.string(), seconds: z.number(), workers: count });

/** What a line says, or, as text, why it says nothing. */
export function parseResultsLine(text: string): ResultsLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON: cut off, or not written by Trialrun';
  }
  if (typeof value !== 'object' || value === null) return 'it is no object';
  if ('trialrun' in value) return headerOf(fromPlainJson(text) as object);
  if ('session' in value) return checked(sessionSchema, value, (session) => ({ type: 'session', session }));
  if ('repeated' in value) return checked(repeatedSchema, value, (again) => ({ type: 'repeated', seed: again.seed, hash: again.repeated }));
  if ('lost' in value) {
    return checked(lostSchema, value, ({ lost: fate, inSecondRun: repeated, seed: name, detail }) => ({
      type: 'lost',
      lost: { seed: name, fate, detail, repeated },
    }));
  }
  return checked(resultSchema, value, (result) => ({ type: 'result', result: seedResultOf(result) }));
}

function headerOf(value: object): ResultsLine | string {
  const parsed = checked(headerSchema, value, (header) => ({ type: 'header', header: header as unknown as ResultsHeader }));
  if (typeof parsed === 'string' || parsed.type !== 'header') return parsed;
  return digestOf(parsed.header) === parsed.header.campaign
    ? parsed
    : 'this header was changed since it was written (its digest does not match)';
}

function checked<S extends z.ZodType>(schema: S, value: object, use: (value: z.infer<S>) => ResultsLine): ResultsLine | string {
  const { success, data, error } = schema.safeParse(value);
  if (success) return use(data);
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}

function seedResultOf({ held, violated, premises, probes, attributions, ...rest }: z.infer<typeof resultSchema>): SeedResult {
  const verdictOf = (name: (typeof guaranteeNames)[number]): 'held' | 'violated' | 'unknown' =>
    violated.includes(name) ? 'violated' : held.includes(name) ? 'held' : 'unknown';
  const summary: TrialSummary = {
    ...rest,
    premises: { ...noPremises(), ...(premises as Partial<PremiseCounts>) },
    guarantees: guaranteeNames.map((name) => ({ name, verdict: verdictOf(name) })),
    probes: Object.entries(probes),
  };
  return { summary, attributions };
}
