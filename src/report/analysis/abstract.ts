/** The abstract: what was on trial, how many findings there are and which, how often they show, and what prevents them. */
import type { Scenario } from '../../scenario/Scenario.js';
import { listed } from '../numbers.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { code, foreign, joined, link, paragraph, text, type Block, type Text } from './Document.js';
import { classesOf } from '../../faults/classesOf.js';
import { fixText } from './discussion.js';
import { findingId, findingsOf, type Found } from './finding.js';
import { violationOf } from '../guaranteeWords.js';
import { several } from './wording.js';

export function abstract(subjects: readonly AnalysisSubject[]): Block[] {
  const [first] = subjects;
  if (first === undefined) return [];
  const found = findingsOf(subjects);
  return [paragraph`${onTrial(subjects)} ${found.length === 0 ? nothingFound(first) : whatWasFound(found)}`, ...lesson(first.scenario)];
}

function onTrial(subjects: readonly AnalysisSubject[]): Text {
  const { scenario } = subjects[0] as AnalysisSubject;
  const faults = subjects.reduce((sum, one) => sum + one.scenario.faults.length, 0);
  const classes = [...new Set(subjects.flatMap((one) => classesOf(one.scenario)))];
  const under =
    faults === 0
      ? 'without any fault'
      : `under ${several(faults, 'fault')} (${listed(classes)})${subjects.length > 1 ? ` in ${several(subjects.length, 'scenario')}` : ''}`;
  return text`We put a simulated cluster of ${several(scenario.cluster.brokers, 'broker')}, Kafka ${scenario.release} in ZooKeeper mode with ${settingsText(scenario)}, on trial ${under}.`;
}

function settingsText(scenario: Scenario): Text {
  const settings = settingsOnTrial(scenario);
  return settings.length === 0 ? ['its defaults'] : joined(settings.map((setting) => code(setting)));
}

/** The settings that most promises hang on, as they are set, each once: `acks=all`. */
export function settingsOnTrial({ topics, workload, features }: Scenario): string[] {
  const own = [
    ...workload.producers.flatMap(({ properties }) =>
      pick(properties, ['acks', 'enable.idempotence', 'max.in.flight.requests.per.connection']),
    ),
    ...topics.flatMap(({ properties }) => pick(properties, ['min.insync.replicas', 'unclean.leader.election.enable', 'flush.messages'])),
    ...workload.consumers.flatMap(({ application, properties }) => [
      ...pick(properties, ['isolation.level']),
      ...(application?.commit === 'auto' ? ['enable.auto.commit=true'] : []),
    ]),
    ...Object.entries(features).map(([name, value]) => `${name}=${String(value)}`),
  ];
  return [...new Set(own)];
}

function pick(properties: Scenario['cluster']['properties'], names: readonly string[]): string[] {
  return names.flatMap((name) => (properties[name] === undefined ? [] : [`${name}=${String(properties[name])}`]));
}

function whatWasFound(found: readonly Found[]): Text {
  const names = joined(found.map((one) => [link(violationOf(one.open.finding.guarantee), `#${findingId(one)}`), ` (${oftenText(one)})`]));
  return text`We found ${several(found.length, 'violation')}: ${names}. ${promisesText(found)}${fixesText(found)}`;
}

function oftenText({ subject: { study }, index }: Found): string {
  const count = study.asWritten.counts[index];
  return count === undefined ? 'not counted' : `${count.failures} of ${count.runs} schedules`;
}

function promisesText(found: readonly Found[]): Text {
  const broken = found.filter(
    ({ open }) => open.result.judgement.guarantees.find(({ name }) => name === open.finding.guarantee)?.promise.promised === true,
  );
  if (broken.length === 0)
    return text`The configuration promises ${found.length === 1 ? 'no better' : found.length === 2 ? 'neither guarantee' : 'none of these guarantees'} under these faults.`;
  return text`The configuration promises ${broken.length === found.length ? (found.length === 1 ? 'the guarantee' : 'these guarantees') : `${several(broken.length, 'guarantee')} of these`}, so that ${broken.length === 1 ? 'its violation is a bug' : 'their violations are bugs'}, of Kafka or of our model.`;
}

/** Once, where the same helps against all of them. */
function fixesText(found: readonly Found[]): Text {
  const [first, ...rest] = found;
  if (first === undefined) return [];
  const fix = fixText(first);
  const isSame = rest.every((one) => JSON.stringify(fixText(one)) === JSON.stringify(fix));
  if (isSame) return text` What prevents ${found.length === 1 ? 'it' : found.length === 2 ? 'both' : 'them'}: ${fix}.`;
  return text` What prevents them is said under ${link('recommendations', '#recommendations')}.`;
}

function nothingFound({ scenario, study, result }: AnalysisSubject): Text {
  const required = result.judgement.guarantees.filter(({ name }) => scenario.require.includes(name));
  const held = required.filter(({ verdict }) => verdict === 'held').map(({ name }) => code(name));
  const { runs } = study.asWritten.cost;
  const broken = scenario.require.filter((name) => study.asWritten.verdicts[name].violated > 0);
  const others =
    broken.length === 0
      ? text`nothing that is required was violated in any of ${runs} schedules`
      : text`but ${joined(broken.map((name) => text`${code(name)} was violated in ${study.asWritten.verdicts[name].violated}`))} of ${runs} schedules`;
  return text`We found no violation in the run as written: ${held.length === 0 ? 'nothing that is required was put to the test' : text`${joined(held)} held`}; ${others}.`;
}

function lesson({ teaches }: Scenario): Block[] {
  return teaches === '' ? [] : [paragraph`${foreign(teaches)}`];
}
