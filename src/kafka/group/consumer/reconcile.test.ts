import { describe, expect, test } from 'vitest';
import type { ConsumerGroupMemberValue } from '../../protocol/coordinatorRecords.js';
import { reconcile } from './reconcile.js';

type State = ConsumerGroupMemberValue['state'];

function member(state: State, memberEpoch: number, assigned: number[], pendingRevocation: number[] = []): ConsumerGroupMemberValue {
  return {
    kind: 'consumer-group-member',
    group: 'group',
    memberId: 'm',
    instanceId: null,
    clientId: 'c',
    rebalanceTimeoutUs: 1,
    subscribedTopics: ['orders'],
    serverAssignor: null,
    memberEpoch,
    previousMemberEpoch: memberEpoch - 1,
    state,
    assigned,
    pendingRevocation,
  };
}

interface Row {
  readonly from: ConsumerGroupMemberValue;
  readonly target: number[];
  /** Held by others. */
  readonly taken?: number[];
  readonly owned: number[] | null;
  readonly to: readonly [state: State, memberEpoch: number, assigned: number[], pendingRevocation?: number[]];
}

const rows: Record<string, Row> = {
  'a new member takes what is free and enters the target epoch': {
    from: member('STABLE', 0, []),
    target: [1, 2],
    owned: [],
    to: ['STABLE', 10, [1, 2]],
  },
  'a new member takes what is free and waits for the rest': {
    from: member('STABLE', 0, []),
    target: [1, 2],
    taken: [2],
    owned: [],
    to: ['UNRELEASED_PARTITIONS', 10, [1]],
  },
  'a new member waits in the target epoch where nothing is free': {
    from: member('STABLE', 0, []),
    target: [2],
    taken: [2],
    owned: [],
    to: ['UNRELEASED_PARTITIONS', 10, []],
  },
  'a member without change of target enters the target epoch': {
    from: member('STABLE', 9, [1, 2]),
    target: [1, 2],
    owned: null,
    to: ['STABLE', 10, [1, 2]],
  },
  'a member first gives up what goes to others, in its old epoch': {
    from: member('STABLE', 9, [1, 2]),
    target: [1, 3],
    owned: [1, 2],
    to: ['UNREVOKED_PARTITIONS', 9, [1], [2]],
  },
  'a member that does not say what it owns may own all it had': {
    from: member('STABLE', 9, [1, 2]),
    target: [1, 3],
    owned: null,
    to: ['UNREVOKED_PARTITIONS', 9, [1], [2]],
  },
  'a member that has given it up already goes on at once': {
    from: member('STABLE', 9, [1, 2]),
    target: [1, 3],
    owned: [1],
    to: ['STABLE', 10, [1, 3]],
  },
  'a member stays unrevoked while it says nothing': {
    from: member('UNREVOKED_PARTITIONS', 9, [1], [2]),
    target: [1, 3],
    owned: null,
    to: ['UNREVOKED_PARTITIONS', 9, [1], [2]],
  },
  'a member stays unrevoked while it owns one of them': {
    from: member('UNREVOKED_PARTITIONS', 9, [1], [2]),
    target: [1, 3],
    owned: [1, 2],
    to: ['UNREVOKED_PARTITIONS', 9, [1], [2]],
  },
  'a member that revoked everything enters the target epoch': {
    from: member('UNREVOKED_PARTITIONS', 9, [1], [2]),
    target: [1, 3],
    owned: [1],
    to: ['STABLE', 10, [1, 3]],
  },
  'a member that revoked, with more to revoke by now, comes one epoch further': {
    from: member('UNREVOKED_PARTITIONS', 7, [1], [2]),
    target: [3],
    owned: [1],
    to: ['UNREVOKED_PARTITIONS', 8, [], [1]],
  },
  'a waiting member gets what has become free': {
    from: member('UNRELEASED_PARTITIONS', 10, [1]),
    target: [1, 2, 3],
    taken: [3],
    owned: null,
    to: ['UNRELEASED_PARTITIONS', 10, [1, 2]],
  },
  'a waiting member is stable with the last of them': {
    from: member('UNRELEASED_PARTITIONS', 10, [1]),
    target: [1, 2],
    owned: null,
    to: ['STABLE', 10, [1, 2]],
  },
  'a waiting member has to give up under a newer target': {
    from: member('UNRELEASED_PARTITIONS', 9, [1]),
    target: [2],
    owned: [1],
    to: ['UNREVOKED_PARTITIONS', 9, [], [1]],
  },
};

describe('reconciliation of a member with epoch 10 of the target (KIP-848)', () => {
  test.each(Object.entries(rows))('%s', (_name, { from, target, taken, owned, to }) => {
    const partitionEpoch = (partition: number): number => (taken?.includes(partition) ? 5 : -1);
    const next = reconcile(from, { targetEpoch: 10, target, partitionEpoch, owned });
    expect([next.state, next.memberEpoch, next.assigned, next.pendingRevocation]).toEqual([to[0], to[1], to[2], to[3] ?? []]);
    if (next !== from) expect(next.previousMemberEpoch).toBe(from.memberEpoch);
  });

  test('is the same object where nothing changes', () => {
    const stable = member('STABLE', 10, [1]);
    const waiting = member('UNRELEASED_PARTITIONS', 10, [1]);
    const towards = { targetEpoch: 10, target: [1, 2], partitionEpoch: (): number => 9, owned: [1] };
    expect(reconcile(stable, towards)).toBe(stable);
    expect(reconcile(waiting, towards)).toBe(waiting);
  });
});
