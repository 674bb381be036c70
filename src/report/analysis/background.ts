/** What the configuration promises, measured against which everything else is judged: the table of promises with its sources, and the settings it follows from. */
import { lookup, type ConfigKind } from '../../kafka/config/index.js';
import { defaultIn } from '../../kafka/config/definition.js';
import type { Properties, Scenario } from '../../scenario/Scenario.js';
import type { GuaranteeJudgement } from '../../check/Judge.js';
import { listed } from '../numbers.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { code, foreign, paragraph, section, table, type Block, type Section, type Text } from './Document.js';
import { classesOf } from '../../faults/classesOf.js';

/** @param subjects of one configuration; the promises of each are its own, since they depend on its faults. */
export function background(subjects: readonly AnalysisSubject[]): Section {
  const promises = subjects.map((subject) => promiseTable(subject, subjects.length > 1));
  const intro = paragraph`What a Kafka configuration promises is nowhere written in one place: it follows from the documentation of single settings, from improvement proposals (KIP) and from the bugs that a release is known to have. Trialrun keeps it as one table, a row for each circumstance with its source. A guarantee that is not promised is judged all the same; its violation is then no bug of Kafka but the price of a setting.`;
  return section(
    'background',
    'Background',
    [intro],
    [
      section('promises', 'What this configuration promises', promises),
      section('settings', 'The settings that it follows from', settings(subjects)),
    ],
  );
}

function promiseTable({ scenario, result }: AnalysisSubject, named: boolean): Block {
  const classes = classesOf(scenario);
  const under =
    classes.length === 0 ? 'without faults' : `under faults of ${classes.length === 1 ? 'the class' : 'the classes'} ${listed(classes)}`;
  const rows = result.judgement.guarantees
    .filter(isConcerned(scenario))
    .map(({ name, promise }) => [code(name), promise.promised ? 'yes' : 'no', promise.because, promise.source]);
  return table(
    `Promised by Kafka ${scenario.release} as configured, ${under}${named ? ` (${scenario.name})` : ''}.`,
    ['guarantee', 'promised', 'because', 'source'],
    rows,
  );
}

/** Leaves out what says nothing about this run: no groups, no transactions. */
export function isConcerned({ require }: Scenario): (guarantee: GuaranteeJudgement) => boolean {
  return ({ name, judged, verdict }) => judged > 0 || verdict !== 'unknown' || require.includes(name);
}

interface Setting {
  readonly owner: Text;
  readonly kind: ConfigKind;
  readonly name: string;
  readonly value: string;
}

function settings(subjects: readonly AnalysisSubject[]): Block[] {
  const release = subjects[0]?.scenario.release ?? '3.9';
  const all = subjects.flatMap(({ scenario }) => settingsOf(scenario));
  const once = all.filter((one, i) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i);
  if (once.length === 0) return [paragraph`Nothing is set: every property has the default of Kafka ${release}.`];
  const rows = once.map(({ owner, kind, name, value }) => {
    const definition = lookup(kind, name);
    const usual = definition === undefined ? null : defaultIn(definition, release);
    const isUsual = usual !== null && String(usual) === value;
    return [
      owner,
      code(name),
      code(value),
      isUsual ? 'the same' : usual === null || usual === '' ? '–' : code(String(usual)),
      definition?.effect ?? definition?.note ?? '',
    ];
  });
  return [
    paragraph`What is not listed has the default of Kafka ${release}.`,
    table('Settings, with the defaults of this release.', ['of', 'property', 'value', 'default', 'what it decides'], rows),
  ];
}

function settingsOf({ cluster, topics, workload }: Scenario): Setting[] {
  const of = (owner: Text, kind: ConfigKind, properties: Properties): Setting[] =>
    Object.entries(properties).map(([name, value]) => ({ owner, kind, name, value: String(value) }));
  return [
    ...of(['brokers'], 'broker', cluster.properties),
    ...Object.entries(cluster.perBroker).flatMap(([id, properties]) => of([`broker ${id}`], 'broker', properties)),
    ...topics.flatMap(({ name, properties }) => of(['topic ', foreign(name)], 'topic', properties)),
    ...workload.producers.flatMap(({ id, properties }) => of(['producer ', foreign(id)], 'producer', properties)),
    ...workload.consumers.flatMap(({ id, properties }) => of(['consumer ', foreign(id)], 'consumer', properties)),
  ];
}
