/**
 * Reading what the user gave and writing what was found. A file is written beside its place and then renamed, so that nobody ever sees half of one,
 * not even after a power cut in the middle.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { badFile, messageOf, usageError } from './CliError.js';

/** The text of a file that the user named; `what` is how the message calls it. */
export function readUserFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw badFile(`${path}: no such file`, `give the path of ${what}, from this folder or absolute`);
    if (code === 'EISDIR') throw badFile(`${path} is a folder`, `give the path of ${what}`);
    throw badFile(`${path} cannot be read: ${messageOf(error)}`, `give the path of ${what} that you may read`);
  }
}

/** One level after the other: on some file systems (`/proc`) Node's own recursive mkdir never comes back. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path);
}

/** Makes the folder, and finds out now, not after minutes of work, whether it can be written to. */
export function ensureWritableFolder(path: string): void {
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK);
    if (!statSync(path).isDirectory()) throw new Error('it is a file');
    const probe = join(path, `.trialrun-${process.pid}`);
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
  } catch (error) {
    throw usageError(
      `--out ${path} cannot be written to: ${reasonOf(error)}`,
      'give a folder that you may write to, such as --out /tmp/reports',
    );
  }
}

/** Finds out before the work whether a file can be written there. @throws CliError 64 that names the option. */
export function ensureWritableFile(path: string, option: string): void {
  try {
    makeFolder(dirname(path));
    accessSync(dirname(path), constants.W_OK);
    if (existsSync(path) && !statSync(path).isFile()) throw new Error('a folder is in the way');
  } catch (error) {
    throw usageError(
      `${option} ${path} cannot be written: ${reasonOf(error)}`,
      `give a file that you may write, such as ${option} /tmp/${basename(path)}`,
    );
  }
}

/** Why the system refused, in a few words. */
export function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'no room is left there';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOENT':
      return 'no folder can be made there';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the way';
    default:
      return messageOf(error);
  }
}

/** Writes a whole file or nothing. */
export function writeFileAtomically(path: string, text: string): void {
  makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const file = openSync(temporary, 'w');
  try {
    let bytes: Uint8Array = Buffer.from(text, 'utf8');
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes));
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw usageError(`${path} cannot be written: ${reasonOf(error)}`, 'make room, or let it be written elsewhere');
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
