/**
 * Reads EDN (edn-format.org), as far as histories use it and a little beyond: nil, booleans, numbers, strings, characters, symbols, keywords, vectors, lists, sets, maps, namespaced maps
 * (`#:a{:b 1}`), tagged values (`#jepsen.history.Op{…}`), metadata, comments and what is discarded by `#_`.
 *
 * What comes out is plain data: keywords, symbols and characters are their text, lists and sets are arrays, tags and metadata are dropped, the keys of maps are texts. Numbers are
 * doubles: whoever needs an exact whole number asks whether it is a safe one.
 */
import { HistoryError } from '../../check/jepsen/HistoryError.js';
import type { JepsenValue } from '../../check/jepsen/JepsenOp.js';

/** Deeper than any history, and far from the end of the stack. */
const DEEPEST = 200;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\' };
const CHARACTERS: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};
const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?[NM]?$/;
const RATIO = /^([+-]?\d+)\/(\d+)$/;
/** What ends a word. */
const DELIMITER = /[\s,()[\]{}";]/;

/** Every form of a text. @throws HistoryError that names the place. */
export function parseEdn(text: string): JepsenValue[] {
  return new EdnParser(text).all();
}

class EdnParser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  all(): JepsenValue[] {
    const forms: JepsenValue[] = [];
    for (this.skip(); this.at < this.text.length; this.skip()) forms.push(this.form());
    return forms;
  }

  /** White space, comments, and discarded forms. */
  private skip(): void {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.at);
      if (c === 32 || c === 44 || (c >= 9 && c <= 13)) this.at++;
      else if (c === 59) {
        const end = text.indexOf('\n', this.at);
        this.at = end < 0 ? text.length : end;
      } else if (c === 35 && text.charCodeAt(this.at + 1) === 95) {
        this.at += 2;
        this.nextForm('#_');
      } else return;
    }
  }

  private nextForm(after: string): JepsenValue {
    this.skip();
    if (this.at >= this.text.length) throw this.error(`nothing follows ${after}`);
    return this.form();
  }

  private form(): JepsenValue {
    const c = this.text[this.at] as string;
    switch (c) {
      case '[':
      case '(':
        return this.sequence();
      case '{':
        return this.map('');
      case '"':
        return this.string();
      case '#':
        return this.dispatch();
      case '\\':
        return this.character();
      case ':':
        this.at++;
        return this.word();
      case '^':
        this.at++;
        this.nextForm('^');
        return this.nextForm('metadata');
      case ']':
      case ')':
      case '}':
        throw this.error(`${c} closes nothing`);
      default:
        return this.atom();
    }
  }

  private sequence(): JepsenValue[] {
    const items: JepsenValue[] = [];
    const closing = this.open();
    for (this.skip(); !this.closes(closing); this.skip()) items.push(this.form());
    return items;
  }

  /** @param namespace of keys that have none. */
  private map(namespace: string): Readonly<Record<string, JepsenValue>> {
    const entries = Object.create(null) as Record<string, JepsenValue>;
    const closing = this.open();
    for (this.skip(); !this.closes(closing); this.skip()) {
      const bare = keyText(this.form());
      const key = namespace === '' || bare.includes('/') ? bare : `${namespace}/${bare}`;
      this.skip();
      if (this.text[this.at] === closing) throw this.error(`the key ${key} has no value`);
      if (key in entries) throw this.error(`the key ${key} is there twice`);
      entries[key] = this.nextForm(key);
    }
    return entries;
  }

  private open(): string {
    if (++this.depth > DEEPEST) throw this.error(`more than ${DEEPEST} brackets within each other`);
    return CLOSING[this.text[this.at++] as string] as string;
  }

  private closes(closing: string): boolean {
    if (this.at >= this.text.length) throw this.error(`${closing} is missing`);
    if (this.text[this.at] !== closing) return false;
    this.at++;
    this.depth--;
    return true;
  }

  private string(): string {
    const start = ++this.at;
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const c = text.charCodeAt(this.at);
      if (c === 34) return text.slice(start, this.at++);
      if (c === 92) return text.slice(start, this.at) + this.escaped();
    }
    throw this.error('a string does not end');
  }

  /** The rest of a string from its first escape on. */
  private escaped(): string {
    const { text } = this;
    let out = '';
    for (; this.at < text.length; this.at++) {
      const c = text[this.at] as string;
      if (c === '"') {
        this.at++;
        return out;
      }
      if (c !== '\\') {
        out += c;
        continue;
      }
      const code = text[++this.at] ?? '';
      const hex = /^[0-9a-fA-F]{4}$/.exec(text.slice(this.at + 1, this.at + 5));
      if (code === 'u' && hex !== null) {
        out += String.fromCharCode(Number.parseInt(hex[0], 16));
        this.at += 4;
      } else if (code in ESCAPES) out += ESCAPES[code];
      else throw this.error(`\\${code} is no escape`);
    }
    throw this.error('a string does not end');
  }

  private dispatch(): JepsenValue {
    const next = this.text[++this.at] ?? '';
    if (next === '{') return this.sequence();
    if (next === '"') return this.string();
    if (next === '#') {
      this.at++;
      return this.word();
    }
    const tag = this.word();
    if (!tag.startsWith(':')) return this.nextForm(`#${tag}`);
    this.skip();
    if (this.text[this.at] !== '{') throw this.error(`#${tag} is followed by no map`);
    return this.map(tag.slice(1));
  }

  private character(): string {
    this.at++;
    const first = this.text[this.at++] ?? '';
    const rest = this.wordFrom(this.at);
    this.at += rest.length;
    const name = first + rest;
    if (Object.hasOwn(CHARACTERS, name)) return CHARACTERS[name] as string;
    return /^u[0-9a-fA-F]{4}$/.test(name) ? String.fromCharCode(Number.parseInt(name.slice(1), 16)) : name;
  }

  private atom(): JepsenValue {
    const whole = this.wholeNumber();
    if (whole !== null) return whole;
    const word = this.word();
    if (word === 'nil') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (NUMBER.test(word)) return Number(word.replace(/[NM]$/, ''));
    const ratio = RATIO.exec(word);
    if (ratio !== null) return Number(ratio[1]) / Number(ratio[2]);
    if (/^[+-]?\d/.test(word)) throw this.error(`${word} is no number`);
    return word;
  }

  /** What nearly all of a history is made of, without a text in between; null: it is something else. */
  private wholeNumber(): number | null {
    const { text } = this;
    let at = this.at;
    let value = 0;
    for (; at - this.at < 15; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at === this.at) return null;
    const c = text.charCodeAt(at);
    const ends = c === 32 || c === 93 || c === 125 || c === 44 || c === 10 || c === 41 || at === text.length;
    if (!ends) return null;
    this.at = at;
    return value;
  }

  private word(): string {
    const word = this.wordFrom(this.at);
    if (word === '') throw this.error(this.at < this.text.length ? `${this.text[this.at] as string} is out of place` : 'it ends here');
    this.at += word.length;
    return word;
  }

  private wordFrom(start: number): string {
    let end = start;
    while (end < this.text.length && !DELIMITER.test(this.text[end] as string)) end++;
    return this.text.slice(start, end);
  }

  private error(problem: string): HistoryError {
    const before = this.text.slice(0, this.at);
    const line = before.split('\n').length;
    return new EdnError(problem, line - 1);
  }
}

/** Knows how many lines into the text the problem is. */
export class EdnError extends HistoryError {
  constructor(
    problem: string,
    readonly linesIn: number,
  ) {
    super(
      `this is no EDN: ${problem}`,
      'write one operation in a line, such as {:index 0, :process 0, :type :invoke, :f :poll, :value [[:poll]]}',
    );
  }
}

function keyText(key: JepsenValue): string {
  return typeof key === 'string' ? key : typeof key === 'object' ? JSON.stringify(key) : String(key);
}
