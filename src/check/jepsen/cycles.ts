/**
 * Cycles among operations (Adya's G1c and G0, searched for by ../graph), told apart by the edges that they need. Log order in Kafka says nothing about transactions:
 * concurrent ones write among each other, so that every cycle that needs a ww edge is legal. One made of reads by read_committed consumers, with the orders of processes and
 * of time, never is: a record is read after its transaction is committed, and a transaction reads before it is.
 *
 * Differs from Jepsen: it allows all of G1c by default, and with it the reads that are always wrong. Two searches are made, so that a legal cycle hides none that is not.
 */
import { findCycles } from '../graph/findCycles.js';
import type { Cycle, CycleStep } from '../graph/cycleKinds.js';
import type { Analysis } from './Analysis.js';
import { keyText, Tally, valueText, who, type Evidence } from './Anomaly.js';
import { committedReadEdges, dataEdges } from './dependencies.js';

/** @returns G1c and G0, in that order. */
export function cycles(analysis: Analysis): readonly [Tally, Tally] {
  const g1c = new Tally('G1c', analysis);
  const g0 = new Tally('G0', analysis);
  const { opCount } = analysis.history;
  const { edges, reads } = committedReadEdges(analysis);
  g1c.judged = reads;
  for (const cycle of findCycles(opCount, edges)) {
    const reasons = cycle.steps.map(({ from }) => analysis.notPromised('G1c', from));
    g1c.found(reasons.find((reason) => reason !== '') ?? '', () => told(analysis, cycle));
  }
  const data = dataEdges(analysis);
  g0.judged = data.length;
  for (const cycle of findCycles(opCount, data)) {
    if (cycle.steps.every(({ kind }) => kind === 'ww')) g0.found('transactions write among each other', () => told(analysis, cycle));
    else if (cycle.steps.some(({ kind }) => kind === 'ww'))
      g1c.found('it needs the order of writes, which is not that of transactions', () => told(analysis, cycle));
    else if (uncommitted(analysis, cycle))
      g1c.found('isolation.level=read_uncommitted shows what is not committed yet', () => told(analysis, cycle));
  }
  return [g1c, g0];
}

function uncommitted({ history, readsCommitted }: Analysis, { steps }: Cycle): boolean {
  return steps.some(({ to, kind }) => kind === 'wr' && readsCommitted[history.opSession[to] as number] === 0);
}

function told(analysis: Analysis, { kind, steps }: Cycle): Evidence {
  const texts = steps.map((step) => stepText(analysis, step));
  return {
    kind,
    key: '',
    ops: steps.map(({ from }) => from),
    message: `${texts.join('; ')}.`,
    detail: { edges: steps.map((step) => step.kind).join(' ') },
  };
}

function stepText(analysis: Analysis, { from, to, kind }: CycleStep): string {
  const [first, second] = [who(analysis, from), who(analysis, to)];
  switch (kind) {
    case 'wr': {
      const record = recordBetween(analysis, from, to);
      const what = `${valueText(analysis, record)} of ${keyText(analysis, analysis.history.recordKey[record] as number)}`;
      return `${second} was given ${what}, which ${first} wrote`;
    }
    case 'ww':
      return `${second} wrote behind ${first}`;
    case 'process':
      return `${second} came after ${first} in one session`;
    case 'realtime':
      return `${second} began after ${first} had ended`;
    case 'rw':
      return `${second} wrote behind what ${first} was given`;
  }
}

/** The first record that the one wrote and the other was given. */
function recordBetween({ history }: Analysis, writer: number, reader: number): number {
  const { opRuns, runPairs, pairRecord, recordWriter } = history;
  const to = runPairs[opRuns[reader + 1] as number] as number;
  for (let pair = runPairs[opRuns[reader] as number] as number; pair < to; pair++) {
    const record = pairRecord[pair] as number;
    if (recordWriter[record] === writer) return record;
  }
  throw new Error(`operation ${reader} was given nothing that operation ${writer} wrote`);
}
