/**
 * The tree of znodes, as one server holds it, and the rules that turn requested operations into changes.
 *
 * Planning looks at the tree and at what earlier operations of the same request would do (ZooKeeper's outstanding change records);
 * applying is then a matter of course and cannot fail, so every server that applies the same transactions holds the same tree.
 * Leaves out: ACLs, quotas, containers, TTL znodes, and znode times.
 */
import type { ZkCode, ZkOp, ZkOpResult, Stat } from './protocol.js';

/** What one transaction does to the tree. */
export type Change =
  | { readonly type: 'create'; readonly path: string; readonly data: unknown; readonly owner: number }
  | { readonly type: 'delete'; readonly path: string }
  | { readonly type: 'set'; readonly path: string; readonly data: unknown; readonly version: number };

/** Operations checked: what to apply, or (no changes) what failed. `results` still lack their stats. */
export interface Plan {
  readonly code: ZkCode;
  readonly failedIndex: number;
  readonly results: readonly ZkOpResult[];
  readonly changes: readonly Change[];
}

interface Znode {
  data: unknown;
  readonly czxid: number;
  mzxid: number;
  pzxid: number;
  version: number;
  /** Children ever created; the sequence counter. */
  creations: number;
  readonly owner: number;
  readonly children: Set<string>;
}

/** What planning knows of a znode after the operations before; null: it does not exist. */
interface Outlook {
  version: number;
  creations: number;
  childCount: number;
  readonly owner: number;
}

/** The tree as its readers see it. */
export interface CommittedStore {
  has(path: string): boolean;
  /** The data at `path`; undefined when there is no such znode. */
  getData(path: string): unknown;
  /** A copy of the znode's stat, or undefined. */
  stat(path: string): Stat | undefined;
  /** Names of the children in order of code units, or undefined when there is no such znode. */
  children(path: string): string[] | undefined;
  /** Transaction that last set the data; 0 when there is no such znode. */
  mzxid(path: string): number;
  /** Transaction that last changed the set of children; 0 when there is no such znode. */
  pzxid(path: string): number;
}

export class DataTree implements CommittedStore {
  private readonly znodes = new Map<string, Znode>();
  private readonly ephemerals = new Map<number, Set<string>>();

  /** @param versionChecks false lets conditional operations through whatever the version: for putting the checkers on trial. */
  constructor(private readonly versionChecks = true) {
    this.znodes.set('/', newZnode(null, 0, 0));
  }

  has(path: string): boolean {
    return this.znodes.has(path);
  }

  getData(path: string): unknown {
    return this.znodes.get(path)?.data;
  }

  stat(path: string): Stat | undefined {
    const znode = this.znodes.get(path);
    if (znode === undefined) return undefined;
    const { czxid, mzxid, pzxid, version, creations, owner } = znode;
    return { czxid, mzxid, pzxid, version, cversion: creations * 2 - znode.children.size, ephemeralOwner: owner };
  }

  children(path: string): string[] | undefined {
    const znode = this.znodes.get(path);
    return znode === undefined ? undefined : [...znode.children].sort(byCodeUnit);
  }

  mzxid(path: string): number {
    return this.znodes.get(path)?.mzxid ?? 0;
  }

  pzxid(path: string): number {
    return this.znodes.get(path)?.pzxid ?? 0;
  }

  /** Paths of the ephemerals of a session, in order of creation. */
  ephemeralsOf(session: number): string[] {
    return [...(this.ephemerals.get(session) ?? [])];
  }

  /** Checks the operations of one request in order, each seeing those before it; all or nothing. */
  plan(ops: readonly ZkOp[], session: number): Plan {
    const planner = new Planner(this.znodes, session, this.versionChecks);
    const results: ZkOpResult[] = [];
    for (let i = 0; i < ops.length; i++) {
      const result = planner.check(ops[i] as ZkOp);
      results.push(result);
      if (result.code === 'OK') continue;
      for (let rest = i + 1; rest < ops.length; rest++) results.push({ code: 'RuntimeInconsistency' });
      const rolledBack = results.map((each, index) => (index < i ? { code: 'OK' as const } : each));
      return { code: result.code, failedIndex: i, results: rolledBack, changes: [] };
    }
    return { code: 'OK', failedIndex: -1, results, changes: planner.changes };
  }

  apply(change: Change, zxid: number): void {
    switch (change.type) {
      case 'create':
        this.create(change.path, change.data, change.owner, zxid);
        return;
      case 'delete':
        this.remove(change.path, zxid);
        return;
      case 'set': {
        const znode = this.znodes.get(change.path) as Znode;
        znode.data = change.data;
        znode.mzxid = zxid;
        znode.version = change.version;
      }
    }
  }

  private create(path: string, data: unknown, owner: number, zxid: number): void {
    this.znodes.set(path, newZnode(data, owner, zxid));
    const parent = this.znodes.get(parentOf(path)) as Znode;
    parent.children.add(nameOf(path));
    parent.creations++;
    parent.pzxid = zxid;
    if (owner === 0) return;
    const owned = this.ephemerals.get(owner);
    if (owned === undefined) this.ephemerals.set(owner, new Set([path]));
    else owned.add(path);
  }

  private remove(path: string, zxid: number): void {
    const znode = this.znodes.get(path) as Znode;
    this.znodes.delete(path);
    const parent = this.znodes.get(parentOf(path)) as Znode;
    parent.children.delete(nameOf(path));
    parent.pzxid = zxid;
    if (znode.owner === 0) return;
    const owned = this.ephemerals.get(znode.owner);
    owned?.delete(path);
    if (owned?.size === 0) this.ephemerals.delete(znode.owner);
  }
}

/** Checks operations against the tree and the changes planned so far. */
class Planner {
  readonly changes: Change[] = [];
  private readonly outlooks = new Map<string, Outlook | null>();

  constructor(
    private readonly znodes: ReadonlyMap<string, Znode>,
    private readonly session: number,
    private readonly versionChecks: boolean,
  ) {}

  check(op: ZkOp): ZkOpResult {
    if (op.op === 'create') return this.checkCreate(op);
    const outlook = this.outlook(op.path);
    if (outlook === null) return { code: 'NoNode' };
    if (this.versionChecks && op.version !== -1 && op.version !== outlook.version) return { code: 'BadVersion' };
    if (op.op === 'set') {
      outlook.version++;
      this.changes.push({ type: 'set', path: op.path, data: op.data, version: outlook.version });
    } else if (op.op === 'delete') {
      if (outlook.childCount > 0) return { code: 'NotEmpty' };
      this.outlooks.set(op.path, null);
      (this.outlook(parentOf(op.path)) as Outlook).childCount--;
      this.changes.push({ type: 'delete', path: op.path });
    }
    return { code: 'OK' };
  }

  private checkCreate(op: ZkOp & { op: 'create' }): ZkOpResult {
    const parent = this.outlook(parentOf(op.path));
    if (parent === null) return { code: 'NoNode' };
    const path = op.mode === 'persistent-sequential' ? `${op.path}${sequenceSuffix(parent.creations)}` : op.path;
    if (this.outlook(path) !== null) return { code: 'NodeExists' };
    if (parent.owner !== 0) return { code: 'NoChildrenForEphemerals' };
    const owner = op.mode === 'ephemeral' ? this.session : 0;
    parent.creations++;
    parent.childCount++;
    this.outlooks.set(path, { version: 0, creations: 0, childCount: 0, owner });
    this.changes.push({ type: 'create', path, data: op.data, owner });
    return { code: 'OK', path };
  }

  private outlook(path: string): Outlook | null {
    let outlook = this.outlooks.get(path);
    if (outlook === undefined) {
      const znode = this.znodes.get(path);
      outlook =
        znode === undefined
          ? null
          : { version: znode.version, creations: znode.creations, childCount: znode.children.size, owner: znode.owner };
      this.outlooks.set(path, outlook);
    }
    return outlook;
  }
}

/** `/a/b` for `/a/b/c`, `/` for `/a`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function newZnode(data: unknown, owner: number, zxid: number): Znode {
  return { data, czxid: zxid, mzxid: zxid, pzxid: zxid, version: 0, creations: 0, owner, children: new Set() };
}

function sequenceSuffix(counter: number): string {
  return String(counter).padStart(10, '0');
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
