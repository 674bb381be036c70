import { describe, expect, it } from 'vitest';
import type { ZkCode, ZkOp } from '../../../zookeeper/protocol.js';
import { checkLinearizability } from '../linearizability.js';
import type { Operation } from '../Model.js';
import type { WriteOutcome, ZnodeOp, ZnodeResult, ZnodeState } from './znode.js';
import { znodeModel } from './znode.js';

type ZnodeHistory = Operation<ZnodeOp, ZnodeResult>[];

const PATH = '/controller_epoch';

function create(owner = 0): ZnodeOp {
  const mode = owner === 0 ? 'persistent' : 'ephemeral';
  return { f: 'write', parts: [{ op: 'create', path: PATH, data: null, mode }], owner };
}

function conditional(op: 'set' | 'delete' | 'check', version: number): ZnodeOp {
  return { f: 'write', parts: [conditionalPart(op, version)], owner: 0 };
}

function conditionalPart(op: 'set' | 'delete' | 'check', version: number): ZkOp {
  return op === 'set' ? { op, path: PATH, data: null, version } : { op, path: PATH, version };
}

function told(code: ZkCode, version?: number): WriteOutcome {
  return { applied: code === 'OK', parts: [version === undefined ? { code } : { code, version }] };
}

/** Operations one after the other, each of its own client, unless a span says otherwise. */
function history(...operations: readonly (readonly [ZnodeOp, ZnodeResult | null, (readonly [number, number])?])[]): ZnodeHistory {
  return operations.map(([op, result, span], i) => {
    const [invoked, completed] = span ?? [i * 10, i * 10 + 5];
    return { client: `c${i}`, op, invoked, completed: result === null ? null : completed, result };
  });
}

function verdictOn(operations: ZnodeHistory, initial?: ZnodeState): string {
  return checkLinearizability(znodeModel(initial), operations).verdict;
}

const THERE: ZnodeState = { version: 0, owner: 0 };
const READ: ZnodeOp = { f: 'read' };

describe('conditional updates', () => {
  it('count versions, and refuse another version, a znode that is there and one that is not', () => {
    const all = history(
      [conditional('set', 0), told('NoNode')],
      [create(), told('OK')],
      [create(), told('NodeExists')],
      [conditional('set', 0), told('OK', 1)],
      [conditional('set', 0), told('BadVersion')],
      [conditional('check', 1), told('OK')],
      [conditional('set', -1), told('OK', 2)],
      [conditional('delete', 2), told('OK')],
      [create(), told('OK')],
      [conditional('set', 0), told('OK', 1)],
    );
    expect(verdictOn(all)).toBe('linearizable');
  });

  it('let one of two win who ask for the same version, whichever it is', () => {
    const both = [0, 9] as const;
    const won = [conditional('set', 0), told('OK', 1), both] as const;
    expect(verdictOn(history(won, [conditional('set', 0), told('BadVersion'), both]), THERE)).toBe('linearizable');
    expect(verdictOn(history(won, [conditional('set', 0), told('OK', 1), both]), THERE)).toBe('not-linearizable');
    expect(verdictOn(history(won, [conditional('set', 0), told('OK', 2), both]), THERE)).toBe('not-linearizable');
  });

  it('tell the version that they made', () => {
    expect(verdictOn(history([conditional('set', -1), told('OK', 1)]), THERE)).toBe('linearizable');
    expect(verdictOn(history([conditional('set', -1), told('OK', 2)]), THERE)).toBe('not-linearizable');
  });

  it('may have taken effect unanswered, at most once', () => {
    const lost = [conditional('set', 0), null] as const;
    expect(verdictOn(history(lost, [conditional('set', 0), told('BadVersion')]), THERE)).toBe('linearizable');
    expect(verdictOn(history(lost, [conditional('set', 0), told('OK', 1)]), THERE)).toBe('linearizable');
    expect(verdictOn(history(lost, [conditional('set', 1), told('OK', 2)], [conditional('set', 1), told('OK', 2)]), THERE)).toBe(
      'not-linearizable',
    );
  });

  it('heed what other znodes have to say, but not against what this one says', () => {
    expect(verdictOn(history([create(), told('NoNode')], [create(), told('NoChildrenForEphemerals')]))).toBe('linearizable');
    expect(verdictOn(history([create(), told('NoNode')]), THERE)).toBe('not-linearizable');
    expect(verdictOn(history([conditional('delete', 0), told('NotEmpty')]), THERE)).toBe('linearizable');
    expect(verdictOn(history([conditional('delete', 1), told('NotEmpty')]), THERE)).toBe('not-linearizable');
  });
});

describe('a multi', () => {
  const parts = [conditionalPart('check', 0), conditionalPart('set', 0), conditionalPart('set', 1)];
  const multi: ZnodeOp = { f: 'write', parts, owner: 0 };
  const answers = parts.map(() => ({ code: 'OK' as const }));

  it('has each part see those before it', () => {
    const after = [conditional('check', 2), told('OK')] as const;
    expect(verdictOn(history([multi, { applied: true, parts: answers }], after), THERE)).toBe('linearizable');
  });

  it('leaves all as it was when it fails elsewhere, though its parts here would have done', () => {
    const failed = [multi, { applied: false, parts: answers }] as const;
    expect(verdictOn(history(failed, [conditional('check', 0), told('OK')]), THERE)).toBe('linearizable');
    expect(verdictOn(history(failed, [conditional('check', 2), told('OK')]), THERE)).toBe('not-linearizable');
  });

  it('must not let a part pass that did not fit', () => {
    const stale = [conditional('set', 0), told('OK', 1)] as const;
    expect(verdictOn(history(stale, [multi, { applied: false, parts: answers }]), THERE)).toBe('not-linearizable');
  });
});

describe('an ephemeral znode', () => {
  it('goes with its session, and with no other', () => {
    const made = [create(7), told('OK')] as const;
    const again = [create(8), told('OK')] as const;
    const end = (session: number) => [{ f: 'end-session', session }, 'ended'] as const;
    expect(verdictOn(history(made, end(7), again))).toBe('linearizable');
    expect(verdictOn(history(made, end(8), again))).toBe('not-linearizable');
    expect(verdictOn(history(made, again))).toBe('not-linearizable');
  });
});

describe('a read', () => {
  const changed = [conditional('set', 0), told('OK', 1), [10, 15]] as const;

  it('may show an old state from the moment on that its session allows, and none from before', () => {
    expect(verdictOn(history(changed, [READ, THERE, [-1, 25]]), THERE)).toBe('linearizable');
    expect(verdictOn(history(changed, [READ, THERE, [16, 25]]), THERE)).toBe('not-linearizable');
  });

  it('never shows what is not there yet, or never was', () => {
    expect(verdictOn(history(changed, [READ, { version: 1, owner: 0 }, [-1, 5]]), THERE)).toBe('not-linearizable');
    expect(verdictOn(history(changed, [READ, { version: 0, owner: 4 }, [-1, 25]]), THERE)).toBe('not-linearizable');
    expect(verdictOn(history(changed, [READ, { version: -1, owner: 0 }, [-1, 25]]), THERE)).toBe('not-linearizable');
  });
});
