/**
 * Reads a history from the pieces of a file, in EDN or in JSON lines, and gives its operations one by one. Nothing is held but the operation under way.
 *
 * What is wrong is told with its line.
 */
import { HistoryError } from '../../check/jepsen/HistoryError.js';
import type { JepsenOp, JepsenValue } from '../../check/jepsen/JepsenOp.js';
import { EdnError, parseEdn } from './EdnParser.js';
import { FormSplitter } from './FormSplitter.js';
import { HistoryTextError } from './HistoryTextError.js';
import { readOp } from './readOp.js';

export type HistoryFormat = 'edn' | 'jsonl';

export class HistoryTextReader {
  private readonly splitter = new FormSplitter((form, line) => this.form(form, line));
  private rest = '';
  private line = 0;
  private ops = 0;
  private format: HistoryFormat | null;

  /** @param take gets each operation; what it throws as a HistoryError is given its line. @param format null: by the first character that is no blank, and EDN if that does not tell. */
  constructor(
    private readonly take: (op: JepsenOp) => void,
    format: HistoryFormat | null,
  ) {
    this.format = format;
  }

  /** @throws HistoryTextError */
  push(chunk: string): void {
    this.format ??= formatOf(chunk);
    if (this.format === 'jsonl') this.lines(chunk);
    else this.splitter.push(chunk);
  }

  end(): void {
    if (this.format === 'jsonl') {
      if (this.rest !== '') this.lines('\n');
    } else this.splitter.end();
  }

  private lines(chunk: string): void {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop() as string;
    for (const text of lines) {
      this.line++;
      if (text.trim() !== '') this.located(() => this.op(json(text)), this.line);
    }
  }

  private form(form: string, line: number): void {
    this.located(() => {
      for (const value of parseEdn(form)) this.op(value);
    }, line);
  }

  private op(value: JepsenValue): void {
    this.take(readOp(value, this.ops++));
  }

  private located(read: () => void, line: number): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof HistoryError) || error instanceof HistoryTextError) throw error;
      throw new HistoryTextError(line + (error instanceof EdnError ? error.linesIn : 0), error.message, error.remedy);
    }
  }
}

function json(text: string): JepsenValue {
  try {
    return JSON.parse(text) as JepsenValue;
  } catch {
    throw new HistoryError(
      'this line is no JSON',
      'one operation is one line, such as {"index":0,"process":0,"type":"invoke","f":"poll","value":[["poll"]]}',
    );
  }
}

/** A JSON object begins with a text; in EDN a map of operations begins with a keyword. */
function formatOf(chunk: string): HistoryFormat {
  return /^\s*\{\s*"/.test(chunk) ? 'jsonl' : 'edn';
}
