/** Reproduction: what to type, and what must come out. */
import type { AnalysisSubject } from './AnalysisSubject.js';
import { code, codeBlock, foreign, paragraph, section, table, type Block, type Section } from './Document.js';

export function reproduction(subjects: readonly AnalysisSubject[]): Section {
  const commands = subjects.map(({ report }) => report.replayCommand);
  const rows = subjects.map(({ scenario, result }) => [
    foreign(scenario.name),
    `Kafka ${scenario.release}`,
    code(scenario.seed),
    String(result.events),
    code(result.hash),
  ]);
  const blocks: Block[] = [
    paragraph`The scenario holds everything that decides a run. The same scenario gives the same run, event by event; its hash is taken over all events.`,
    codeBlock('sh', commands),
    table('What must come out.', ['scenario', 'release', 'seed', '>events', 'hash'], rows),
  ];
  return section('reproduction', 'Reproduction', blocks);
}
