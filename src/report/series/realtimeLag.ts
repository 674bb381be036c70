/** realtime-lag over time, as Jepsen computes it: at each poll of a consumer, how long the records that it had not read yet had been known to be there; the worst of its partitions. */
import { Analysis } from '../../check/jepsen/Analysis.js';
import { realtimeLag } from '../../check/jepsen/anomalies/realtimeLag.js';
import { HistoryBuilder } from '../../check/jepsen/HistoryBuilder.js';
import { clientOf, type JepsenHistory } from '../../check/jepsen/JepsenHistory.js';
import type { JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { NOBODY_IN_PARTICULAR, type Traits } from '../../check/jepsen/Traits.js';

export interface ClientLag {
  readonly client: string;
  /** One a poll that returned records, in order of time. */
  readonly points: readonly { readonly timeUs: number; readonly lagUs: number }[];
  readonly worst: { readonly timeUs: number; readonly lagUs: number };
}

/** In the order of their first polls. @param ops the run's history in Jepsen's shape. */
export function realtimeLagOf(ops: readonly JepsenOp[]): ClientLag[] {
  const builder = new HistoryBuilder();
  for (const op of ops) builder.add(op);
  const history = builder.finish();
  return realtimeLagIn(history, history.traits ?? NOBODY_IN_PARTICULAR);
}

function realtimeLagIn(history: JepsenHistory, traits: Traits): ClientLag[] {
  const byClient = new Map<string, { timeUs: number; lagUs: number }[]>();
  let lastOp = -1;
  realtimeLag(new Analysis(history, traits), (op, _key, lag) => {
    const client = clientOf(history, op);
    const points = byClient.get(client) ?? [];
    byClient.set(client, points);
    const lagUs = lag / 1_000;
    const last = points.at(-1);
    if (op === lastOp && last !== undefined) last.lagUs = Math.max(last.lagUs, lagUs);
    else points.push({ timeUs: (history.opInvokeTime[op] as number) / 1_000, lagUs });
    lastOp = op;
  });
  return [...byClient].map(([client, points]) => ({
    ...{ client, points },
    worst: points.reduce((most, point) => (point.lagUs > most.lagUs ? point : most)),
  }));
}
