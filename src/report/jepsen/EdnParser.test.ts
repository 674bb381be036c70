import { describe, expect, it } from 'vitest';
import { EdnError, parseEdn } from './EdnParser.js';

describe('EDN', () => {
  it('is read as plain data', () => {
    expect(parseEdn('nil true -7 3.5 1e3 12N 1/4 +2 "a\\n\\"\\u0041" \\newline \\x sym :ns/key ##Inf')).toEqual([
      ...[null, true, -7, 3.5, 1000, 12, 0.25, 2, 'a\n"A', '\n', 'x', 'sym', 'ns/key', 'Inf'],
    ]);
    expect(parseEdn('[1, (2 3) #{4}] {:a 1 "b" [] 3 nil, [0 5] 6}')).toEqual([[1, [2, 3], [4]], { a: 1, b: [], 3: null, '[0,5]': 6 }]);
  });

  it('may have comments, discarded forms, metadata, tags and namespaced maps', () => {
    expect(parseEdn('; no\n[1 #_ [2 3] 4 #_#_ 5 6] ; no')).toEqual([[1, 4]]);
    expect(parseEdn('#jepsen.history.Op{:index 1} #inst "2024-01-01" ^{:x 1} [2] #:op{:a 1 :other/b 2}')).toEqual([
      ...[{ index: 1 }, '2024-01-01', [2], { 'op/a': 1, 'other/b': 2 }],
    ]);
  });

  it('keeps numbers apart from words that begin like them', () => {
    expect(() => parseEdn('[12ab]')).toThrow('12ab is no number');
    expect(parseEdn('123456789012345678 99999999999999999999')[0]).toBe(123456789012345680);
    expect(parseEdn('{:a 1}')).toEqual([{ a: 1 }]);
  });

  it.each([
    ['[1 2', '] is missing'],
    ['{:a}', 'the key a has no value'],
    ['{:a 1 :a 2}', 'the key a is there twice'],
    [')', ') closes nothing'],
    ['"abc', 'a string does not end'],
    ['"a\\q"', '\\q is no escape'],
    ['#_', 'nothing follows #_'],
    ['#foo', 'nothing follows #foo'],
    [':', 'it ends here'],
    ['['.repeat(100_000), 'more than 200 brackets within each other'],
  ])('is refused with a reason: %.12s', (text, problem) => {
    expect(() => parseEdn(text)).toThrow(EdnError);
    expect(() => parseEdn(text)).toThrow(problem);
  });

  it('has the line of its problem', () => {
    try {
      parseEdn('{:a 1\n:b 2\n:c}');
    } catch (error) {
      expect((error as EdnError).linesIn).toBe(2);
      return;
    }
    expect.unreachable();
  });
});
