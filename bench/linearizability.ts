/** The linearizability check on histories of registers, the measure that Porcupine's bundled histories set: 50 clients with 3,424 calls and returns. */
import { checkEachLinearizability } from '../src/check/linearizability/linearizability.js';
import type { Operation } from '../src/check/linearizability/Model.js';
import type { RegisterOp, RegisterResult } from '../src/check/linearizability/testing.js';
import { REGISTER } from '../src/check/linearizability/testing.js';
import { Random } from '../src/engine/random.js';

export interface LinearizabilityFigures {
  readonly ms: number;
  readonly steps: number;
  readonly verdict: string;
}

interface Shape {
  readonly clients: number;
  readonly operations: number;
  readonly keys: number;
  /** Share of operations that nobody got an answer to. */
  readonly pending?: number;
  /** The last read of every key gives a value that was never written. */
  readonly isBroken?: boolean;
}

interface Planned {
  readonly client: string;
  readonly key: string;
  readonly op: RegisterOp;
  readonly invoked: number;
  readonly effect: number;
  readonly completed: number;
}

/** Every client asks one thing after another: reads, writes and compare-and-sets of five values; each takes effect somewhere in between. */
function historyOf(shape: Shape): Map<string, Operation<RegisterOp, RegisterResult>[]> {
  const random = new Random('bench/linearizability');
  const planned: Planned[] = [];
  for (let c = 0; c < shape.clients; c++) {
    let now = random.int(1000);
    for (let i = 0; i < shape.operations / shape.clients; i++) {
      const effect = now + 1 + random.int(1000);
      const completed = effect + 1 + random.int(1000);
      const f = random.pick(['read', 'write', 'cas'] as const);
      const op: RegisterOp =
        f === 'read' ? { f } : f === 'write' ? { f, value: random.int(5) } : { f, from: random.int(5), to: random.int(5) };
      planned.push({ client: `c${c}`, key: `k${random.int(shape.keys)}`, op, invoked: now, effect, completed });
      now = completed + random.int(200);
    }
  }
  planned.sort((a, b) => a.effect - b.effect);
  const states = new Map<string, number>();
  const byKey = new Map<string, Operation<RegisterOp, RegisterResult>[]>();
  for (const { client, key, op, invoked, completed } of planned) {
    const state = states.get(key) ?? REGISTER.initial;
    states.set(key, REGISTER.step(state, op, null) ?? state);
    const result = op.f === 'read' ? state : op.f === 'write' ? 'done' : state === op.from;
    const isPending = random.chance(shape.pending ?? 0);
    const operations = byKey.get(key) ?? [];
    byKey.set(key, operations);
    operations.push({ client, op, invoked, ...(isPending ? { completed: null, result: null } : { completed, result }) });
  }
  if (shape.isBroken === true) {
    for (const operations of byKey.values()) {
      operations.push({
        client: 'last',
        op: { f: 'read' },
        invoked: Number.MAX_SAFE_INTEGER,
        completed: Number.MAX_SAFE_INTEGER,
        result: -1,
      });
    }
  }
  return byKey;
}

export function linearizability(shape: Shape): LinearizabilityFigures {
  const byKey = historyOf(shape);
  const start = process.hrtime.bigint();
  const { verdict, steps } = checkEachLinearizability(() => REGISTER, byKey);
  return { ms: Number(process.hrtime.bigint() - start) / 1e6, steps, verdict };
}
