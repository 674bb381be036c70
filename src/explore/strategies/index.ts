/** The strategies by name. */
import { DEFAULT_MOST_FAULTS, EXHAUSTIVE_CLASSES, exhaustiveStrategy, MOST_FAULTS, withDuration } from './exhaustive.js';
import { NoveltyStrategy } from './novelty.js';
import { DEFAULT_PCT_DEPTH, MOST_PCT_DEPTH, pctStrategy } from './pct.js';
import { randomStrategy } from './random.js';
import type { Strategy, StrategyChoice, StrategyName, Subject } from './Strategy.js';

/** @throws SpaceTooLargeError by the exhaustive strategy. */
export function makeStrategy({ name, depth }: StrategyChoice, subject: Subject): Strategy {
  switch (name) {
    case 'random':
      return randomStrategy(subject);
    case 'pct':
      return pctStrategy(subject, depth ?? DEFAULT_PCT_DEPTH);
    case 'novelty':
      return new NoveltyStrategy(subject);
    case 'exhaustive':
      return exhaustiveStrategy(subject, depth ?? DEFAULT_MOST_FAULTS);
  }
}

/** The depths that a strategy has; null: none. */
export function depthsOf(name: StrategyName): { readonly least: number; readonly usual: number; readonly most: number } | null {
  if (name === 'pct') return { least: 1, usual: DEFAULT_PCT_DEPTH, most: MOST_PCT_DEPTH };
  return name === 'exhaustive' ? { least: 0, usual: DEFAULT_MOST_FAULTS, most: MOST_FAULTS } : null;
}

/** What is left of a subject under a strategy: the exhaustive one has few classes of faults, and shorter runs. */
export function asTried<S extends Pick<Subject, 'configuration' | 'classes'>>({ name }: StrategyChoice, subject: S): S {
  if (name !== 'exhaustive') return subject;
  const classes = subject.classes.filter((faultClass) => EXHAUSTIVE_CLASSES.includes(faultClass));
  return { ...subject, configuration: withDuration(subject.configuration), classes };
}
