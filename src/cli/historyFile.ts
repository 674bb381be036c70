/** Histories in files: read piece by piece, however large; written whole or not at all. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { extname, join } from 'node:path';
import { HistoryError } from '../check/jepsen/HistoryError.js';
import type { JepsenOp } from '../check/jepsen/JepsenOp.js';
import { HistoryTextError } from '../report/jepsen/HistoryTextError.js';
import { HistoryTextReader, type HistoryFormat } from '../report/jepsen/HistoryTextReader.js';
import { historyText } from '../report/jepsen/writeHistory.js';
import { badFile, messageOf, usageError } from './CliError.js';
import { writeFileAtomically } from './files.js';

const PIECE_BYTES = 1 << 20;

/** Gives every operation of a file, or of the history in the folder of a failing run. @throws CliError 65 with file and line. */
export function readHistoryFile(path: string, take: (op: JepsenOp) => void): void {
  const file = existsSync(join(path, 'history.edn')) ? join(path, 'history.edn') : path;
  const reader = new HistoryTextReader(take, formatOfName(file));
  try {
    forEachPiece(file, (piece) => reader.push(piece));
    reader.end();
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw badFile(`${file}${error instanceof HistoryTextError ? `:${error.line}` : ''}: ${error.message}`, error.remedy);
  }
}

/** @param path ends with .edn or .jsonl. */
export function writeHistoryFile(path: string, ops: readonly JepsenOp[]): void {
  writeFileAtomically(path, historyText(ops, historyFormat(path)));
}

/** Finds out before the run whether its history can be written there. @throws CliError 64 */
export function historyFormat(path: string): HistoryFormat {
  const format = formatOfName(path);
  if (format === null)
    throw usageError(`--history ${path}: what is written depends on the name`, 'give a name that ends with .edn or .jsonl');
  return format;
}

function formatOfName(path: string): HistoryFormat | null {
  const extension = extname(path).toLowerCase();
  if (extension === '.edn') return 'edn';
  return ['.jsonl', '.ndjson', '.json'].includes(extension) ? 'jsonl' : null;
}

function forEachPiece(path: string, take: (piece: string) => void): void {
  const decoder = new TextDecoder('utf-8');
  const file = opened(path);
  try {
    const bytes = new Uint8Array(PIECE_BYTES);
    for (let count = read(file, path, bytes); count > 0; count = read(file, path, bytes)) {
      take(decoder.decode(bytes.subarray(0, count), { stream: true }));
    }
    take(decoder.decode());
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw badFile(`${path}: no such file`, 'give the path of a history, from this folder or absolute');
    throw badFile(`${path} cannot be read: ${messageOf(error)}`, 'give the path of a history that you may read');
  }
}

function read(file: number, path: string, bytes: Uint8Array): number {
  try {
    return readSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw badFile(`${path} is a folder without a history`, 'give the path of a history file');
    throw badFile(`${path} cannot be read: ${messageOf(error)}`, 'give the path of a history that you may read');
  }
}
