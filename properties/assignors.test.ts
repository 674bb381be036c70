/**
 * Kafka's assignors keep their own rules whatever the members subscribe to, claim to own, and whichever generation they come from: every partition once, as
 * balanced as each promises, nothing moved without need, and with the cooperative protocol nothing given away that somebody still has.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assignor, AssignorMember } from '../src/kafka/client/assignors/Assignor.js';
import { createAssignor } from '../src/kafka/client/assignors/index.js';
import { inMemberOrder } from '../src/kafka/client/assignors/memberOrder.js';
import { assignorNames } from '../src/kafka/config/ConsumerConfig.js';

const NEW = { assignorGenerationRule: true, cooperativeTwoPhase: true };
const ONE_PHASE = { ...NEW, cooperativeTwoPhase: false };
const RUNS = { seed: 20_240_101, numRuns: 400 };

interface Group {
  readonly cluster: ReadonlyMap<string, readonly number[]>;
  readonly members: readonly AssignorMember[];
}

const TOPICS = ['a', 'b', 'c', 'd'];

/** Partition `index` of topic number `topic` is `100 * topic + index`. */
function clusterOf(counts: readonly number[]): ReadonlyMap<string, readonly number[]> {
  const topics = counts.map((count, topic): [string, number[]] => [
    TOPICS[topic] as string,
    Array.from({ length: count }, (_, i) => 100 * topic + i),
  ]);
  return new Map(topics.filter(([, partitions]) => partitions.length > 0));
}

const counts = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4 });
const topicSets = fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1, maxLength: 4 });
const partitions = fc.uniqueArray(
  fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 8 })).map(([topic, index]) => 100 * topic + index),
  { maxLength: 9 },
);

/** @param sameTopics everybody subscribes to the same. */
function groups(sameTopics: boolean): fc.Arbitrary<Group> {
  const member = fc.record({ topics: topicSets, owned: partitions, generationId: fc.integer({ min: -1, max: 3 }), isStatic: fc.boolean() });
  return fc.tuple(counts, fc.array(member, { minLength: 1, maxLength: 7 })).map(([topicCounts, list]) => {
    const members = list.map(({ topics, owned, generationId, isStatic }, i): AssignorMember => {
      const subscribed = sameTopics ? (list[0]?.topics ?? []) : topics;
      const subscription = { topics: subscribed, ownedPartitions: owned, generationId, rackId: null };
      return { memberId: `m${(i * 5) % 7}`, groupInstanceId: isStatic ? `i${(i * 3) % 7}` : null, subscription };
    });
    return { cluster: clusterOf(topicCounts), members };
  });
}

const anyGroup = fc.oneof(groups(true), groups(false));

/** The group after it lived with an assignment for a generation. */
function settled({ cluster, members }: Group, assignment: ReadonlyMap<string, readonly number[]>, generationId: number): Group {
  const after = members.map((member) => {
    const ownedPartitions = assignment.get(member.memberId) ?? [];
    return { ...member, subscription: { ...member.subscription, ownedPartitions, generationId } };
  });
  return { cluster, members: after };
}

function subscribedPartitions({ cluster, members }: Group): number[] {
  return [...cluster].flatMap(([topic, list]) => (members.some((member) => member.subscription.topics.includes(topic)) ? list : []));
}

function sizes(assignment: ReadonlyMap<string, readonly number[]>): number[] {
  return [...assignment.values()].map((list) => list.length);
}

function sorted(list: Iterable<number>): number[] {
  return [...list].sort((a, b) => a - b);
}

function asObject(assignment: ReadonlyMap<string, readonly number[]>): Record<string, number[]> {
  return Object.fromEntries([...assignment].map(([memberId, list]) => [memberId, sorted(list)]));
}

describe.each(assignorNames)('%s', (name) => {
  test('assigns every subscribed partition to one member, which reads its topic', () => {
    const assignor = createAssignor(name, ONE_PHASE);
    fc.assert(
      fc.property(anyGroup, (group) => {
        const assignment = assignor.assign(group.cluster, group.members);
        expect(new Set(assignment.keys())).toEqual(new Set(group.members.map(({ memberId }) => memberId)));
        expect(sorted([...assignment.values()].flat())).toEqual(sorted(subscribedPartitions(group)));
        for (const { memberId, subscription } of group.members) {
          const readable = new Set(subscription.topics.flatMap((topic) => group.cluster.get(topic) ?? []));
          expect((assignment.get(memberId) ?? []).filter((partition) => !readable.has(partition))).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  test('does not depend on the order in which members joined', () => {
    const assignor = createAssignor(name, NEW);
    fc.assert(
      fc.property(anyGroup, ({ cluster, members }) => {
        const there = asObject(assignor.assign(cluster, members));
        expect(asObject(assignor.assign(cluster, [...members].reverse()))).toEqual(there);
      }),
      RUNS,
    );
  });
});

test('range gives each subscriber one stretch of every topic, the first ones one partition more', () => {
  const assignor = createAssignor('range', NEW);
  fc.assert(
    fc.property(anyGroup, (group) => {
      const assignment = assignor.assign(group.cluster, group.members);
      for (const [topic, list] of group.cluster) {
        const readers = inMemberOrder(group.members).filter(({ subscription }) => subscription.topics.includes(topic));
        if (readers.length === 0) continue;
        const parts = readers.map(({ memberId }) => (assignment.get(memberId) ?? []).filter((partition) => list.includes(partition)));
        expect(parts.flat()).toEqual(list);
        const base = Math.floor(list.length / readers.length);
        expect(parts.map((part) => part.length)).toEqual(readers.map((_, rank) => base + (rank < list.length % readers.length ? 1 : 0)));
      }
    }),
    RUNS,
  );
});

test('roundrobin, where everybody reads the same, differs by one partition at most', () => {
  const assignor = createAssignor('roundrobin', NEW);
  fc.assert(
    fc.property(groups(true), ({ cluster, members }) => {
      const counted = sizes(assignor.assign(cluster, members));
      expect(Math.max(...counted) - Math.min(...counted)).toBeLessThanOrEqual(1);
    }),
    RUNS,
  );
});

describe.each(['sticky', 'cooperative-sticky'] as const)('%s', (name) => {
  const assignor = createAssignor(name, ONE_PHASE);

  test('differs by one partition at most where everybody reads the same', () => {
    fc.assert(
      fc.property(groups(true), ({ cluster, members }) => {
        const counted = sizes(assignor.assign(cluster, members));
        expect(Math.max(...counted) - Math.min(...counted)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  test('is balanced where subscriptions differ: nobody could take a partition from a member with two more', () => {
    fc.assert(
      fc.property(groups(false), (group) => {
        const assignment = assignor.assign(group.cluster, group.members);
        for (const { memberId, subscription } of group.members) {
          const own = assignment.get(memberId)?.length ?? 0;
          const readable = new Set(subscription.topics.flatMap((topic) => group.cluster.get(topic) ?? []));
          const fuller = [...assignment.values()].filter(
            (list) => list.length > own + 1 && list.some((partition) => readable.has(partition)),
          );
          expect(fuller).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  test('changes nothing while the group stays as it is', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        const first = assignor.assign(group.cluster, group.members);
        const again = settled(group, first, 5);
        expect(asObject(assignor.assign(again.cluster, again.members))).toEqual(asObject(first));
      }),
      RUNS,
    );
  });

  test('takes nothing from those who stay when one leaves', () => {
    fc.assert(
      fc.property(groups(true), fc.nat({ max: 6 }), (group, leaver) => {
        fc.pre(group.members.length > 1);
        const before = assignor.assign(group.cluster, group.members);
        const { cluster, members } = settled(group, before, 5);
        const rest = members.filter((_, i) => i !== leaver % members.length);
        const after = assignor.assign(cluster, rest);
        for (const { memberId } of rest) expect(after.get(memberId)).toEqual(expect.arrayContaining(before.get(memberId) ?? []));
      }),
      RUNS,
    );
  });

  test('moves as little as the balance allows where everybody reads the same', () => {
    fc.assert(
      fc.property(groups(true), fc.array(fc.nat({ max: 7 }), { minLength: 40, maxLength: 40 }), ({ cluster, members }, draws) => {
        const all = subscribedPartitions({ cluster, members });
        const owned = new Map(members.map(({ memberId }): [string, number[]] => [memberId, []]));
        all.forEach((partition, i) => owned.get(members[draws[i] as number]?.memberId ?? '')?.push(partition));
        const group = settled({ cluster, members }, owned, 5);
        const assignment = assignor.assign(cluster, group.members);
        const [min, over] = [Math.floor(all.length / members.length), all.length % members.length];
        const claims = [...owned.values()].map((list) => list.length);
        const possible = claims.reduce((sum, n) => sum + Math.min(n, min), 0) + Math.min(over, claims.filter((n) => n > min).length);
        const kept = [...assignment].reduce(
          (sum, [memberId, list]) => sum + list.filter((p) => owned.get(memberId)?.includes(p)).length,
          0,
        );
        expect(kept).toBe(possible);
      }),
      RUNS,
    );
  });
});

describe('cooperative-sticky, in two phases', () => {
  test('gives a member only what is its own already or nobody claims', () => {
    const assignor = createAssignor('cooperative-sticky', NEW);
    fc.assert(
      fc.property(anyGroup, ({ cluster, members }) => {
        const assignment = assignor.assign(cluster, members);
        const owned = new Map(members.map(({ memberId, subscription }) => [memberId, subscription.ownedPartitions]));
        for (const [memberId, list] of assignment) {
          const taken = list.filter((p) => !owned.get(memberId)?.includes(p) && [...owned.values()].some((claims) => claims.includes(p)));
          expect(taken).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  test('never has two members with one partition, although members miss generations', () => {
    expect(fc.check(cooperativeRounds(createAssignor('cooperative-sticky', NEW)), RUNS).failed).toBe(false);
  });

  test('has two members with one partition without the rule of KAFKA-14639, and without the two phases (B-65)', () => {
    const oldRule = createAssignor('cooperative-sticky', { ...NEW, assignorGenerationRule: false });
    expect(fc.check(cooperativeRounds(oldRule), RUNS).failed).toBe(true);
    expect(fc.check(cooperativeRounds(createAssignor('cooperative-sticky', ONE_PHASE)), RUNS).failed).toBe(true);
  });
});

/** Rebalance after rebalance: who is there, and who of them hears of the outcome; the others go on with what they had. */
function cooperativeRounds(assignor: Assignor): fc.IProperty<unknown> {
  const round = fc.record({ there: fc.integer({ min: 1, max: 31 }), synced: fc.nat({ max: 31 }) });
  return fc.property(counts, fc.array(round, { minLength: 2, maxLength: 8 }), (topicCounts, rounds) => {
    const cluster = clusterOf(topicCounts);
    const has = new Map<number, { generationId: number; owned: readonly number[] }>();
    rounds.forEach(({ there, synced }, generation) => {
      for (let i = 0; i < 5; i++) {
        if ((there & (1 << i)) === 0) has.delete(i);
        else if (!has.has(i)) has.set(i, { generationId: -1, owned: [] });
      }
      const members = [...has].map(([i, { generationId, owned }]): AssignorMember => {
        return {
          memberId: `m${i}`,
          groupInstanceId: null,
          subscription: { topics: TOPICS, ownedPartitions: owned, generationId, rackId: null },
        };
      });
      const assignment = assignor.assign(cluster, members);
      for (const i of has.keys()) {
        if ((synced & (1 << i)) !== 0) has.set(i, { generationId: generation, owned: assignment.get(`m${i}`) ?? [] });
      }
      const held = [...has.values()].flatMap(({ owned }) => owned);
      expect(sorted(held)).toEqual(sorted(new Set(held)));
    });
  });
}

test('200 members share 1,000 partitions in well under 200 ms, whatever they subscribe to', () => {
  const cluster = clusterOf([]) as Map<string, readonly number[]>;
  const topics = Array.from({ length: 10 }, (_, t) => `topic-${t}`);
  topics.forEach((topic, t) =>
    cluster.set(
      topic,
      Array.from({ length: 100 }, (_, i) => 100 * t + i),
    ),
  );
  for (const name of assignorNames) {
    for (const mixed of [false, true]) {
      const members = Array.from({ length: 200 }, (_, i): AssignorMember => {
        const read = topics.filter((_topic, t) => !mixed || (i + t) % 3 !== 0);
        return {
          memberId: `m${i}`,
          groupInstanceId: null,
          subscription: { topics: read, ownedPartitions: [], generationId: -1, rackId: null },
        };
      });
      const assignor = createAssignor(name, NEW);
      const began = performance.now();
      const group = settled({ cluster, members }, assignor.assign(cluster, members), 1);
      assignor.assign(cluster, group.members.slice(0, 150));
      expect(performance.now() - began).toBeLessThan(400);
    }
  }
});
