/** Histories written by hand, an operation a line, for the tests of the anomalies. */
import { analyze, type HistoryReport } from './analyze.js';
import type { Anomaly } from './Anomaly.js';
import type { AnomalyType } from './AnomalyType.js';
import { HistoryBuilder } from './HistoryBuilder.js';
import type { JepsenOp, MicroOp, OpType, Pair, RebalanceEntry } from './JepsenOp.js';
import type { ClientProperties, Traits } from './Traits.js';
import { NOBODY_IN_PARTICULAR, SAFE, traitsOf } from './Traits.js';

type End = Exclude<OpType, 'invoke'>;
type Polled = Readonly<Record<string, readonly Pair[]>>;

/** Everything happens at once, one operation after the other, unless it is invoked and completed apart. Process 0 is client p0, unless `client` says otherwise. */
export class Script {
  readonly ops: JepsenOp[] = [];
  traits: Traits = NOBODY_IN_PARTICULAR;
  private readonly open = new Map<number, Pick<JepsenOp, 'f' | 'value'>>();

  /** Acknowledged at the offset; null: without one. */
  sent(process: number, key: string, offset: number | null, value: number, type: End = 'ok'): this {
    return this.invoke(process, 'send', [['send', key, value]]).complete(process, type, [['send', key, [offset, value]]]);
  }

  polled(process: number, polled: Polled, type: End = 'ok', rebalanceLog: readonly RebalanceEntry[] = []): this {
    return this.invoke(process, 'poll', [['poll']]).complete(process, type, [['poll', polled]], rebalanceLog);
  }

  /** Polls and sends as they completed. */
  txn(process: number, microOps: readonly MicroOp[], type: End = 'ok'): this {
    return this.begin(process, microOps).complete(process, type, microOps);
  }

  /** Invokes a transaction that will do this. */
  begin(process: number, microOps: readonly MicroOp[]): this {
    return this.invoke(
      process,
      'txn',
      microOps.map((microOp) => (microOp[0] === 'poll' ? ['poll'] : ['send', microOp[1], sentValue(microOp[2])])),
    );
  }

  assign(process: number, keys: readonly string[], seekToBeginning = false): this {
    return this.invoke(process, 'assign', keys, { seekToBeginning }).complete(process, 'ok', keys);
  }

  subscribe(process: number, keys: readonly string[]): this {
    return this.invoke(process, 'subscribe', keys).complete(process, 'ok', keys);
  }

  crash(process: number): this {
    return this.invoke(process, 'crash', null).complete(process, 'info', null);
  }

  invoke(process: number, f: string, value: JepsenOp['value'], more: Partial<JepsenOp> | { readonly seekToBeginning: boolean } = {}): this {
    this.open.set(process, { f, value } as JepsenOp);
    return this.push(process, 'invoke', f, value, more);
  }

  complete(process: number, type: End, value: JepsenOp['value'], rebalanceLog: readonly RebalanceEntry[] = []): this {
    const f = this.open.get(process)?.f ?? 'poll';
    return this.push(process, type, f, value, rebalanceLog.length === 0 ? {} : { rebalanceLog });
  }

  /** What all clients were like. */
  with(properties: Partial<ClientProperties>, more: Partial<Traits> = {}): this {
    this.traits = { ...NOBODY_IN_PARTICULAR, others: traitsOf({ ...SAFE, ...properties }), ...more };
    return this;
  }

  report(): HistoryReport {
    const builder = new HistoryBuilder();
    for (const op of this.ops) builder.add(op);
    return analyze(builder.finish(), this.traits);
  }

  /** `[violations, allowed, excused]`. */
  counts(type: AnomalyType): readonly [number, number, number] {
    const { violations, allowed, excused } = this.of(type);
    return [violations, allowed, excused];
  }

  /** The first example; the test fails without one. */
  first(type: AnomalyType): Anomaly {
    const [first] = this.of(type).examples;
    if (first === undefined) throw new Error(`there is no ${type}`);
    return first;
  }

  /** The types that the history violates. */
  violated(): AnomalyType[] {
    return this.report().anomalies.flatMap(({ type, violations }) => (violations > 0 ? [type] : []));
  }

  private of(type: AnomalyType): HistoryReport['anomalies'][number] {
    const found = this.report().anomalies.find((anomaly) => anomaly.type === type);
    if (found === undefined) throw new Error(`${type} is not looked for`);
    return found;
  }

  private push(process: number, type: OpType, f: string, value: JepsenOp['value'], more: object): this {
    const index = this.ops.length;
    this.ops.push({ index, time: index * 1_000_000, process, type, f, value, ...more } as JepsenOp);
    return this;
  }
}

function sentValue(sent: number | readonly [number | null, number]): number {
  return typeof sent === 'number' ? sent : sent[1];
}
