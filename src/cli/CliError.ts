/** A mistake of the user's, or a limit of the machine: one clear message and the exit code, never a stack trace. */
import { EXIT, type ExitCode } from './exitCodes.js';

export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    /** What is wrong, where, and (in a second line) what would be right. */
    message: string,
  ) {
    super(message);
    this.name = 'CliError';
  }
}

/** The command line itself is wrong. */
export function usageError(problem: string, remedy: string): CliError {
  return new CliError(EXIT.usage, `${problem}\n  ${remedy}`);
}

/** A file that the user gave is wrong, or cannot be read. */
export function badFile(problem: string, remedy: string): CliError {
  return new CliError(EXIT.badFile, `${problem}\n  ${remedy}`);
}

/** What a caught value says, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
