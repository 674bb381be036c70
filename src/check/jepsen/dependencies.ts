/**
 * Who must come before whom, as edges between operations. wr: somebody was given what another wrote. ww: somebody wrote right behind another. process: one session did one
 * after the other. realtime: one was `ok` before the other was invoked.
 *
 * Left out are read-write edges, as in Jepsen's code (its documentation promises them): a poll that returns the record before another says nothing about whether that other was
 * there, since consumers lag and fetch partitions one by one. Every such cycle is legal in Kafka.
 *
 * Differs from Jepsen: there are edges from every record that was read (its documentation speaks of the highest only, which would do if log order were transaction order), and none
 * from the reads of consumers with read_uncommitted where the question is what read_committed rules out.
 */
import { EdgeList } from '../graph/EdgeList.js';
import { addRealtimeEdges } from '../graph/orders.js';
import type { Analysis } from './Analysis.js';
import { FAIL, OK, TXN } from './JepsenHistory.js';

/**
 * What decides: writes that read_committed consumers were given, and the orders of processes and of time. No edges at all where a look at the reads shows that there is no cycle;
 * `reads` is how many of them there are.
 */
export function committedReadEdges(analysis: Analysis): { readonly edges: EdgeList; readonly reads: number } {
  const edges = new EdgeList();
  addReads(analysis, edges, true);
  const reads = edges.length;
  if (!mayHaveCycle(analysis, edges)) return { edges: new EdgeList(), reads };
  addOrders(analysis, edges);
  return { edges, reads };
}

/** Everything that the data say, orders left out: writes upon writes and reads of every isolation level. */
export function dataEdges(analysis: Analysis): EdgeList {
  const edges = new EdgeList();
  addReads(analysis, edges, false);
  addWrites(analysis, edges);
  return edges;
}

function addReads({ history, readsCommitted }: Analysis, edges: EdgeList, committedOnly: boolean): void {
  const { opRuns, runPairs, pairRecord, recordWriter, opSession } = history;
  /** By writer: the last reader that has an edge from it. */
  const linked = new Int32Array(history.opCount).fill(-1);
  for (let op = 0; op < history.opCount; op++) {
    if (committedOnly && readsCommitted[opSession[op] as number] === 0) continue;
    const to = runPairs[opRuns[op + 1] as number] as number;
    for (let pair = runPairs[opRuns[op] as number] as number; pair < to; pair++) {
      const writer = recordWriter[pairRecord[pair] as number] as number;
      if (writer < 0 || writer === op || linked[writer] === op) continue;
      linked[writer] = op;
      edges.add(writer, op, 'wr');
    }
  }
}

function addWrites({ history, versions }: Analysis, edges: EdgeList): void {
  const { recordWriter, slotKey } = history;
  const { order, slotRecord } = versions;
  for (let place = 1; place < order.rows.length; place++) {
    const slot = order.rows[place] as number;
    const before = order.rows[place - 1] as number;
    if (slotKey[slot] !== slotKey[before]) continue;
    const first = recordWriter[slotRecord[before] as number] as number;
    const second = recordWriter[slotRecord[slot] as number] as number;
    if (first >= 0 && second >= 0) edges.add(first, second, 'ww');
  }
}

function addOrders({ history, bySession }: Analysis, edges: EdgeList): void {
  const { opType, opInvoked, opCompleted, opFunction } = history;
  const counts = (op: number): boolean => opType[op] === OK && (opFunction[op] as number) <= TXN;
  for (let session = 0; session < history.sessions.length; session++) {
    let last = -1;
    for (let i = bySession.starts[session] as number; i < (bySession.starts[session + 1] as number); i++) {
      const op = bySession.rows[i] as number;
      if (!counts(op)) continue;
      if (last >= 0 && (opCompleted[last] as number) < (opInvoked[op] as number)) edges.add(last, op, 'process');
      last = op;
    }
  }
  addRealtimeEdges(edges, { invoked: opInvoked, completed: opCompleted.map((completed, op) => (counts(op) ? completed : -1)) });
}

/**
 * False when a look at the reads alone shows that there is no cycle, so that the orders need not be computed. Going along a cycle, time goes on at every process and real-time edge. A
 * read that ended before its write began goes back in time, and so may two reads in a row, where somebody reads and another reads from him. Where neither occurs, every read
 * edge lies between two edges of order, and its reader ends after its writer began: then time never goes back, and nothing comes round.
 */
function mayHaveCycle({ history }: Analysis, edges: EdgeList): boolean {
  const { opInvoked, opCompleted, opType } = history;
  const { from, to } = edges.columns();
  const reads = new Uint8Array(history.opCount);
  for (const reader of to) reads[reader] = 1;
  for (let edge = 0; edge < from.length; edge++) {
    const writer = from[edge] as number;
    const reader = to[edge] as number;
    if (reads[writer] === 1) return true;
    if (opType[reader] !== FAIL && (opCompleted[reader] as number) < (opInvoked[writer] as number)) return true;
  }
  return false;
}
