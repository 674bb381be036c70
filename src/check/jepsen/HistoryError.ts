/** A history that cannot be judged, because it is no history: one line that says what is wrong and at which operation. */
export class HistoryError extends Error {
  constructor(
    problem: string,
    /** What would be right. */
    readonly remedy: string,
  ) {
    super(problem);
    this.name = 'HistoryError';
  }
}
