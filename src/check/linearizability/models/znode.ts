/**
 * One znode: created, set, deleted and checked under the condition of its version; and read, perhaps late.
 *
 * ZooKeeper promises that "all requests that update the state are serializable and respect precedence" (Hunt, Konar, Junqueira, Reed, USENIX ATC 2010, section
 * 2.3), and each single znode's updates are therefore linearizable. Its reads are not: a server answers them from what it has applied (same section;
 * Programmer's Guide, Consistency Guarantees). What holds for a read is that it shows some state that was committed, and that its own session's writes came
 * before it; that is for the history to say, by the moment from which the read may take effect.
 *
 * A multi is held against every znode by itself, which is less than it promises: that its parts take effect together is not judged. Leaves out: data (the
 * version stands for it), children, and the names of sequential znodes.
 */
import type { ZkCode, ZkOp } from '../../../zookeeper/protocol.js';
import type { Model } from '../Model.js';

export interface ZnodeState {
  /** -1: there is no such znode. */
  readonly version: number;
  /** Session that owns it; 0: persistent. */
  readonly owner: number;
}

/** What is asked of one znode by one request. */
export type ZnodeOp =
  /** Parts of one write, in order; `owner` is the session that creates ephemerals. */
  | { readonly f: 'write'; readonly parts: readonly ZkOp[]; readonly owner: number }
  | { readonly f: 'read' }
  /** A session ended, and its ephemerals with it. */
  | { readonly f: 'end-session'; readonly session: number };

/** What each part came to, up to the one that failed; `version` is that after it, where it was told. Not `applied`: a multi that failed, here or elsewhere. */
export interface WriteOutcome {
  readonly applied: boolean;
  readonly parts: readonly { readonly code: ZkCode; readonly version?: number }[];
}

/** The outcome of a write, or what a read showed; the end of a session has nothing to say. */
export type ZnodeResult = WriteOutcome | ZnodeState | 'ended';

const ABSENT: ZnodeState = { version: -1, owner: 0 };

/** @param initial what was there before the history begins. */
export function znodeModel(initial: ZnodeState = ABSENT): Model<ZnodeState, ZnodeOp, ZnodeResult> {
  return {
    initial,
    step,
    isRead: (op, result) => op.f === 'read' || (op.f === 'write' && !(result as WriteOutcome).applied),
    key: ({ version, owner }) => `${version}/${owner}`,
    describe,
    describeState: ({ version, owner }) =>
      version < 0 ? 'no such znode' : `version ${version}${owner === 0 ? '' : ` of session ${owner}`}`,
  };
}

function step(state: ZnodeState, op: ZnodeOp, result: ZnodeResult | null): ZnodeState | null {
  if (op.f === 'end-session') return state.version >= 0 && state.owner === op.session ? ABSENT : state;
  if (op.f === 'read') {
    const shown = result as ZnodeState | null;
    return shown === null || (shown.version === state.version && shown.owner === state.owner) ? state : null;
  }
  const told = result as WriteOutcome | null;
  let now = state;
  for (const [i, part] of op.parts.entries()) {
    const answer = told?.parts[i];
    const code = codeOf(now, part);
    if (answer === undefined) {
      if (code !== 'OK') return state;
    } else if (!fits(answer.code, code, part)) return null;
    if (code !== 'OK' || (answer !== undefined && answer.code !== 'OK')) return state;
    now = after(now, part, op.owner);
    if (answer?.version !== undefined && answer.version !== now.version) return null;
  }
  return told === null || told.applied ? now : state;
}

/** What the znode alone has to say. */
function codeOf(state: ZnodeState, part: ZkOp): ZkCode {
  if (part.op === 'create') return state.version < 0 ? 'OK' : 'NodeExists';
  if (state.version < 0) return 'NoNode';
  return part.version === -1 || part.version === state.version ? 'OK' : 'BadVersion';
}

/** Other znodes may have something to say as well: the parent of one to be created, the children of one to be deleted. */
function fits(told: ZkCode, code: ZkCode, part: ZkOp): boolean {
  if (told === code) return true;
  if (code !== 'OK') return false;
  return part.op === 'create' ? told === 'NoNode' || told === 'NoChildrenForEphemerals' : part.op === 'delete' && told === 'NotEmpty';
}

function after(state: ZnodeState, part: ZkOp, session: number): ZnodeState {
  if (part.op === 'create') return { version: 0, owner: part.mode === 'ephemeral' ? session : 0 };
  if (part.op === 'delete') return ABSENT;
  return part.op === 'set' ? { ...state, version: state.version + 1 } : state;
}

function describe(op: ZnodeOp, result: ZnodeResult | null): string {
  if (op.f === 'end-session') return `end of session ${op.session}`;
  if (op.f === 'read') {
    const shown = result as ZnodeState | null;
    return shown === null ? 'read' : shown.version < 0 ? 'read of no znode' : `read of version ${shown.version}`;
  }
  const told = result as WriteOutcome | null;
  const texts = op.parts.map((part, i) => {
    const answer = told?.parts[i];
    const asked = part.op === 'create' ? (part.mode === 'ephemeral' ? `create for session ${op.owner}` : 'create') : conditionText(part);
    if (answer === undefined) return asked;
    return `${asked} → ${answer.code}${answer.version === undefined ? '' : `, version ${answer.version}`}`;
  });
  return `${texts.join(' and ')}${told !== null && !told.applied && told.parts.every(({ code }) => code === 'OK') ? ' in a multi that failed' : ''}`;
}

function conditionText(part: ZkOp & { readonly version: number }): string {
  return part.version === -1 ? part.op : `${part.op} at version ${part.version}`;
}
