import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OffsetFetchResponse } from '../protocol/messages.js';
import { GroupRig } from './testing.js';

const PARTITIONS = 2;

const operation = fc.oneof(
  fc.record({ kind: fc.constant('commit' as const), partition: fc.nat(PARTITIONS - 1), replicationUs: fc.nat(5000) }),
  fc.record({
    kind: fc.constant('txnCommit' as const),
    partition: fc.nat(PARTITIONS - 1),
    producer: fc.integer({ min: 7, max: 8 }),
    replicationUs: fc.nat(5000),
  }),
  fc.record({ kind: fc.constant('marker' as const), producer: fc.integer({ min: 7, max: 8 }), commit: fc.boolean() }),
  fc.record({ kind: fc.constant('run' as const), us: fc.nat(5000) }),
);

/** What consumers would find, with and without asking for stable offsets. */
function found(rig: GroupRig): OffsetFetchResponse['partitions'] {
  const answers: OffsetFetchResponse['partitions'] = [];
  for (let i = 0; i < PARTITIONS; i++) answers.push(rig.fetch(false, rig.data(i)), rig.fetch(true, rig.data(i)));
  return answers;
}

it('a coordinator’s memory is what a load of its log gives, in whatever order commits and markers are confirmed', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
      const rig = new GroupRig();
      operations.forEach((op, offset) => {
        if (op.kind === 'run') rig.run(op.us);
        else if (op.kind === 'marker') rig.marker(op.producer, op.commit);
        else {
          rig.replicationUs = op.replicationUs;
          if (op.kind === 'commit') rig.commit('', -1, offset, rig.data(op.partition));
          else rig.txnCommit(op.producer, offset, '', -1, rig.data(op.partition));
        }
      });
      rig.run(10_000);
      const before = found(rig);
      rig.failOver();
      expect(found(rig)).toEqual(before);
    }),
    { numRuns: 500, seed: 447 },
  );
});
