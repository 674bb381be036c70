/** Every seed draws its own world and faults, whatever the others did: {@link generateScenario} and nothing else. */
import { generateScenario } from '../generate.js';
import type { Strategy, Subject } from './Strategy.js';

export function randomStrategy({ configuration, classes, require }: Subject): Strategy {
  return {
    islandSeeds: 1,
    size: null,
    description: 'random: every seed draws its own world and faults',
    reset: () => undefined,
    next: (seed) => generateScenario(configuration, seed, classes, require),
    listen: null,
    observe: () => undefined,
  };
}
