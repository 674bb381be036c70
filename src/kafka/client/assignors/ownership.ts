/**
 * Who owns what before a sticky assignment, out of what the members claim. Claims contradict each other when a member missed a generation: it claims what
 * somebody else has been given since.
 */
import type { StickyProblem } from './StickyProblem.js';

export interface Ownership {
  /** By member: the partitions that it holds, ascending. */
  readonly owned: number[][];
  /** Claimed by several members of one generation: nobody knows who has them. */
  readonly contested: ReadonlySet<number>;
  /** Latest claim of a generation that is over, which a partition should rather go back to than anywhere else. */
  readonly former: ReadonlyMap<number, number>;
}

interface Claims {
  /** By member; -1 where it is not known. */
  readonly generations: readonly number[];
  /** By member. */
  readonly partitions: readonly (readonly number[])[];
  readonly maxGeneration: number;
}

/** @param generationRule KIP-792, KAFKA-14639 (3.5): the claim of the highest generation wins, partition by partition. */
export function ownershipOf(problem: StickyProblem, generationRule: boolean): Ownership {
  const claims = claimsOf(problem);
  const settled = generationRule ? byPartition(problem, claims) : byMember(claims);
  for (const list of settled.owned) list.sort((a, b) => a - b);
  return { ...settled, former: formerOwners(claims) };
}

function claimsOf(problem: StickyProblem): Claims {
  const generations = problem.members.map(({ subscription }) => subscription.generationId);
  const partitions = problem.members.map(({ subscription }) => {
    const known = new Set<number>();
    for (const partition of subscription.ownedPartitions) {
      const number = problem.numberOf(partition);
      if (number !== undefined) known.add(number);
    }
    return [...known];
  });
  let maxGeneration = -1;
  for (const generation of generations) if (generation > maxGeneration) maxGeneration = generation;
  return { generations, partitions, maxGeneration };
}

const CONTESTED = -2;

function byPartition(problem: StickyProblem, { generations, partitions }: Claims): Omit<Ownership, 'former'> {
  const owner: number[] = new Array<number>(problem.partitions.length).fill(-1);
  const generationOf: number[] = new Array<number>(problem.partitions.length).fill(-2);
  partitions.forEach((list, member) => {
    const generation = generations[member] as number;
    for (const p of list) {
      const other = generationOf[p] as number;
      if (generation < other) continue;
      owner[p] = generation === other ? CONTESTED : member;
      generationOf[p] = generation;
    }
  });
  const owned: number[][] = problem.members.map(() => []);
  const contested = new Set<number>();
  owner.forEach((member, p) => {
    if (member >= 0) owned[member]?.push(p);
    else if (member === CONTESTED) contested.add(p);
  });
  return { owned, contested };
}

/**
 * Before: a member of an older generation loses every claim, also what it still holds, and that goes to somebody else at once; equal claims (all are, where the
 * subscription carries no generation) stand side by side (KAFKA-12984, KAFKA-13406, KAFKA-14639).
 */
function byMember({ generations, partitions, maxGeneration }: Claims): Omit<Ownership, 'former'> {
  return { owned: partitions.map((list, member) => (generations[member] === maxGeneration ? list.slice() : [])), contested: new Set() };
}

function formerOwners({ generations, partitions, maxGeneration }: Claims): ReadonlyMap<number, number> {
  const former = new Map<number, number>();
  partitions.forEach((list, member) => {
    const generation = generations[member] as number;
    if (generation >= maxGeneration) return;
    for (const p of list) {
      const other = former.get(p);
      if (other === undefined || generation > (generations[other] as number)) former.set(p, member);
    }
  });
  return former;
}
