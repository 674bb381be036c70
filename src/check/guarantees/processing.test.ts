import { describe, expect, it } from 'vitest';
import { GroupOffsets } from './groupOffsets.js';
import { groupsOf } from './groupWork.js';
import { checkProcessing, type ProcessingGuarantee } from './processing.js';
import { markerOf, transactionalBatch } from '../testing.js';
import { HandmadeRun } from './testing.js';

function check(run: HandmadeRun, name: ProcessingGuarantee): ReturnType<typeof checkProcessing> {
  const end = run.end();
  return checkProcessing(name, end, groupsOf(end), () => new GroupOffsets(end));
}

/** Three records at offsets 0 to 2; the group began at 0 and has committed 2. */
function three(application: Parameters<HandmadeRun['member']>[1] = {}): { run: HandmadeRun; values: number[] } {
  const run = new HandmadeRun();
  run.member('c1', application);
  run.owns('c1', 'assigned', 0);
  const values = [run.acknowledged(0), run.acknowledged(1), run.acknowledged(2)];
  run.log(1, ...values);
  run.committedInTheEnd(2);
  return { run, values };
}

describe('effects outside Kafka', () => {
  it('finds a record below the committed offset that nobody finished', () => {
    const { run } = three();
    run.processes('c1', 0, 0);
    run.processes('c1', 1, 1, false);
    const { findings, judged } = check(run, 'at-least-once');
    expect(findings).toMatchObject([{ kind: 'record-not-processed', offset: 1 }]);
    expect(judged).toBe(2);
    expect(check(run, 'at-most-once').violations).toBe(0);
  });

  it('finds a record that took effect twice', () => {
    const { run } = three();
    for (const client of ['c1', 'c2'])
      for (const offset of [0, 1]) if (client === 'c1' || offset === 1) run.processes(client, offset, offset);
    expect(check(run, 'at-most-once').findings).toMatchObject([{ kind: 'record-processed-twice', offset: 1 }]);
    expect(check(run, 'at-least-once').violations).toBe(0);
  });

  it('owes nothing from before the group began, nor beyond what it committed', () => {
    const run = new HandmadeRun();
    run.member('c1');
    run.owns('c1', 'assigned', 1);
    run.log(1, run.acknowledged(0), run.acknowledged(1), run.acknowledged(2));
    run.committedInTheEnd(2);
    run.processes('c1', 1, 1);
    expect(check(run, 'at-least-once')).toMatchObject({ violations: 0, judged: 1 });
    expect(check(run, 'exactly-once')).toMatchObject({ violations: 0, judged: 0 });
  });

  it('excuses what retention took', () => {
    const { run } = three();
    run.cluster.on(1).log.logStartOffset = 1;
    run.processes('c1', 1, 1);
    expect(check(run, 'at-least-once')).toMatchObject({ violations: 0, judged: 1, excused: 1 });
  });
});

describe('consume-transform-produce', () => {
  function outputs(run: HandmadeRun, ...inputs: number[]): void {
    const { id, log } = run.cluster.add('outputs-0');
    const values = inputs.map((input, offset) => {
      const value = run.history.sendInvoked('c1', 'outputs', null, run.tick(), -1, input);
      run.history.sendSucceeded(value, id, offset, run.tick());
      return value;
    });
    log.batches.push(...new HandmadeRun().log(1, ...values));
  }

  it('finds inputs without an output and inputs with two', () => {
    const { run, values } = three({ output: 'outputs' });
    outputs(run, values[1] as number, values[1] as number);
    expect(check(run, 'exactly-once').findings.map(({ kind, offset }) => [kind, offset])).toEqual([
      ['record-without-output', 0],
      ['record-with-two-outputs', 1],
    ]);
    expect(check(run, 'at-least-once').violations).toBe(1);
    expect(check(run, 'at-most-once').violations).toBe(1);
  });

  it('excuses two outputs of a record that lies there twice, and no third', () => {
    for (const [made, violations] of [[2, 0] as const, [3, 2] as const]) {
      const run = new HandmadeRun();
      run.member('c1', { output: 'outputs' });
      run.owns('c1', 'assigned', 0);
      const value = run.acknowledged(0);
      run.log(1, value, value);
      run.committedInTheEnd(2);
      outputs(run, ...Array<number>(made).fill(value));
      expect(check(run, 'exactly-once')).toMatchObject({ violations, excused: 2 - violations });
    }
  });

  it('counts an output that compaction took, where its transaction was committed, and does not guess where nobody knows', () => {
    const judged = (told: 'committed' | 'aborted' | 'unknown', sent: 'ok' | 'unknown' = 'ok'): unknown => {
      const { run, values } = three({ output: 'outputs' });
      const { id, log } = run.cluster.add('outputs-0');
      const transaction = run.history.transactionBegan('c1', 't1', run.tick());
      const [, last] = [values[0] as number, values[1] as number].map((input, offset) => {
        const value = run.history.sendInvoked('c1', 'outputs', null, run.tick(), transaction, input);
        if (offset === 1 || sent === 'ok') run.history.sendSucceeded(value, id, offset, run.tick());
        else run.history.sendUnknown(value, 'TIMEOUT', run.tick());
        run.history.sendPartitioned(value, id);
        return value;
      });
      run.history.transactionEnded(transaction, told, '', run.tick());
      // Offset 0 was compacted away.
      log.batches.push(transactionalBatch(1, 7, 0, last as number), markerOf(2, 7, 0, told !== 'aborted'));
      const { violations, unseen } = check(run, 'at-least-once');
      return { violations, unseen };
    };
    expect(judged('committed')).toEqual({ violations: 0, unseen: 0 });
    expect(judged('unknown')).toEqual({ violations: 0, unseen: 1 });
    expect(judged('committed', 'unknown')).toEqual({ violations: 0, unseen: 1 });
    expect(judged('aborted')).toEqual({ violations: 2, unseen: 0 });
  });

  it('does not miss an output whose transaction its coordinator forgot', () => {
    const { run, values } = three({ output: 'outputs' });
    const { id, log } = run.cluster.add('outputs-0');
    const transaction = run.history.transactionBegan('c1', 't1', run.tick());
    const outs = [0, 1].map((offset) => {
      const value = run.history.sendInvoked('c1', 'outputs', null, run.tick(), transaction, values[offset]);
      run.history.sendSucceeded(value, id, offset, run.tick());
      return value;
    });
    log.batches.push(transactionalBatch(0, 7, 0, ...outs));
    expect(check(run, 'exactly-once').violations).toBe(2);
    const state = run.cluster.add('__transaction_state-0').id;
    run.takesOver(1, state, 1, 8, 6);
    run.takesOver(2, state, 2, 7, 6);
    expect(check(run, 'exactly-once')).toMatchObject({ violations: 0, unseen: 2 });
  });

  it('allows one output each', () => {
    const { run, values } = three({ output: 'outputs' });
    outputs(run, ...values);
    expect(check(run, 'exactly-once')).toMatchObject({ violations: 0, judged: 3 });
  });
});
