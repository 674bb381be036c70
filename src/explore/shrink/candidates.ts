/**
 * The stream of smaller scenarios, as fast-check wants it: from a scenario and the place where the search last succeeded, every next candidate
 * with its own place. Removals run ddmin (nothing at all, then chunks of n/2, n/4, … 1), rewritings go through their lists. When all
 * passes are through and something was gained, they begin again, until a whole round gains nothing.
 */
import type { Scenario } from '../../scenario/Scenario.js';
import { isSmaller, measureOf } from './measure.js';
import { removals, rewritings } from './passes.js';
import type { ObservedFault } from './passes.js';
import { coherent } from './references.js';

/** Where a search stands. Plain data: it goes from one candidate to those that follow from it. */
export interface Place {
  /** Index of the pass: removals first, then rewritings. */
  readonly pass: number;
  /** Chunk size of a removal; 0: before its first candidate, which is nothing at all. */
  readonly chunk: number;
  /** First item of the chunk, or index of the rewriting's candidate. */
  readonly from: number;
  /** Whether this round of passes has gained anything. */
  readonly gained: boolean;
  /** What the last run showed of the faults. */
  readonly observed: readonly ObservedFault[];
}

export interface Candidate {
  readonly scenario: Scenario;
  /** Where to go on when this candidate still fails. */
  readonly place: Place;
  /** Name of the pass. */
  readonly pass: string;
}

export const START: Place = { pass: 0, chunk: 0, from: 0, gained: false, observed: [] };

const PASSES = removals.length + rewritings.length;

/** Smaller scenarios, in the order in which to try them; all of them coherent and smaller in the fixed order. */
export function* candidatesOf(scenario: Scenario, place: Place): Generator<Candidate, void> {
  const measure = measureOf(scenario);
  for (const candidate of allCandidates(scenario, place)) {
    const whole = coherent(candidate.scenario);
    if (whole !== undefined && isSmaller(measureOf(whole), measure)) yield { ...candidate, scenario: whole };
  }
}

function* allCandidates(scenario: Scenario, place: Place): Generator<Candidate, void> {
  yield* passesFrom(scenario, place);
  if (place.gained) yield* passesFrom(scenario, { ...START, observed: place.observed });
}

function* passesFrom(scenario: Scenario, place: Place): Generator<Candidate, void> {
  for (let pass = place.pass; pass < PASSES; pass++) {
    const here = pass === place.pass ? place : { ...place, pass, chunk: 0, from: 0 };
    if (pass < removals.length) yield* removalCandidates(scenario, here);
    else yield* rewritingCandidates(scenario, here);
  }
}

function* removalCandidates(scenario: Scenario, place: Place): Generator<Candidate, void> {
  const pass = removals[place.pass];
  if (pass === undefined) return;
  const length = pass.length(scenario);
  if (place.chunk === 0 && length > 0) yield candidate(pass.without(scenario, 0, length), place, pass.name, 1, 0);
  let chunk = place.chunk === 0 ? Math.floor(length / 2) : Math.min(place.chunk, length);
  let from = place.from;
  while (chunk >= 1) {
    for (; from < length; from += chunk) yield candidate(pass.without(scenario, from, from + chunk), place, pass.name, chunk, from);
    from = 0;
    chunk = Math.floor(chunk / 2);
  }
}

function* rewritingCandidates(scenario: Scenario, place: Place): Generator<Candidate, void> {
  const pass = rewritings[place.pass - removals.length];
  if (pass === undefined) return;
  const all = pass.candidates(scenario, place.observed);
  for (let i = place.from; i < all.length; i++) yield candidate(all[i] as Scenario, place, pass.name, 0, i);
}

function candidate(scenario: Scenario, place: Place, pass: string, chunk: number, from: number): Candidate {
  return { scenario, pass, place: { ...place, chunk, from, gained: true } };
}
