/** Building the graph of a history of transactions and searching it for cycles, as the analysis of a long campaign does once for each history. */
import { EdgeList } from '../src/check/graph/EdgeList.js';
import { searchCycles } from '../src/check/graph/findCycles.js';
import { addProcessEdges, addRealtimeEdges } from '../src/check/graph/orders.js';
import { Random } from '../src/engine/random.js';

export interface GraphFigures {
  readonly edges: number;
  readonly ms: number;
  readonly cycles: number;
  readonly undecided: number;
}

const KEYS = 20;
const CLIENTS = 20;
const OPERATIONS = 4;

/**
 * Transactions of four reads and writes each over 20 keys by 20 clients, which take effect one by one somewhere between beginning and end, so that no cycle
 * is in them but the `anomalies`: reads which missed a write of long before.
 */
export function cycleSearch(transactions: number, anomalies: number): GraphFigures {
  const random = new Random('bench/graph');
  const start = process.hrtime.bigint();
  const edges = new EdgeList();
  const [invoked, completed, client] = [0, 1, 2].map(() => new Float64Array(transactions)) as [Float64Array, Float64Array, Float64Array];
  const writer = new Int32Array(KEYS).fill(-1);
  const readers: number[][] = Array.from({ length: KEYS }, () => []);
  for (let node = 0; node < transactions; node++) {
    client[node] = node % CLIENTS;
    invoked[node] = node * 10 - random.int(90);
    completed[node] = node * 10 + random.int(90);
    for (let i = 0; i < OPERATIONS; i++) {
      const key = random.int(KEYS);
      const last = writer[key] as number;
      const reads = readers[key] as number[];
      if (random.chance(0.5)) {
        if (last >= 0) edges.add(last, node, 'wr');
        reads.push(node);
        continue;
      }
      if (last >= 0) edges.add(last, node, 'ww');
      for (const reader of reads) edges.add(reader, node, 'rw');
      readers[key] = [];
      writer[key] = node;
    }
  }
  for (let i = 0; i < anomalies; i++) {
    const node = random.between(2000, transactions - 1);
    edges.add(node, node - random.between(100, 2000), 'rw');
  }
  addProcessEdges(edges, client, invoked);
  addRealtimeEdges(edges, { invoked, completed });
  const { cycles, undecided } = searchCycles(transactions, edges);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  return { edges: edges.length, ms, cycles: cycles.length, undecided: undecided.length };
}
