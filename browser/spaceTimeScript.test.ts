import ts from 'typescript';
import { expect, it } from 'vitest';
import { SPACE_TIME_SCRIPT } from '../src/report/spaceTime/spaceTimeScript.js';

/**
 * What the compiler knows of the browser, but not which kind of element a selector finds: there it sees any element, and what only some elements have it cannot
 * know. Names that nobody has, wrong numbers of arguments, and what can never be are found.
 */
const OF_SOME_ELEMENTS = new Set([2339, 2345, 2531, 2532, 2769, 18047, 18048, 2322, 2367]);

it('the script of the diagram names only what is there', () => {
  const name = 'script.js';
  const options: ts.CompilerOptions = {
    ...{ allowJs: true, checkJs: true, noEmit: true, strict: false, noImplicitAny: false },
    ...{ target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [] },
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, language): ts.SourceFile | undefined =>
    file === name ? ts.createSourceFile(file, SPACE_TIME_SCRIPT, language) : read(file, language);
  const program = ts.createProgram([name], options, host);
  const found = ts.getPreEmitDiagnostics(program).filter(({ code }) => !OF_SOME_ELEMENTS.has(code));
  expect(found.map(({ code, messageText }) => `${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)).toEqual([]);
});
