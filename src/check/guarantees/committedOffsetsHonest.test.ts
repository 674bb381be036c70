import { expect, it, vi } from 'vitest';
import { commitCompleted } from '../../kafka/client/events.js';
import { groupEpochBumped, offsetExpired } from '../../kafka/group/events.js';
import type { CommitKind } from '../history.js';
import { checkCommittedOffsetsHonest } from './committedOffsetsHonest.js';
import { partitionHistories } from './ownerships.js';
import { HandmadeRun } from './testing.js';

function kinds(run: HandmadeRun): (string | number)[][] {
  const end = run.end();
  return checkCommittedOffsetsHonest(end, partitionHistories(end)).findings.map(({ kind, offset }) => [kind, offset]);
}

function reading(...offsets: number[]): HandmadeRun {
  const run = new HandmadeRun();
  for (const client of ['c1', 'c2']) run.member(client);
  run.log(1, 0, 1, 2, 3);
  run.owns('c1', 'assigned', 0);
  for (const offset of offsets) {
    run.read('c1', offset, offset);
    run.processes('c1', offset, offset);
  }
  return run;
}

it('finds a commit beyond what was read, and one beyond what was processed', () => {
  const beyond = reading(0, 1);
  beyond.commits('c1', 3);
  expect(kinds(beyond)).toEqual([['commit-beyond-read', 2]]);
  const early = reading(0);
  early.read('c1', 1, 1);
  early.commits('c1', 2);
  expect(kinds(early)).toEqual([['commit-beyond-processed', 1]]);
  early.member('c1', { commit: 'before' });
  expect(kinds(early)).toEqual([]);
});

it('finds a commit that goes back within one ownership, and allows it in the next', () => {
  const run = reading(0, 1);
  run.commits('c1', 2);
  run.commits('c1', 1);
  expect(kinds(run)).toEqual([['commit-went-back', 1]]);
});

it('finds a later owner that does not begin where the acknowledged commit says', () => {
  const run = reading(0, 1);
  run.commits('c1', 2);
  run.owns('c1', 'revoked');
  run.owns('c2', 'assigned', -1, 2);
  run.read('c2', 0, 0);
  expect(kinds(run)).toEqual([['commit-forgotten', 0]]);
});

it('excuses an owner whom a deposed coordinator took back into a former generation, unless that one began anew', () => {
  for (const [anew, found] of [[false, []] as const, [true, [['commit-forgotten', 0]]] as const]) {
    const run = reading();
    const { bus } = run.cluster;
    const bumped = (epoch: number): void => {
      run.cluster.nowIs(run.tick());
      bus.emit(groupEpochBumped, 1, bus.names.idOf('g'), epoch, bus.names.idOf('member joined'));
    };
    bumped(1);
    bumped(2);
    run.owns('c1', 'assigned', 0, 2);
    for (const offset of [0, 1]) {
      run.read('c1', offset, offset);
      run.processes('c1', offset, offset);
    }
    run.commits('c1', 2, 'ok', 'sync', 2);
    run.owns('c1', 'lost');
    if (anew) bumped(1);
    run.owns('c1', 'assigned', 0, 1);
    expect(kinds(run)).toEqual(found);
  }
});

it('allows the right start, and a start further on that an unanswered commit explains', () => {
  for (const start of [2, 3]) {
    const run = reading(0, 1, 2);
    run.commits('c1', 2);
    run.commits('c1', 3, 'unknown');
    run.owns('c1', 'lost');
    run.owns('c2', 'assigned', start, 2);
    expect(kinds(run)).toEqual([]);
  }
});

/** Offset 2 is acknowledged after a commit of 1, both have taken effect, and the next owner begins at 1. */
function overtaken(lower: 'ok' | 'failed' | 'unknown', kind: CommitKind, effects: readonly (readonly [number, number])[]): HandmadeRun {
  const run = reading(0, 1);
  run.commits('c1', 1, lower, kind);
  run.commits('c1', 2);
  for (const [offset, generation] of effects) run.takesEffect(offset, generation);
  run.owns('c1', 'lost');
  run.owns('c2', 'assigned', 1, 2);
  return run;
}

const SERVED_LATE = [
  [2, 1],
  [1, 1],
] as const;

it('allows a start at a lower offset whose commit nobody had an answer to, and which the coordinator served late', () => {
  expect(kinds(overtaken('unknown', 'sync', SERVED_LATE))).toEqual([]);
  expect(kinds(overtaken('ok', 'async', SERVED_LATE))).toEqual([]);
});

it('allows it where an earlier attempt of an acknowledged commit was given up', () => {
  const run = overtaken('ok', 'sync', SERVED_LATE);
  expect(kinds(run)).toEqual([['commit-forgotten', 1]]);
  const { bus, orders } = run.cluster;
  bus.emit(commitCompleted, bus.names.idOf('c1'), orders, 1, 1, bus.names.idOf('sync'), bus.names.idOf('NETWORK_EXCEPTION'));
  expect(kinds(run)).toEqual([]);
});

it('finds it where the lower offset was not served late, was refused, or belongs to an older generation', () => {
  const [before, older] = [[...SERVED_LATE].reverse(), [[2, 2] as const, [1, 1] as const]];
  expect(kinds(overtaken('unknown', 'sync', before))).toEqual([['commit-forgotten', 1]]);
  expect(kinds(overtaken('failed', 'sync', SERVED_LATE))).toEqual([['commit-forgotten', 1]]);
  expect(kinds(overtaken('unknown', 'transaction', SERVED_LATE))).toEqual([['commit-forgotten', 1]]);
  expect(kinds(overtaken('unknown', 'sync', older))).toEqual([['commit-forgotten', 1]]);
});

/** After a commit of 2 the next owner begins at 3, and commits 3 only then. */
function beginsAhead(earlier: (run: HandmadeRun) => void): HandmadeRun {
  const run = reading(0, 1, 2);
  run.commits('c1', 2);
  earlier(run);
  run.owns('c1', 'revoked');
  const beganUs = run.tick();
  vi.spyOn(run.chronicle, 'generationBeganUs').mockImplementation((_group, generation) => (generation === 2 ? beganUs : 0));
  run.owns('c2', 'assigned', 3, 2);
  run.commits('c2', 3);
  return run;
}

it('finds an owner that begins at an offset which nobody had yet committed, though its successor does', () => {
  const run = beginsAhead(() => undefined);
  expect(kinds(run)).toEqual([['commits-not-linearizable', 3]]);
  const end = run.end();
  expect(checkCommittedOffsetsHonest(end, partitionHistories(end)).findings[0]?.message).toBe(
    "no order of group g's commits and first positions in orders-0 explains them. After 2 of 4 operations (… c1: begins at 0; c1: commit of 2) with 2 " +
      'committed, none of those that could come next fits: c2: begins at 3.',
  );
});

it('allows it where an unanswered or a refused commit may have done it, and where offsets are in transactions or have expired', () => {
  for (const outcome of ['unknown', 'failed'] as const) expect(kinds(beginsAhead((run) => run.commits('c1', 3, outcome)))).toEqual([]);
  expect(kinds(beginsAhead((run) => run.commits('c3', 2, 'ok', 'transaction')))).toEqual([]);
  const expired = beginsAhead(({ cluster: { bus, orders } }) => bus.emit(offsetExpired, 1, bus.names.idOf('g'), orders, 2));
  expect(kinds(expired)).toEqual([]);
});

/** The commit of offset 2 is acknowledged, and the next owner begins at 1. */
function beginsBefore(meanwhile: (run: HandmadeRun) => void): ReturnType<typeof checkCommittedOffsetsHonest> {
  const run = reading(0, 1);
  run.commits('c1', 2);
  run.owns('c1', 'revoked');
  meanwhile(run);
  run.owns('c2', 'assigned', 1, 2);
  const end = run.end();
  return checkCommittedOffsetsHonest(end, partitionHistories(end));
}

it('excuses a start elsewhere after the offset has expired, was taken by retention or a truncation, or a late commit took it back, and no other', () => {
  expect(beginsBefore(() => undefined)).toMatchObject({ violations: 1, excused: 0 });
  const excuses: ((run: HandmadeRun) => void)[] = [
    ({ cluster: { bus, orders } }): void => bus.emit(offsetExpired, 1, bus.names.idOf('g'), orders, 2),
    ({ cluster }): void => void (cluster.on(1).log.logStartOffset = 3),
    (run): void => run.truncated(2, 1),
  ];
  for (const excuse of excuses) expect(beginsBefore(excuse)).toMatchObject({ violations: 0, excused: 1 });
  const end = overtaken('unknown', 'sync', SERVED_LATE).end();
  expect(checkCommittedOffsetsHonest(end, partitionHistories(end))).toMatchObject({ violations: 0, excused: 1 });
});
