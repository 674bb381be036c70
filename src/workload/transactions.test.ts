import { describe, expect, test } from 'vitest';
import { apply, consumer, member, producer, S } from './testing.js';

const committing = { 'isolation.level': 'read_committed', 'auto.offset.reset': 'earliest' };
const watcher = { ...consumer, id: 'w1', topics: ['orders', 'output'], properties: committing };
const transactional = { ...producer, count: 23, transaction: { records: 5, abortEvery: 3 }, properties: { 'transactional.id': 'p1' } };

describe('transactional producers', () => {
  test('send so many records in each transaction, abort as they should, and end the last one with what is left', () => {
    const { history, runTo } = apply([transactional], [watcher]);
    runTo(15 * S);
    const sizes = history.transactions.map(({ id }) => history.sends.filter((send) => send.transaction === id).length);
    expect(sizes).toEqual([5, 5, 5, 5, 3]);
    expect(history.transactions.map(({ outcome }) => outcome)).toEqual(['committed', 'committed', 'aborted', 'committed', 'committed']);
    const visible = history.polls.flatMap((poll) => poll.values).sort((a, b) => a - b);
    const aborted = history.transactions.findIndex(({ outcome }) => outcome === 'aborted');
    expect(visible).toEqual(history.sends.filter((send) => send.transaction !== aborted).map((send) => send.value));
  });

  test('killed in a transaction leave it open; their next incarnation begins a new one, and the old one is never seen', () => {
    const { history, workload, runTo } = apply([{ ...transactional, transaction: { records: 5, abortEvery: 0 } }], [watcher]);
    runTo(2.9 * S);
    workload.kill('p1');
    const open = history.transactions.at(-1);
    expect(open).toMatchObject({ outcome: 'open', asked: 'none' });
    workload.restart('p1');
    runTo(20 * S);
    const visible = new Set(history.polls.flatMap((poll) => poll.values));
    expect(history.sends.filter((send) => send.transaction === open?.id).some((send) => visible.has(send.value))).toBe(false);
    expect(history.transactions.slice((open?.id ?? 0) + 1).every(({ outcome }) => outcome === 'committed')).toBe(true);
    expect(history.sends).toHaveLength(23);
  });

  test('end the open transaction before they stop in order', () => {
    const { history, workload, runTo } = apply([transactional], []);
    runTo(2.3 * S);
    expect(workload.openTransactions).toBe(1);
    workload.shutDown('p1', () => {});
    runTo(6 * S);
    expect([workload.openTransactions, history.transactions.map(({ outcome }) => outcome)]).toEqual([0, ['committed']]);
  });
});

describe('consume, transform, produce in transactions', () => {
  const members = ['c1', 'c2'].map((id) => member(id, { commit: 'transaction', output: 'output', processUs: 3_000 }, committing));
  const load = { ...producer, count: 60, everyUs: 50_000, keys: 5 };

  /** How often the output of each input is there for a read_committed reader. */
  const outputsSeen = (history: ReturnType<typeof apply>['history']): number[] => {
    const seen = new Set(history.polls.filter(({ client }) => client === 'w1').flatMap((poll) => poll.values));
    const outputs = history.sends.filter(({ value }) => seen.has(value));
    return history.sends.filter(({ client }) => client === 'p1').map((sent) => outputs.filter(({ input }) => input === sent.value).length);
  };

  test('gives one output for each input, with the offsets in the same transactions', () => {
    const { history, runTo } = apply([load], [...members, watcher]);
    runTo(15 * S);
    expect(outputsSeen(history)).toEqual(Array(60).fill(1));
    expect(history.transactions.every(({ outcome, offsets }) => outcome === 'committed' && offsets.length > 0)).toBe(true);
    expect(history.commits.every(({ kind, outcome, transaction }) => kind === 'transaction' && outcome === 'ok' && transaction >= 0)).toBe(
      true,
    );
  });

  test('stays so when a member is killed in the middle and comes back', () => {
    const { history, workload, runTo } = apply([load], [...members, watcher]);
    runTo(3.5 * S);
    workload.kill('c1');
    runTo(4 * S);
    workload.restart('c1');
    runTo(30 * S);
    expect(outputsSeen(history)).toEqual(Array(60).fill(1));
    expect(history.sends.filter(({ client }) => client !== 'p1').length).toBeGreaterThanOrEqual(60);
  });

  test('stops in order whatever its producer has just met: fenced in a transaction, or before its successor is ready', () => {
    const once = { count: 1, transaction: { records: 1, abortEvery: 0 }, properties: { 'transactional.id': 'c1' } };
    const rival = { ...producer, id: 'p2', startUs: 3 * S, ...once };
    let fenced = 0;
    for (let afterUs = 0; afterUs < 1.6 * S; afterUs += 40_000) {
      const { history, workload, runTo } = apply([load, rival], members);
      let closed = 0;
      runTo(2.8 * S + afterUs);
      workload.shutDown('c1', () => closed++);
      runTo(30 * S);
      expect([afterUs, closed, workload.members[0]?.running]).toEqual([afterUs, 1, false]);
      if (history.transactions.some(({ client, outcome }) => client === 'c1' && outcome !== 'committed')) fenced++;
    }
    expect(fenced).toBeGreaterThan(0);
  });

  test('stops in order even where no broker is left to take on its producer', () => {
    const { cluster, workload, runTo } = apply([], members.slice(0, 1));
    runTo(S);
    cluster.killBroker(1);
    runTo(70 * S);
    let closed = false;
    workload.shutDown('c1', () => (closed = true));
    runTo(200 * S);
    expect(closed).toBe(true);
  });
});
