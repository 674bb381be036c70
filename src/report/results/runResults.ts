/**
 * The results of one run as Jepsen's users expect them: a tree of verdicts with `valid?` at every level (true, false, or :unknown), whose worst child decides.
 * Besides Jepsen's own `stats` and `workload` it holds what only a simulation knows: guarantees with what the configuration promises, invariants, the healing.
 * Facts of the run only, so the same run gives the same text. Leaves out plots, which lie beside it, and exceptions of the checker, since there are none.
 */
import { guaranteeNames } from '../../check/Finding.js';
import type { AnomalyReport } from '../../check/jepsen/analyze.js';
import { isClientOp, type JepsenOp } from '../../check/jepsen/JepsenOp.js';
import { ednText, Keyword, type EdnValue } from '../jepsen/edn.js';
import type { RunReport } from '../RunReport.js';

/** Version of this form; it changes when a field changes its meaning. */
const FORMAT_VERSION = 1;

type Results = { readonly [key: string]: EdnValue };
type Valid = true | false | Keyword;

const UNKNOWN = new Keyword('unknown');

/** `results.edn`. */
export function resultsEdn(report: RunReport): string {
  return `${ednText(runResults(report))}\n`;
}

/** `results.json`: the same tree; keywords are their names. */
export function resultsJson(report: RunReport): string {
  return `${JSON.stringify(runResults(report), (_, value: unknown) => (value instanceof Keyword ? value.name : value), 2)}\n`;
}

function runResults(report: RunReport): Results {
  const { run, verdict, version } = report;
  const { scenario, result } = run;
  return {
    'valid?': validOf(verdict),
    'format-version': FORMAT_VERSION,
    run: {
      name: scenario.name,
      release: scenario.release,
      seed: scenario.seed,
      hash: result.hash,
      events: result.events,
      'virtual-us': result.virtualUs,
      version,
    },
    stats: stats(report.ops),
    guarantees: guarantees(report),
    invariants: invariants(report),
    workload: workload(report),
    liveness: liveness(report),
    faults: result.faultLog.map(({ id, kind, targets, beganUs, endedUs }) => ({
      ...{ id, kind, targets: [...targets], 'began-us': beganUs },
      'ended-us': endedUs < 0 ? null : endedUs,
    })),
  };
}

function validOf(verdict: 'held' | 'violated' | 'unknown'): Valid {
  return verdict === 'unknown' ? UNKNOWN : verdict === 'held';
}

/** Counts by operation and outcome; valid when every operation succeeded at least once, as Jepsen has it. */
function stats(ops: readonly JepsenOp[]): Results {
  const byF = new Map<string, Record<'ok' | 'fail' | 'info', number>>();
  for (const op of ops) {
    if (!isClientOp(op) || op.type === 'invoke') continue;
    let counts = byF.get(op.f);
    if (counts === undefined) byF.set(op.f, (counts = { ok: 0, fail: 0, info: 0 }));
    counts[op.type]++;
  }
  const all = { ok: 0, fail: 0, info: 0 };
  for (const { ok, fail, info } of byF.values()) [all.ok, all.fail, all.info] = [all.ok + ok, all.fail + fail, all.info + info];
  const mayFail = new Set(['crash', 'debug-topic-partitions']);
  const valid = [...byF].every(([f, { ok }]) => ok > 0 || mayFail.has(f));
  return {
    'valid?': valid,
    ...countsOf(all),
    'by-f': Object.fromEntries([...byF].map(([f, counts]) => [f, { 'valid?': counts.ok > 0 || mayFail.has(f), ...countsOf(counts) }])),
  };
}

function countsOf({ ok, fail, info }: Record<'ok' | 'fail' | 'info', number>): Results {
  return { count: ok + fail + info, 'ok-count': ok, 'fail-count': fail, 'info-count': info };
}

function guarantees({ run }: RunReport): Results {
  const { scenario, result } = run;
  const required: readonly string[] = scenario.require;
  const entries = result.judgement.guarantees.map(
    ({ name, verdict, promise, detail, judged, violations, excused, unseen }): [string, Results] => [
      name,
      {
        'valid?': validOf(verdict),
        'required?': required.includes(name),
        'promised?': promise.promised,
        ...(promise.promised ? {} : { 'not-promised-because': promise.because, source: promise.source, remedy: promise.remedy }),
        ...{ detail, judged, violations, excused, unseen },
        errors: result.judgement.findings
          .filter((finding) => finding.guarantee === name)
          .slice(0, 8)
          .map(({ kind, message, timeUs }) => ({ kind, message, 'time-us': timeUs })),
      },
    ],
  );
  return Object.fromEntries(entries);
}

function invariants({ run }: RunReport): Results {
  const { invariants: all, findings } = run.result.judgement;
  const broken = findings.filter(({ guarantee }) => !(guaranteeNames as readonly string[]).includes(guarantee));
  return {
    'valid?': broken.length === 0,
    checked: all.filter(({ applies }) => applies).length,
    checks: all.reduce((sum, { applies, checks }) => sum + (applies ? checks : 0), 0),
    errors: broken.slice(0, 8).map(({ guarantee, message, timeUs }) => ({ invariant: guarantee, message, 'time-us': timeUs })),
  };
}

/** Jepsen's analysis of the history: an anomaly that the configuration allows, or the history excuses, does not make it invalid. */
function workload({ analysis }: RunReport): Results {
  const found = analysis.anomalies.filter(({ violations, allowed, excused }) => violations + allowed + excused > 0);
  const { worst, at } = analysis.realtimeLag;
  return {
    'valid?': analysis.verdict === 'unknown' ? UNKNOWN : analysis.verdict === 'valid',
    'error-types': found.map(({ type }) => new Keyword(type)),
    'bad-error-types': found.filter(({ violations }) => violations > 0).map(({ type }) => new Keyword(type)),
    'worst-realtime-lag': at === null ? null : { 'lag-ns': worst, key: at.key, op: at.op },
    ...Object.fromEntries(found.map((anomaly) => [anomaly.type, anomalyResults(anomaly)])),
  };
}

function anomalyResults({ judged, violations, allowed, excused, examples }: AnomalyReport): Results {
  return {
    ...{ judged, count: violations, allowed, excused },
    errs: examples.map(({ kind, standing, because, key, ops, message }) => ({
      ...{ kind, standing: new Keyword(standing), key, ops: [...ops], message },
      ...(because === '' ? {} : { because }),
    })),
  };
}

function liveness({ run }: RunReport): Results {
  const { healedUs, core, tookUs, boundUs, converged, excused } = run.result.liveness;
  return {
    'valid?': converged || excused.length > 0,
    'converged?': converged,
    'healed-us': healedUs,
    core: core === null ? new Keyword('all') : [...core],
    'took-us': tookUs,
    'bound-us': boundUs,
    excused: excused.map(({ message, alibi }) => ({ message, alibi })),
  };
}
