/** Message delays that name what is not there, or concern no message. */
import type { NodeTarget } from '../faults/Fault.js';
import { NEXT_RECEIVER } from '../faults/MessageDelay.js';
import { parseTarget } from '../faults/targets.js';
import { formatDuration } from './durations.js';
import { checkTarget } from './faultChecks.js';
import type { PathStep, Problem } from './Problem.js';
import type { Scenario } from './Scenario.js';

const ROLES: readonly string[] = ['controller', 'role', 'coordinator'];

export function delayProblems(scenario: Scenario): Problem[] {
  return (scenario.delays ?? []).flatMap((delay, i) => {
    const path = ['delays', i];
    const problems = [
      ...targetProblems(scenario, delay.from, [...path, 'from']),
      ...(delay.to === NEXT_RECEIVER ? [] : targetProblems(scenario, delay.to, [...path, 'to'])),
    ];
    if (delay.atUs >= scenario.durationUs) {
      const message = `begins at ${formatDuration(delay.atUs)}, when delays are over (duration ${formatDuration(scenario.durationUs)})`;
      problems.push({ path: [...path, 'at'], atKey: false, message, remedy: 'begin it earlier or raise duration' });
    }
    return problems;
  });
}

function targetProblems(scenario: Scenario, target: NodeTarget | null, path: readonly PathStep[]): Problem[] {
  if (target === null) return [];
  const found = ROLES.includes(parseTarget(target).type)
    ? { message: `${target} is a role, and a delay needs a node`, remedy: 'write a broker id such as 1, a client id, or zookeeper-1' }
    : checkTarget(scenario, target, true);
  return found === undefined ? [] : [{ path, atKey: false, ...found }];
}
