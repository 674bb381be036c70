/**
 * Jepsen's analysis of what our clients saw, beside our own guarantees, which also look into the logs: correct configurations give it nothing to object to, what a configuration does not promise it
 * sees and allows, a broken broker it convicts. And a history that goes through a file is judged as it was in memory.
 */
import { describe, expect, test } from 'vitest';
import { analyze, type HistoryReport } from '../src/check/jepsen/analyze.js';
import type { AnomalyType } from '../src/check/jepsen/AnomalyType.js';
import { HistoryBuilder } from '../src/check/jepsen/HistoryBuilder.js';
import type { JepsenOp } from '../src/check/jepsen/JepsenOp.js';
import { recommended, type TrialConfiguration } from '../src/explore/configuration.js';
import { generateScenario } from '../src/explore/generate.js';
import { runTrial, type TrialResult } from '../src/explore/trial.js';
import { FAULT_CLASSES } from '../src/faults/Fault.js';
import type { KafkaConditions } from '../src/kafka/protocol/conditions.js';
import { HistoryTextReader, type HistoryFormat } from '../src/report/jepsen/HistoryTextReader.js';
import { jepsenOps } from '../src/report/jepsen/runHistory.js';
import { historyText } from '../src/report/jepsen/writeHistory.js';
import { mutantScenario } from './mutants.js';

const SURVIVABLE = FAULT_CLASSES.filter((name) => name !== 'power-loss');
const READ_COMMITTED = new Map([['isolation.level', 'read_committed']]);

function judged(ops: Iterable<JepsenOp>): HistoryReport {
  const builder = new HistoryBuilder();
  for (const op of ops) builder.add(op);
  return analyze(builder.finish());
}

function throughFile(ops: readonly JepsenOp[], format: HistoryFormat): HistoryReport {
  const builder = new HistoryBuilder();
  const reader = new HistoryTextReader((op) => builder.add(op), format);
  reader.push(historyText(ops, format));
  reader.end();
  return analyze(builder.finish());
}

function trial(configuration: TrialConfiguration, seed: number): TrialResult {
  return runTrial(generateScenario(configuration, String(seed), SURVIVABLE), { invariants: false });
}

/** `lost-write: value 17, which …`. */
function objections({ anomalies }: HistoryReport): string[] {
  return anomalies.flatMap(({ type, violations, examples }) => (violations > 0 ? [`${type}: ${examples[0]?.message ?? ''}`] : []));
}

function occurrences({ anomalies }: HistoryReport, type: AnomalyType): number {
  const found = anomalies.find((anomaly) => anomaly.type === type);
  return found === undefined ? 0 : found.violations + found.allowed;
}

const correct: Record<string, TrialConfiguration> = {
  'the recommended configuration': recommended(),
  'transactional producers and read_committed consumers': {
    ...{ ...recommended(), transactionalProducers: 3, features: { transactionV2: true }, consumerProperties: READ_COMMITTED },
  },
  'a group that commits after processing': { ...recommended(), groups: [{ id: 'g', members: 3, application: 'commit-after' }] },
  'a group that transforms in transactions': {
    ...{ ...recommended(), transactionalProducers: 1, features: { transactionV2: true }, consumerProperties: READ_COMMITTED },
    groups: [{ id: 'g', members: 3, application: 'transform-transactional' }],
  },
};

describe("Jepsen's analysis of our runs", () => {
  test.each(Object.entries(correct))('objects to nothing of %s, in memory or through a file', (_name, configuration) => {
    const ops = jepsenOps(trial(configuration, 30));
    const report = judged(ops);
    expect({ verdict: report.verdict, objections: objections(report) }).toEqual({ verdict: 'valid', objections: [] });
    expect(throughFile(ops, 'edn')).toEqual(report);
    expect(throughFile(ops, 'jsonl')).toEqual(report);
  });

  test('sees and allows what acks=1 without idempotence does not promise', () => {
    const properties = new Map<string, number | boolean>([
      ['acks', 1],
      ['enable.idempotence', false],
    ]);
    const result = trial({ ...recommended(), producerProperties: properties }, 6);
    const report = judged(jepsenOps(result));
    expect(result.judgement.findings.some(({ guarantee }) => guarantee === 'no-acknowledged-loss')).toBe(true);
    expect(objections(report)).toEqual([]);
    expect([occurrences(report, 'unseen') > 0, occurrences(report, 'lost-write') > 0]).toEqual([true, true]);
  });

  test.each<[keyof KafkaConditions, number, AnomalyType]>([
    ['duplicateDetection', 1, 'duplicate'],
    ['lastStableOffsetBound', 1, 'G1a'],
  ])('convicts a broker without %s', (condition, from, type) => {
    const seeds = Array.from({ length: 6 }, (_, i) => from + i);
    const convicted = seeds.find((seed) => {
      const report = judged(jepsenOps(runTrial(mutantScenario(condition, seed), { invariants: false })));
      return objections(report).some((objection) => objection.startsWith(type));
    });
    expect(convicted).toBeDefined();
  });
});
