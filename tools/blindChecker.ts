import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';

/**
 * Makes one checker blind, for `npm run mutants -- --checkers`: whatever its module would report as violated is dropped. Its own tests must turn red.
 *
 * @param module path from the package's root, such as `src/check/guarantees/noDuplicates.ts`
 */
export function blindChecker(module: string): Plugin {
  const target = resolve(module);
  return {
    name: 'blind-checker',
    enforce: 'pre',
    transform: (code, id) => (id.split('?')[0] === target ? blinded(code) : undefined),
  };
}

/** Every way in which a checker reports: `Tally.violated` and `Invariant.violated`. Without an optional call on a name that nobody has, nothing happens. */
export function blinded(code: string): string {
  return code.replace(/\.violated\(/g, '.blind?.(');
}
