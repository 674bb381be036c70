/**
 * Cuts a stream of EDN into its top-level forms without parsing them, so that a large history is read piece by piece. A history may be a list of maps, one after the other or one in a
 * line, or all of them in one vector or list: then its elements are the forms.
 *
 * Looks at every character once.
 */
import { HistoryTextError } from './HistoryTextError.js';

/** @param line where the form begins, from 1. */
export type FormTaker = (form: string, line: number) => void;

/** Longer than any operation, and short enough for a text. */
const LONGEST_FORM = 200_000_000;

type State = 'between' | 'in form' | 'in string' | 'in comment' | 'character';

export class FormSplitter {
  private state: State = 'between';
  /** Where a string, a comment or a character is left to. */
  private outer: State = 'between';
  private escaping = false;
  private depth = 0;
  /** 1 within a vector that holds everything. */
  private base = 0;
  private begun = false;
  private closed = false;
  private kept = '';
  private line = 1;
  private formLine = 1;

  constructor(private readonly take: FormTaker) {}

  /** @throws HistoryTextError, also what the taker throws. */
  push(chunk: string): void {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk.charCodeAt(i);
      if (c === 10) this.line++;
      if (this.state === 'between') {
        if (!this.begins(c)) continue;
        start = i;
      } else if (this.state !== 'in form') {
        this.within(c);
        continue;
      }
      if (!this.inForm(c)) continue;
      this.emit(chunk.slice(start, i + 1));
      start = i + 1;
    }
    if (this.isOpen()) this.keep(chunk.slice(start));
  }

  /** The stream is over. */
  end(): void {
    if (this.isOpen() && this.kept.trim() !== '') {
      throw new HistoryTextError(
        this.formLine,
        'the file ends within the operation that begins here',
        'it was cut short: take the whole file',
      );
    }
    if (this.base === 1 && !this.closed)
      throw new HistoryTextError(1, 'the file ends before its outer bracket is closed', 'it was cut short: take the whole file');
  }

  private isOpen(): boolean {
    return this.state !== 'between' && !(this.state === 'in comment' && this.outer === 'between');
  }

  private keep(text: string): void {
    this.kept += text;
    if (this.kept.length > LONGEST_FORM)
      throw new HistoryTextError(this.formLine, 'the operation that begins here does not end', 'a bracket or a quote is missing');
  }

  private emit(text: string): void {
    const form = this.kept + text;
    this.kept = '';
    this.state = 'between';
    this.take(form, this.formLine);
  }

  /** A string, a comment or a character. */
  private within(c: number): void {
    if (this.state === 'character') this.state = this.outer;
    else if (this.state === 'in comment') {
      if (c === 10) this.state = this.outer;
    } else if (this.escaping) this.escaping = false;
    else if (c === 92) this.escaping = true;
    else if (c === 34) this.state = this.outer;
  }

  /** Between forms. True: a form begins with this character. */
  private begins(c: number): boolean {
    if (isBlank(c)) return false;
    if (c === 59) {
      this.outer = 'between';
      this.state = 'in comment';
      return false;
    }
    if (!this.begun && (c === 91 || c === 40)) {
      this.begun = true;
      this.base = this.depth = 1;
      return false;
    }
    if (this.base === 1 && this.depth === 1 && (c === 93 || c === 41)) {
      this.depth = 0;
      this.closed = true;
      return false;
    }
    if (this.closed)
      throw new HistoryTextError(this.line, 'something follows the end of the history', 'there is nothing after the outer bracket');
    this.begun = true;
    this.state = 'in form';
    this.formLine = this.line;
    return true;
  }

  /** True: the form ends with this character. */
  private inForm(c: number): boolean {
    switch (c) {
      case 34:
        this.leaveFor('in string');
        return false;
      case 59:
        this.leaveFor('in comment');
        return false;
      case 92:
        this.leaveFor('character');
        return false;
      case 91:
      case 40:
      case 123:
        this.depth++;
        return false;
      case 93:
      case 41:
      case 125:
        if (this.depth === this.base)
          throw new HistoryTextError(this.line, 'a bracket closes nothing', 'every bracket is opened before it is closed');
        return --this.depth === this.base;
      default:
        return false;
    }
  }

  private leaveFor(state: State): void {
    this.outer = 'in form';
    this.state = state;
  }
}

function isBlank(c: number): boolean {
  return c === 32 || c === 44 || (c >= 9 && c <= 13) || c === 0xfeff;
}
