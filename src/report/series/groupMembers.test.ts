import { describe, expect, it } from 'vitest';
import { HandmadeRun } from '../testing.js';
import { groupLanesOf } from './groupMembers.js';

describe('groups', () => {
  it('show what each member held, until it gave it up, was thrown out, or died', () => {
    const made = new HandmadeRun();
    const owned = { group: 'g', memberId: 'm', generation: 1, positions: [] };
    made.history.ownershipChanged({ ...owned, client: 'a', timeUs: 10, kind: 'assigned', partitions: [2, 1] });
    made.history.ownershipChanged({ ...owned, client: 'b', timeUs: 12, kind: 'assigned', partitions: [3] });
    made.history.ownershipChanged({ ...owned, client: 'a', timeUs: 20, kind: 'revoked', partitions: [2] });
    made.history.ownershipChanged({ ...owned, client: 'a', timeUs: 30, kind: 'lost', partitions: [1] });
    made.history.clientEnded('b', 40);
    made.history.ownershipChanged({ ...owned, client: 'b', timeUs: 50, kind: 'assigned', partitions: [1] });
    const [group] = groupLanesOf(made.history, [], 60);
    expect(group?.members).toEqual([
      {
        ...{ client: 'a', lostUs: [30] },
        holdings: [
          { fromUs: 10, toUs: 20, partitions: [1, 2] },
          { fromUs: 20, toUs: 30, partitions: [1] },
        ],
      },
      {
        ...{ client: 'b', lostUs: [] },
        holdings: [
          { fromUs: 12, toUs: 40, partitions: [3] },
          { fromUs: 50, toUs: 60, partitions: [1] },
        ],
      },
    ]);
  });

  it('have generations, or group epochs, and rebalance until they are stable', () => {
    const made = new HandmadeRun();
    made.history.ownershipChanged({
      ...{ group: 'g', memberId: 'm', generation: 1, positions: [], client: 'a', timeUs: 10 },
      kind: 'assigned',
      partitions: [1],
    });
    made
      .event(5, 'group-state-changed', { group: 'g', to: 'PreparingRebalance' })
      .event(7, 'generation-started', { group: 'g', generation: 1 })
      .event(7, 'group-state-changed', { group: 'g', to: 'CompletingRebalance' })
      .event(9, 'group-state-changed', { group: 'g', to: 'Stable' })
      .event(20, 'group-epoch-bumped', { group: 'g', groupEpoch: 2 });
    const [group] = groupLanesOf(made.history, made.events, 60);
    expect(group?.rebalances).toEqual([{ fromUs: 5, toUs: 9 }]);
    expect(group?.generations).toEqual([
      { fromUs: 7, toUs: 20, number: 1 },
      { fromUs: 20, toUs: 60, number: 2 },
    ]);
  });
});
