import { describe, expect, it } from 'vitest';
import { parseJavaProperties } from './javaProperties.js';

/** Name and value of each entry; the text must have no problem. */
function read(text: string): [string, string][] {
  const { entries, problems } = parseJavaProperties(text);
  expect(problems).toEqual([]);
  return entries.map(({ name, value }) => [name, value]);
}

describe('Java properties', () => {
  it('separate key and value by =, : or white space', () => {
    const text = 'acks=all\nlinger.ms : 5\nretries\t3\nclient.id =\nlisteners=PLAINTEXT://:9092\nspaced = = a \n';
    expect(read(text)).toEqual([
      ['acks', 'all'],
      ['linger.ms', '5'],
      ['retries', '3'],
      ['client.id', ''],
      ['listeners', 'PLAINTEXT://:9092'],
      ['spaced', '= a '],
    ]);
  });

  it('skip comments and empty lines, and know every end of line', () => {
    expect(read('\uFEFF# one\r\n\r\n  ! two\racks=1 # kept\r\n\t\nretries=0')).toEqual([
      ['acks', '1 # kept'],
      ['retries', '0'],
    ]);
  });

  it('join lines that end in an odd number of backslashes, without indentation', () => {
    expect(read('list=a,\\\n    b,\\\r\n\tc\npath=C:\\\\\nnext=# no comment\\\n# here')).toEqual([
      ['list', 'a,b,c'],
      ['path', 'C:\\'],
      ['next', '# no comment# here'],
    ]);
  });

  it('resolve escapes in keys and values', () => {
    expect(read('a\\=b\\:c\\ d=\\t\\u00fc\\n\\z\\ud83d\\ude42')).toEqual([['a=b:c d', '\tü\nz🙂']]);
  });

  it('say where each key stands', () => {
    const { entries } = parseJavaProperties('\n# x\n  acks=all\nlinger.ms=\\\n  5\nretries=1');
    expect(entries.map(({ name, line, column }) => [name, line, column])).toEqual([
      ['acks', 3, 3],
      ['linger.ms', 4, 1],
      ['retries', 6, 1],
    ]);
  });

  it('report a key given twice, at the second', () => {
    const { entries, problems } = parseJavaProperties('acks=all\nretries=1\n acks=1\n');
    expect(entries.map((entry) => entry.value)).toEqual(['all', '1']);
    expect(problems).toEqual([
      { line: 3, column: 2, message: 'acks is already set in line 1', remedy: 'keep one of the two lines (Java would take the last)' },
    ]);
  });

  it('report a key without a value, a value without a key and a backslash before nothing', () => {
    const { entries, problems } = parseJavaProperties('acks\n = 5\nretries=1\\\n');
    expect(entries).toEqual([{ name: 'retries', value: '1', line: 3, column: 1 }]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [2, 2],
      [3, 10],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      '"acks" has no value',
      'a value without a key',
      'the backslash at the end of the last line joins nothing',
    ]);
  });

  it('report a malformed unicode escape at its place, also in a joined line', () => {
    const { entries, problems } = parseJavaProperties('a=x\\\n   y\\u12g4\nb=1');
    expect(entries.map((entry) => entry.name)).toEqual(['b']);
    expect(problems).toMatchObject([{ line: 2, column: 5, message: 'malformed escape \\u12g4' }]);
  });
});
