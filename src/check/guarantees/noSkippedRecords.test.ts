import { expect, it } from 'vitest';
import { consumerPositionReset } from '../../kafka/client/events.js';
import { markerOf, transactionalBatch } from '../testing.js';
import { checkNoSkippedRecords } from './noSkippedRecords.js';
import { partitionHistories } from './ownerships.js';
import { HandmadeRun } from './testing.js';

function check(run: HandmadeRun): ReturnType<typeof checkNoSkippedRecords> {
  const end = run.end();
  return checkNoSkippedRecords(end, partitionHistories(end));
}

it('finds a jump over a record, and a step back', () => {
  const run = new HandmadeRun();
  run.log(1, 0, 1, 2);
  for (const offset of [0, 2, 1]) run.read('c1', offset, offset);
  expect(check(run).findings.map(({ kind, offset }) => [kind, offset])).toEqual([
    ['record-skipped', 1],
    ['position-went-back', 1],
  ]);
});

it('allows jumps over markers, aborted records, what retention took, and after a recorded reset or a new ownership', () => {
  const run = new HandmadeRun();
  run.member('c1');
  for (const batch of [transactionalBatch(0, 7, 0, 0), markerOf(1, 7, 0, false)]) run.cluster.hold(batch, 1);
  run.cluster.hold({ ...transactionalBatch(2, 7, 0, 2), isTransactional: false }, 1);
  run.owns('c1', 'assigned', 0);
  run.read('c1', 2, 2);
  run.owns('c1', 'revoked');
  run.owns('c1', 'assigned');
  run.read('c1', 2, 2);
  expect(check(run)).toMatchObject({ violations: 0, judged: 2 });
  const reset = new HandmadeRun();
  reset.log(1, 0, 1, 2);
  reset.read('c1', 0, 0);
  const { bus, orders } = reset.cluster;
  reset.cluster.nowIs(reset.tick());
  bus.emit(consumerPositionReset, bus.names.idOf('c1'), orders, 1, 2, bus.names.idOf('latest'));
  reset.tick();
  reset.read('c1', 2, 2);
  expect(check(reset).violations).toBe(0);
});

it('finds what took the place of a read record and was never read (B-14)', () => {
  const run = new HandmadeRun();
  run.log(1, 10, 11, 12);
  run.read('c1', 0, 10);
  run.read('c1', 1, 99);
  expect(check(run).violations).toBe(0);
  run.read('c1', 2, 12);
  expect(check(run).findings).toMatchObject([{ kind: 'record-skipped', offset: 1, value: 11 }]);
});

it('excuses a jump over what retention took or a leader lost meanwhile, and no other', () => {
  const jump = (meanwhile: (run: HandmadeRun) => void): ReturnType<typeof check> => {
    const run = new HandmadeRun();
    run.log(1, 0, 1, 2);
    run.read('c1', 0, 0);
    meanwhile(run);
    run.read('c1', 2, 2);
    return check(run);
  };
  expect(jump(() => undefined)).toMatchObject({ violations: 1, excused: 0 });
  expect(jump(({ cluster }) => void (cluster.on(1).log.logStartOffset = 2))).toMatchObject({ violations: 0, excused: 1 });
  expect(jump((run) => run.truncated(2, 1))).toMatchObject({ violations: 0, excused: 1 });
});
