/**
 * The Java `.properties` format, as `java.util.Properties.load` reads it: text in, entries and problems out.
 *
 * Followed: comments from `#` or `!` at the start of a line; `=`, `:` or white space between key and value; a backslash at the end of a
 * line joins the next one, less its indentation; `\t \n \r \f` and `\uXXXX`; any other escaped character stands for itself. White space
 * at the end of a value belongs to it.
 *
 * Stricter than Java, because in a Kafka file each of these is a slip: a key given twice, a key without a separator, a value without a
 * key, and a backslash that has nothing to join. They are problems; the entries that can be read are still given.
 */

export interface JavaProperty {
  readonly name: string;
  readonly value: string;
  /** Of the key's first character, both counted from 1. */
  readonly line: number;
  readonly column: number;
}

export interface JavaPropertiesProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
}

export interface JavaProperties {
  /** In the order of the file; of a key given twice, only the first. */
  readonly entries: readonly JavaProperty[];
  readonly problems: readonly JavaPropertiesProblem[];
}

export function parseJavaProperties(text: string): JavaProperties {
  const problems: JavaPropertiesProblem[] = [];
  const entries = new Map<string, JavaProperty>();
  for (const line of logicalLines(text, problems)) {
    const entry = entryOf(line, problems);
    if (entry === undefined) continue;
    const first = entries.get(entry.name);
    if (first === undefined) {
      entries.set(entry.name, entry);
      continue;
    }
    problems.push({
      line: entry.line,
      column: entry.column,
      message: `${entry.name} is already set in line ${first.line}`,
      remedy: 'keep one of the two lines (Java would take the last)',
    });
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { entries: [...entries.values()], problems };
}

/** One line of the file, or several joined by backslashes, without indentation. */
interface LogicalLine {
  readonly text: string;
  /** Where each joined piece begins: index in `text`, line and column in the file. */
  readonly pieces: readonly { readonly start: number; readonly line: number; readonly column: number }[];
}

function logicalLines(source: string, problems: JavaPropertiesProblem[]): LogicalLine[] {
  const lines = source.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const logical: LogicalLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (/^[ \t\f]*([#!]|$)/.test(lines[i] ?? '')) continue;
    let text = '';
    const pieces: { start: number; line: number; column: number }[] = [];
    for (;;) {
      const line = lines[i] ?? '';
      const indentation = /^[ \t\f]*/.exec(line)?.[0].length ?? 0;
      pieces.push({ start: text.length, line: i + 1, column: indentation + 1 });
      text += line.slice(indentation);
      if (!endsInOpenBackslash(line)) break;
      text = text.slice(0, -1);
      if (i + 1 >= lines.length || (i + 2 === lines.length && lines[i + 1] === '')) {
        const message = 'the backslash at the end of the last line joins nothing';
        problems.push({ line: i + 1, column: line.length, message, remedy: 'remove the backslash' });
        break;
      }
      i++;
    }
    logical.push({ text, pieces });
  }
  return logical;
}

/** An odd number of backslashes: the last one is not escaped. */
function endsInOpenBackslash(line: string): boolean {
  const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

function entryOf(line: LogicalLine, problems: JavaPropertiesProblem[]): JavaProperty | undefined {
  const { text } = line;
  const keyEnd = endOfKey(text);
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(text.slice(keyEnd))?.[0] ?? '';
  const at = positionOf(line, 0);
  if (keyEnd === 0) {
    problems.push({ ...at, message: 'a value without a key', remedy: 'write the key before the = sign, or remove the line' });
    return undefined;
  }
  const name = unescaped(line, 0, keyEnd, problems);
  if (name === undefined) return undefined;
  if (separator === '') {
    problems.push({ ...at, message: `"${name}" has no value`, remedy: `write ${name}=value, or start the line with # if it is a comment` });
    return undefined;
  }
  const value = unescaped(line, keyEnd + separator.length, text.length, problems);
  return value === undefined ? undefined : { name, value, ...at };
}

/** Index of the first `=`, `:` or white space that is not escaped. */
function endOfKey(text: string): number {
  let i = 0;
  while (i < text.length && !/[=: \t\f]/.test(text.charAt(i))) i += text.charAt(i) === '\\' ? 2 : 1;
  return Math.min(i, text.length);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
]);

/** The text from `start` to `end` with its escapes resolved; undefined, and a problem, when one is malformed. */
function unescaped(line: LogicalLine, start: number, end: number, problems: JavaPropertiesProblem[]): string | undefined {
  const { text } = line;
  let out = '';
  for (let i = start; i < end; i++) {
    const character = text.charAt(i);
    if (character !== '\\') {
      out += character;
      continue;
    }
    const escaped = text.charAt(i + 1);
    if (escaped !== 'u') {
      out += ESCAPES.get(escaped) ?? escaped;
      i += 1;
      continue;
    }
    const digits = text.slice(i + 2, Math.min(i + 6, end));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      const message = `malformed escape \\u${digits}`;
      problems.push({ ...positionOf(line, i), message, remedy: 'write \\u and four hexadecimal digits, or \\\\u for a backslash and a u' });
      return undefined;
    }
    out += String.fromCharCode(Number.parseInt(digits, 16));
    i += 5;
  }
  return out;
}

function positionOf(line: LogicalLine, index: number): { line: number; column: number } {
  let piece = line.pieces[0];
  for (const next of line.pieces) {
    if (next.start <= index) piece = next;
  }
  if (piece === undefined) return { line: 1, column: 1 };
  return { line: piece.line, column: piece.column + index - piece.start };
}
