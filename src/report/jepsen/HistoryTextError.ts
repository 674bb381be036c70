/** What is wrong with the text of a history, and on which line. */
import { HistoryError } from '../../check/jepsen/HistoryError.js';

export class HistoryTextError extends HistoryError {
  constructor(
    readonly line: number,
    problem: string,
    remedy: string,
  ) {
    super(problem, remedy);
  }
}
