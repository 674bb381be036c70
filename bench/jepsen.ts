/** Jepsen's Kafka analysis: from operations to the verdict, at growing sizes, and a small history many times over. */
import { Analysis } from '../src/check/jepsen/Analysis.js';
import { analyze, linearChecks } from '../src/check/jepsen/analyze.js';
import { cycles } from '../src/check/jepsen/cycles.js';
import { HistoryBuilder } from '../src/check/jepsen/HistoryBuilder.js';
import type { JepsenHistory } from '../src/check/jepsen/JepsenHistory.js';
import type { JepsenOp, MicroOp, Pair } from '../src/check/jepsen/JepsenOp.js';
import { NOBODY_IN_PARTICULAR } from '../src/check/jepsen/Traits.js';
import { timed } from './timed.js';

/** So many records are sent to a key, then each consumer polls them at once. */
const BATCH = 20;
const CONSUMERS = 20;

export interface JepsenFigures {
  readonly operations: number;
  readonly polled: number;
  /** From operations to columns. */
  readonly buildMs: number;
  readonly linearMs: number;
  readonly cyclesMs: number;
  /** Everything, as `analyze` does it. */
  readonly wholeMs: number;
  readonly rssMegabytes: number;
}

/** Half of the operations are sends, half are polls; every record is read by every consumer. */
export function jepsenFigures(operations: number, keys: number): JepsenFigures {
  const [history, buildMs] = timed(() => built(sendsAndPolls(operations, keys)));
  const [analysis, derivedMs] = timed(() => new Analysis(history, NOBODY_IN_PARTICULAR));
  const [, checksMs] = timed(() => linearChecks(analysis));
  const [, cyclesMs] = timed(() => cycles(analysis));
  const [report, analyzeMs] = timed(() => analyze(history));
  if (report.verdict !== 'valid') throw new Error(`the history of the benchmark is ${report.verdict}`);
  const figures = { operations: report.operations, polled: report.recordsPolled, buildMs, linearMs: derivedMs + checksMs, cyclesMs };
  return { ...figures, wholeMs: buildMs + analyzeMs, rssMegabytes: process.memoryUsage().rss / 1e6 };
}

/** Milliseconds of a history of `operations`, from operations to the verdict, the best of many. */
export function smallHistoryMs(operations: number, times: number): number {
  const ops = [...sendsAndPolls(operations, 4)];
  return Math.min(...Array.from({ length: times }, () => timed(() => analyze(built(ops)))[1]));
}

/** Milliseconds for the graph and the search of transactions, eight at a time, each of which reads what others wrote and writes itself. */
export function transactionCyclesMs(transactions: number): number {
  const analysis = new Analysis(built(transforming(transactions)), NOBODY_IN_PARTICULAR);
  return timed(() => cycles(analysis))[1];
}

function built(ops: Iterable<JepsenOp>): JepsenHistory {
  const builder = new HistoryBuilder();
  for (const op of ops) builder.add(op);
  return builder.finish();
}

function* sendsAndPolls(operations: number, keys: number): Generator<JepsenOp> {
  let index = 0;
  let value = 0;
  const op = (process: number, type: 'invoke' | 'ok', f: 'send' | 'poll', microOp: MicroOp): JepsenOp => ({
    ...{ index, time: index++ * 1_000, process, type, f, value: [microOp] },
  });
  for (let block = 0; index < operations * 2; block++) {
    const key = `orders-${block % keys}`;
    const first = Math.floor(block / keys) * BATCH;
    const pairs: Pair[] = [];
    for (let i = 0; i < BATCH; i++) {
      pairs.push([first + i, value]);
      yield op(i % 8, 'invoke', 'send', ['send', key, value]);
      yield op(i % 8, 'ok', 'send', ['send', key, [first + i, value++]]);
    }
    for (let consumer = 0; consumer < CONSUMERS; consumer++) {
      yield op(8 + consumer, 'invoke', 'poll', ['poll']);
      yield op(8 + consumer, 'ok', 'poll', ['poll', { [key]: pairs }]);
    }
  }
}

function* transforming(transactions: number): Generator<JepsenOp> {
  let index = 0;
  for (let first = 0; first < transactions; first += 8) {
    for (const type of ['invoke', 'ok'] as const) {
      for (let process = 0; process < 8; process++) {
        const id = first + process;
        const read: MicroOp =
          id < 8 || type === 'invoke' ? ['poll'] : ['poll', { [`k${(id - 8) % 16}`]: [[Math.floor((id - 8) / 16), id - 8]] }];
        const write: MicroOp = ['send', `k${id % 16}`, type === 'invoke' ? id : [Math.floor(id / 16), id]];
        yield { index, time: index++ * 1_000, process, type, f: 'txn', value: [read, write] };
      }
    }
  }
}
