import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';

/** `blind`: what it would report as violated is dropped. `unforgiving`: what it excuses is a violation. */
export type CheckerFault = 'blind' | 'unforgiving';

/** Every way in which a checker reports: `Tally.violated` and `Invariant.violated`, and `Tally.found` of the checks of Jepsen's histories. */
const REPORT = /\.(?:violated|found)\(/g;
/** Every way in which one excuses: counted, counted with Kafka's rule, and `Tally.excuse` with its reason, which becomes a finding without a reason. */
const EXCUSE = /\btally\.(?:excused\b|excusedAs\([^)]*\)|excuse\()/g;

const UNFORGIVING: Readonly<Record<string, string>> = {
  'tally.excused': 'tally.violations',
  'tally.excuse(': "tally.found('' && ",
};

/** What can be made wrong with a module; none for one that is no checker. */
export function checkerFaults(code: string): CheckerFault[] {
  return [...(code.search(REPORT) < 0 ? [] : ['blind' as const]), ...(code.search(EXCUSE) < 0 ? [] : ['unforgiving' as const])];
}

/** The module's text with the fault. Calls on a name that nobody has are optional: nothing happens. */
export function withCheckerFault(code: string, fault: CheckerFault): string {
  if (fault === 'blind') return code.replace(REPORT, '.blind?.(');
  return code.replace(EXCUSE, (excuse) => UNFORGIVING[excuse] ?? 'tally.violations++');
}

/**
 * Puts a fault into one checker, for `npm run mutants -- --part checkers`. Its own tests must turn red.
 *
 * @param mutant `FAULT MODULE`, the module as a path from the package's root, such as `blind src/check/guarantees/noDuplicates.ts`
 */
export function checkerMutant(mutant: string): Plugin {
  const [fault, module] = mutant.split(' ');
  const target = resolve(module ?? '');
  return {
    name: 'checker-mutant',
    enforce: 'pre',
    transform: (code, id) => (id.split('?')[0] === target ? withCheckerFault(code, fault as CheckerFault) : undefined),
  };
}
