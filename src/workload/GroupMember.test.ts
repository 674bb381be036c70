import { describe, expect, test } from 'vitest';
import type { History } from '../check/history.js';
import { apply, member, producer, S } from './testing.js';

const load = { ...producer, count: 60, everyUs: 50_000, keys: 5 };

/** How often each record was dealt with to the end. */
function effects(history: History): number[] {
  const inputs = history.sends.filter((send) => send.client === 'p1');
  return inputs.map((input) => history.processed.filter(({ value, endedUs }) => value === input.value && endedUs >= 0).length);
}

function committed(history: History, kind: string): number {
  return history.commits.filter((commit) => commit.kind === kind && commit.outcome === 'ok').length;
}

describe('members of a group', () => {
  test.each(['auto', 'before', 'after', 'never'] as const)('that commit %s share the partitions and deal with every record', (commit) => {
    const { history, runTo } = apply([load], [member('c1', { commit }), member('c2', { commit })]);
    runTo(12 * S);
    // Without commits the rebalance that brings the second member in sends the first one back to the beginning.
    if (commit === 'never') expect(Math.min(...effects(history))).toBeGreaterThan(0);
    else expect(effects(history)).toEqual(Array(60).fill(1));
    const owners = history.ownership.filter(({ kind }) => kind === 'assigned').map(({ client }) => client);
    expect(new Set(owners)).toEqual(new Set(['c1', 'c2']));
    const kinds = new Set(history.commits.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set({ auto: ['auto'], before: ['sync'], after: ['sync'], never: [] }[commit]));
  });

  test('commit before they process, or after it', () => {
    const first = (commit: 'before' | 'after'): number[] => {
      const { history, runTo } = apply([load], [member('c1', { commit, processUs: 20_000 })]);
      runTo(8 * S);
      return [history.commits[0]?.completedUs ?? 0, history.processed[0]?.endedUs ?? 0];
    };
    const [committedFirst = 0, processedThen = 0] = first('before');
    expect(committedFirst).toBeLessThan(processedThen);
    const [committedThen = 0, processedFirst = 0] = first('after');
    expect(processedFirst).toBeLessThan(committedThen);
  });

  test('with a pool of workers commit only what is done without a gap', () => {
    const { history, runTo } = apply([{ ...load, partition: 0 }], [member('c1', { commit: 'after', workers: 3, processUs: 200_000 })]);
    runTo(20 * S);
    expect(effects(history)).toEqual(Array(60).fill(1));
    expect(committed(history, 'sync')).toBeGreaterThan(3);
    for (const { invokedUs, offsets } of history.commits) {
      const done = new Set(history.processed.filter(({ endedUs }) => endedUs >= 0 && endedUs <= invokedUs).map(({ offset }) => offset));
      for (const { offset } of offsets) for (let below = 0; below < offset; below++) expect(done.has(below)).toBe(true);
    }
  });

  test('have one commitSync under way at a time, also with a pool of workers and while partitions are taken from them', () => {
    const slow = { commit: 'after', workers: 4, processUs: 30_000 } as const;
    const { history, simulation, workload, runTo } = apply(
      [{ ...load, count: 500, everyUs: 40_000 }],
      [member('c1', slow, { 'session.timeout.ms': 3000, 'partition.assignment.strategy': 'cooperative-sticky' })],
    );
    simulation.network.latency = { minUs: 60_000, maxUs: 100_000, spikeChance: 0, spikeMeanUs: 0 };
    for (const second of [8, 13]) {
      runTo(second * S);
      workload.join('g1');
    }
    runTo(30 * S);
    expect(committed(history, 'sync')).toBeGreaterThan(20);
    for (const client of new Set(history.commits.map((commit) => commit.client))) {
      const commits = history.commits.filter((commit) => commit.client === client);
      commits.forEach(({ invokedUs }, i) => {
        if (i > 0) expect(commits[i - 1]?.completedUs).toBeLessThanOrEqual(invokedUs);
      });
    }
  });

  test('killed after auto-commit and before their workers are done have lost records; committing after processing they have not', () => {
    const run = (commit: 'auto' | 'after'): number[] => {
      const properties = { 'auto.commit.interval.ms': 100 };
      const { history, workload, runTo } = apply([load], [member('c1', { commit, workers: 2, processUs: 1_000_000 }, properties)]);
      runTo(4 * S);
      workload.kill('c1');
      runTo(4.5 * S);
      workload.restart('c1');
      runTo(60 * S);
      return effects(history);
    };
    expect(Math.min(...run('auto'))).toBe(0);
    expect(Math.min(...run('after'))).toBe(1);
  });

  test('hand over when they leave in order: nothing is lost, nothing is done twice, and the commit is known', () => {
    const { history, workload, runTo } = apply([load], [member('c1', { processUs: 5_000 }), member('c2', { processUs: 5_000 })]);
    runTo(4 * S);
    let ended = false;
    workload.shutDown('c1', () => (ended = true));
    runTo(12 * S);
    expect(ended).toBe(true);
    expect(effects(history)).toEqual(Array(60).fill(1));
    expect(history.ownership.filter(({ client, kind }) => client === 'c1' && kind !== 'assigned').map(({ kind }) => kind)).toContain(
      'revoked',
    );
    expect(history.commits.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('with a pool of workers let it finish before they leave in order, whoever commits', () => {
    const properties = { 'auto.commit.interval.ms': 100 };
    const { history, workload, runTo } = apply([load], [member('c1', { commit: 'auto', workers: 2, processUs: 150_000 }, properties)]);
    runTo(4 * S);
    workload.shutDown('c1', () => {});
    runTo(12 * S);
    workload.restart('c1');
    runTo(40 * S);
    expect(effects(history)).toEqual(Array(60).fill(1));
  });

  test('that join later take their share, and leave for good when they are told to', () => {
    const { history, workload, runTo } = apply([load], [member('c1', {})]);
    runTo(3 * S);
    const id = workload.join('g1');
    runTo(8 * S);
    expect(workload.members.map(({ owned }) => owned.size)).toEqual([1, 1]);
    workload.retire(id);
    runTo(14 * S);
    workload.restart(id);
    runTo(15 * S);
    expect(workload.membersOf('g1')).toEqual(['c1']);
    expect(workload.members.map(({ owned, running }) => [owned.size, running])).toEqual([
      [2, true],
      [0, false],
    ]);
    expect(effects(history)).toEqual(Array(60).fill(1));
    expect(workload.join('nobody')).toBe('');
  });

  test('transform: one output for each input, whose effect is its acknowledgement', () => {
    const { history, runTo } = apply([load], [member('c1', { output: 'output' })]);
    runTo(12 * S);
    const outputs = history.sends.filter((send) => send.client === 'c1');
    const inputs = history.sends.filter((send) => send.client === 'p1');
    expect(outputs.map((send) => send.input).sort((a, b) => a - b)).toEqual(inputs.map((send) => send.value));
    for (const { value, endedUs } of history.processed) {
      expect(outputs.find(({ input }) => input === value)?.completedUs).toBe(endedUs);
    }
  });
});
