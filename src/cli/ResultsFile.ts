/**
 * The results of a campaign on disk, one line a seed, written as they come: a command that is killed loses the seed that it was on. Reading is a line at a time,
 * because the file of a long campaign does not fit into one string.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { SeedResult } from '../explore/trialSummary.js';
import { badFile, usageError } from './CliError.js';
import { makeFolder, reasonOf } from './files.js';
import type { Gathered, LostSeed } from './Gathered.js';
import {
  HEADER_START,
  headerLine,
  lostLine,
  parseResultsLine,
  repeatedLine,
  resultLine,
  sessionLine,
  type ResultsHeader,
  type ResultsLine,
  type Session,
} from './resultsFormat.js';

export class ResultsFile {
  private constructor(
    readonly path: string,
    private readonly file: number,
  ) {}

  /**
   * Opens the file for a campaign: begins it, or goes on with what it holds.
   *
   * @param gathered takes what the file holds.
   * @returns the sessions so far
   * @throws CliError when the file belongs to another campaign, is broken, exists although nobody wants to go on with it, or cannot be written
   */
  static open(path: string, header: ResultsHeader, resume: boolean, gathered: Gathered): { file: ResultsFile; sessions: Session[] } {
    if (existsSync(path) && !resume) {
      throw usageError(`${path} already holds results`, `add --resume to go on with them, or give another file`);
    }
    const reader = new ResultsReader(gathered);
    const { headers, end, unterminated } = existsSync(path) ? reader.read(path) : nothingYet;
    for (const found of headers) refuseOther(path, found, header);
    const results = new ResultsFile(path, openForWriting(path));
    if (end !== null) ftruncateSync(results.file, end);
    const isKnown = headers.some(({ range, shard }) => JSON.stringify([range, shard]) === JSON.stringify([header.range, header.shard]));
    results.write(`${unterminated ? '\n' : ''}${isKnown ? '' : headerLine(header)}`);
    return { file: results, sessions: reader.sessions };
  }

  result(result: SeedResult): void {
    this.write(resultLine(result));
  }

  repeated(seed: string, hash: string): void {
    this.write(repeatedLine(seed, hash));
  }

  lost(lost: LostSeed): void {
    this.write(lostLine(lost));
  }

  /** Ends the session. */
  close(session: Session): void {
    this.write(sessionLine(session));
    fsyncSync(this.file);
    closeSync(this.file);
  }

  /** @throws CliError when the disk is full, say. */
  private write(text: string): void {
    try {
      let bytes: Uint8Array = Buffer.from(text, 'utf8');
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.file, bytes));
    } catch (error) {
      throw usageError(
        `--results ${this.path} cannot be written: ${reasonOf(error)}`,
        'make room, then go on with the same command and --resume',
      );
    }
  }
}

function openForWriting(path: string): number {
  try {
    makeFolder(dirname(path));
    return openSync(path, 'a');
  } catch (error) {
    throw usageError(`--results ${path} cannot be written: ${reasonOf(error)}`, 'give a file in a folder that you may write to');
  }
}

function refuseOther(path: string, found: ResultsHeader, wanted: ResultsHeader): void {
  if (found.campaign === wanted.campaign) return;
  throw badFile(
    `${path} holds results of another campaign: ${differenceText(found, wanted)}`,
    'give another file, or the options that it was begun with',
  );
}

/** In which way two campaigns differ. */
export function differenceText(found: ResultsHeader, wanted: ResultsHeader): string {
  if (found.version !== wanted.version) return `Trialrun ${found.version} there, ${wanted.version} here`;
  if (found.build !== wanted.build) return `build ${found.build} of Trialrun ${found.version} there, ${wanted.build} here`;
  const words = (header: ResultsHeader): string => header.onTrial.commandLine.join(' ') || 'the recommended configuration';
  const [there, here] = [words(found), words(wanted)];
  return there === here ? 'other requirements (--require), or files that have changed' : `"${there}" there, "${here}" here`;
}

const nothingYet: ReadResult = { headers: [], end: null, unterminated: false };

export interface ReadResult {
  /** In the order in which they came. */
  readonly headers: readonly ResultsHeader[];
  /** Where a last line that was cut off begins, in bytes; null when none was. */
  readonly end: number | null;
  /** The last line is whole, but nothing ends it. */
  readonly unterminated: boolean;
}

/** Reads results files into what was gathered. */
export class ResultsReader {
  readonly sessions: Session[] = [];

  constructor(private readonly gathered: Gathered) {}

  /** @throws CliError when the file cannot be read, or a line in it that is not the last says nothing. */
  read(path: string): ReadResult {
    const headers: ResultsHeader[] = [];
    for (const { text, number, start, last, terminated } of linesOf(path)) {
      const line = parseResultsLine(text);
      if (typeof line === 'string') {
        if (last && !terminated && looksCutOff(text, number)) return { headers, end: start, unterminated: false };
        throw badFile(
          `${path}:${number}: this is no line of a results file: ${line}`,
          'take the file as `trialrun check --results` wrote it',
        );
      }
      if (line.type === 'header') headers.push(line.header);
      else if (headers.length === 0)
        throw badFile(
          `${path}:${number}: a result before the header`,
          'the first line of a results file says what is on trial: take the whole file',
        );
      else this.take(line);
      if (last && !terminated) return { headers, end: null, unterminated: true };
    }
    return { headers, end: null, unterminated: false };
  }

  private take(line: Exclude<ResultsLine, { type: 'header' }>): void {
    switch (line.type) {
      case 'result':
        this.gathered.add(line.result);
        break;
      case 'repeated':
        this.gathered.repeat(line.seed, line.hash);
        break;
      case 'lost':
        this.gathered.lose(line.lost);
        break;
      case 'session':
        if (!this.sessions.some(({ session }) => session === line.session.session)) this.sessions.push(line.session);
        break;
    }
  }
}

/** Only what Trialrun began to write is taken for cut off: the rest is somebody else's file. */
function looksCutOff(text: string, number: number): boolean {
  return number === 1 ? text.startsWith(HEADER_START) || HEADER_START.startsWith(text) : text.startsWith('{');
}

/** What a results file begins with. @throws CliError when it is none. */
export function firstHeader(path: string): ResultsHeader {
  for (const { text } of linesOf(path)) {
    const line = parseResultsLine(text);
    if (typeof line !== 'string' && line.type === 'header') return line.header;
    const problem = typeof line === 'string' ? line : 'a result before the header';
    throw badFile(`${path}:1: this is no results file: ${problem}`, 'give files that `trialrun check --results` wrote');
  }
  throw badFile(`${path} is empty`, 'give files that `trialrun check --results` wrote');
}

interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Its first byte in the file. */
  readonly start: number;
  readonly last: boolean;
  readonly terminated: boolean;
}

const PIECE = 1 << 20;

/** The lines of a file, blank ones left out. */
function* linesOf(path: string): Generator<Line> {
  const file = openForReading(path);
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(PIECE);
    let [rest, number, start] = ['', 1, 0];
    for (;;) {
      const size = readSync(file, buffer, 0, PIECE, null);
      if (size === 0) break;
      const pieces = (rest + decoder.write(buffer.subarray(0, size))).split('\n');
      rest = pieces.pop() ?? '';
      for (const text of pieces) {
        if (text.trim() !== '') yield { text, number, start, last: false, terminated: true };
        number++;
        start += Buffer.byteLength(text, 'utf8') + 1;
      }
    }
    const end = rest + decoder.end();
    if (end.trim() !== '') yield { text: end, number, start, last: true, terminated: false };
  } finally {
    closeSync(file);
  }
}

function openForReading(path: string): number {
  try {
    const file = openSync(path, 'r');
    readSync(file, Buffer.alloc(1), 0, 1, 0);
    return file;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const problem = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : reasonOf(error);
    throw badFile(`${path} cannot be read: ${problem}`, 'give files that `trialrun check --results` wrote');
  }
}
