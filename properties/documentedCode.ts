/**
 * The TypeScript that docstrings and documents show, as test files: an example that does not compile, throws, or no longer gives what it says is red.
 *
 * What an expression gives stands behind it as `// → value`. A block that is a test file already stays as it is, as does one that is a piece of configuration.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './exampleProject.js';

export interface DocumentedCode {
  /** File in the repository, and which of its blocks. */
  readonly source: string;
  readonly code: string;
}

/** Every example of the library's docstrings and every `ts` block of the documents about it. */
export function documentedCode(): DocumentedCode[] {
  const sources = ['src/library', 'src/vitest', 'src'].flatMap((folder) =>
    readdirSync(join(repository, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  return [
    ...sources.flatMap((path) => blocksIn(path, /\n \* ```ts\n([^]*?)\n \* ```/g, (text) => text.replaceAll(/^ \* ?/gm, ''))),
    ...['docs/library.md', 'docs/ci.md'].flatMap((path) => blocksIn(path, /\n```ts\n([^]*?)\n```/g, (text) => text)),
  ];
}

function blocksIn(path: string, pattern: RegExp, plain: (text: string) => string): DocumentedCode[] {
  const blocks = [...readFileSync(join(repository, path), 'utf8').matchAll(pattern)];
  return blocks.map(([, text = ''], i) => ({ source: `${path} ${i + 1}`, code: plain(text) }));
}

const EXPECTATION = /^(\s*)(.+?);? \/\/ → (.+)$/;

/** The code as a test file of vitest. */
export function testFileOf({ source, code }: DocumentedCode): string {
  const asserted = code.replaceAll(new RegExp(EXPECTATION, 'gm'), (_, indent: string, expression: string, value: string) => {
    return `${indent}shown(${expression}).toEqual(${value});`;
  });
  const own = /\b(it|test)\(/.test(code) ? '' : `\nexample(${JSON.stringify(source)}, () => undefined);\n`;
  return `import { expect as shown, test as example } from 'vitest';\nvoid shown; void example;\n${asserted}\n${own}`;
}
