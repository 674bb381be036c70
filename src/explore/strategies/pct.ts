/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs", ASPLOS 2010), carried over to messages. There: each thread has a random priority of its own, the highest that can run runs,
 * and at d - 1 random steps the running thread drops below all others; a bug that needs d ordering constraints among n threads and k steps is
 * then hit with probability 1/(n k^(d-1)) at least. Ozkan et al. ("Randomized Testing of Distributed Systems with Probabilistic Guarantees",
 * OOPSLA 2018) do it for messages, and so do P and Coyote, with one priority per machine.
 *
 * Here a thread is the inbox of a node: what runs next in a simulation is whoever gets the next message. Time goes on, though, and the protocol's
 * timeouts with it, so that nobody can be kept waiting until all others are idle. A priority is therefore a delay: what is sent to the r-th
 * node from the top arrives r steps later, so that of messages that are sent within one step of each other the one for the higher node arrives
 * first. A change of priority takes the node that gets the next message and puts it below all others from then on.
 *
 * Everything else of the seed (world, workload, faults, dice) is what the random strategy draws for it. Leaves out: priorities of timers (they
 * fire on time; a late timer is what the fault `pause` is for), and the paper's bound, which does not carry over from strict priorities to
 * bounded delays. The points of change are uniform over time rather than over messages: nodes that fetch and heartbeat send at an even pace,
 * so that little is lost, and nobody needs to know beforehand how many messages a run will have.
 */
import { Randomness, type Random } from '../../engine/random.js';
import { NEXT_RECEIVER, type MessageDelay } from '../../faults/MessageDelay.js';
import type { Scenario } from '../../scenario/Scenario.js';
import { generateScenario } from '../generate.js';
import { QUIET_US } from '../generate/workload.js';
import type { Strategy, Subject } from './Strategy.js';

/** Burckhardt et al. find that most bugs have a depth of 1 to 3. */
export const DEFAULT_PCT_DEPTH = 3;
export const MOST_PCT_DEPTH = 50;

/**
 * The lowest priority's delay at most: with it on both ways a request still takes less than the shortest request.timeout.ms that a seed draws
 * (500 ms), so that the delays alone make nobody give up.
 */
export const LONGEST_DELAY_US = 200_000;

export function pctStrategy({ configuration, classes, require }: Subject, depth: number): Strategy {
  return {
    islandSeeds: 1,
    size: null,
    description: `pct: as random, with priorities among the nodes that get messages and ${depth - 1} changes of them (depth ${depth})`,
    reset: () => undefined,
    next: (seed) => {
      const scenario = generateScenario(configuration, seed, classes, require);
      return { ...scenario, delays: drawPriorities(scenario, depth, new Randomness(`pct/${seed}`)) };
    },
    listen: null,
    observe: () => undefined,
  };
}

/** One delay per node below the top, then one per change of priority. */
export function drawPriorities(scenario: Scenario, depth: number, randomness: Randomness): MessageDelay[] {
  const nodes = randomness.stream('priorities').shuffled(nodesOf(scenario));
  const lowest = nodes.length - 1 + (depth - 1);
  const stepUs = drawStepUs(lowest, randomness.stream('step'));
  const initial = nodes.slice(1).map((to, i): MessageDelay => ({ from: null, to, atUs: 0, count: null, byUs: (i + 1) * stepUs }));
  return stepUs === 0 ? [] : [...initial, ...drawChanges(scenario, nodes.length, depth, stepUs, randomness.stream('changes'))];
}

/** Every node that gets messages: brokers, ZooKeeper servers, clients. */
function nodesOf({ cluster, workload }: Scenario): (number | string)[] {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  return [
    ...numbers(cluster.brokers),
    ...numbers(cluster.zookeeperServers).map((server) => `zookeeper-${server}`),
    ...[...workload.producers, ...workload.consumers].map(({ id }) => id),
  ];
}

/** As long as the lowest allows, or finer: the step decides which messages are near enough to change places. */
function drawStepUs(lowest: number, random: Random): number {
  const longestUs = Math.floor(LONGEST_DELAY_US / Math.max(1, lowest));
  return Math.floor(longestUs / random.pick([1, 1, 4, 16]));
}

/** The i-th change puts its node at the i-th place below all that begin; when it comes has nothing to do with that. */
function drawChanges({ durationUs }: Scenario, nodes: number, depth: number, stepUs: number, random: Random): MessageDelay[] {
  const changes = Array.from({ length: depth - 1 }, (_, i): MessageDelay => {
    const atUs = QUIET_US + random.int(durationUs - QUIET_US);
    return { from: null, to: NEXT_RECEIVER, atUs, count: null, byUs: (nodes + i) * stepUs };
  });
  return changes.sort((a, b) => a.atUs - b.atUs);
}
