/** `trialrun merge`: the results of several commands as those of one campaign. */
import { countInShard, isInShard, type SeedRange, type Shard } from '../../explore/seedBlocks.js';
import type { MissingSeeds } from '../../report/checkReport.js';
import { grouped } from '../../report/numbers.js';
import { CampaignReport } from '../campaignReport.js';
import { badFile } from '../CliError.js';
import type { ExitCode } from '../exitCodes.js';
import { ensureWritableFolder } from '../files.js';
import { Gathered } from '../Gathered.js';
import { printReport, type ReportOptions } from '../printReport.js';
import { Progress } from '../Progress.js';
import { differenceText, firstHeader, ResultsReader } from '../ResultsFile.js';
import type { ResultsHeader, Session } from '../resultsFormat.js';
import { workerScript } from '../workerScript.js';

export async function merge(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  ensureWritableFolder(options.out);
  const [firstPath = '', ...others] = paths;
  const first = firstHeader(firstPath);
  for (const path of others) refuseOther(path, firstHeader(path), firstPath, first);
  const gathered = new Gathered(first.payload);
  const headers: ResultsHeader[] = [];
  const files: (readonly Session[])[] = [];
  for (const path of paths) {
    const reader = new ResultsReader(gathered);
    for (const header of reader.read(path).headers) {
      refuseOther(path, header, firstPath, first);
      headers.push(header);
    }
    files.push(reader.sessions);
  }
  const ranges = rangesOf(headers);
  const progress = new Progress();
  const report = new CampaignReport(
    gathered,
    {
      ...{ payload: first.payload, onTrial: first.onTrial, script: workerScript(), out: options.out, shard: null, stoppedEarly: false },
      shrink: options.shrink,
      firstSeed: Math.min(...ranges.map((range) => range.first)),
      asked: askedIn(ranges),
      missing: missingIn(ranges, headers, gathered),
      ...timesOf(files),
    },
    progress,
  );
  try {
    return printReport(await report.make(), options);
  } finally {
    progress.clear();
  }
}

function refuseOther(path: string, header: ResultsHeader, firstPath: string, first: ResultsHeader): void {
  if (header.campaign === first.campaign) return;
  throw badFile(`${path} is of another campaign than ${firstPath}: ${differenceText(header, first)}`, 'merge files of one campaign only');
}

/** The campaign's ranges of seeds, each once. */
function rangesOf(headers: readonly ResultsHeader[]): SeedRange[] {
  return [...new Map(headers.map(({ range }) => [`${range.first} ${range.seeds}`, range])).values()];
}

/** Seeds of all ranges together; null when one has no end. */
function askedIn(ranges: readonly SeedRange[]): number | null {
  if (ranges.some(({ seeds }) => seeds === null)) return null;
  let [count, covered] = [0, 0];
  for (const { first, seeds } of [...ranges].sort((a, b) => a.first - b.first)) {
    const end = first + (seeds ?? 0);
    count += Math.max(0, end - Math.max(first, covered));
    covered = Math.max(covered, end);
  }
  return count;
}

const MOST_RANGES = 12;

/** Seeds that were to be tried and are in no file. */
function missingIn(ranges: readonly SeedRange[], headers: readonly ResultsHeader[], gathered: Gathered): MissingSeeds | null {
  const gaps: { from: number; to: number }[] = [];
  for (const { first, seeds } of ranges) {
    for (let seed = first; seed < first + (seeds ?? 0); seed++) {
      if (gathered.knows(String(seed))) continue;
      const last = gaps.at(-1);
      if (last?.to === seed - 1) last.to = seed;
      else gaps.push({ from: seed, to: seed });
    }
  }
  if (gaps.length === 0) return null;
  const shown = gaps.slice(0, MOST_RANGES).map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`));
  return {
    count: gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    ranges: gaps.length > MOST_RANGES ? [...shown, `and ${grouped(gaps.length - MOST_RANGES)} ranges more`] : shown,
    shards: shardsOf(gaps, headers),
  };
}

/** The shards, of as many as the campaign was spread over, in which seeds are missing. */
function shardsOf(gaps: readonly { from: number; to: number }[], headers: readonly ResultsHeader[]): string[] {
  const counts = new Set(headers.flatMap(({ shard }) => (shard === null ? [] : [shard.of])));
  return [...counts].flatMap((of) => {
    const all = Array.from({ length: of }, (_, i): Shard => ({ index: i + 1, of }));
    const touches = (shard: Shard): boolean =>
      gaps.some(({ from, to }) => isInShard(from, shard) || (countInShard({ first: from, seeds: to - from + 1 }, shard) ?? 0) > 0);
    return all.filter(touches).map(({ index }) => `${index}/${of}`);
  });
}

/** As if the files had been written side by side. */
function timesOf(files: readonly (readonly Session[])[]): { seconds: number; workers: number } {
  const once = [...new Map(files.map((sessions) => [sessions.map(({ session }) => session).join(), sessions])).values()];
  return {
    seconds: Math.max(0, ...once.map((sessions) => sessions.reduce((sum, { seconds }) => sum + seconds, 0))),
    workers: once.reduce((sum, sessions) => sum + Math.max(0, ...sessions.map(({ workers }) => workers)), 0),
  };
}
