/** Test design: what runs, what clients do, what goes wrong, what is judged and how, and what other schedules are. */
import { SHIFT_US } from '../../explore/perturb.js';
import { groupsOf } from '../../scenario/clients.js';
import { faultKind } from '../../faults/faultKinds.js';
import type { ProducerSection, Scenario } from '../../scenario/Scenario.js';
import { counted, secondsText } from '../numbers.js';
import type { AnalysisSubject } from './AnalysisSubject.js';
import { isConcerned } from './background.js';
import {
  code,
  foreign,
  joined,
  list,
  paragraph,
  section,
  table,
  text,
  type Block,
  type Inline,
  type Section,
  type Text,
} from './Document.js';
import { beginText, lengthText, struckText } from './faultWords.js';
import { guaranteeWords } from '../guaranteeWords.js';
import { durationText, several } from './wording.js';
import { capitalised } from '../sentences.js';

export function design(subjects: readonly AnalysisSubject[]): Section {
  const intro = paragraph`Trialrun does not run Kafka’s code. It simulates the protocol of brokers, the controller, ZooKeeper and clients, event by event, from one seed: the same scenario gives the same run on every machine. Times below are simulated times.`;
  const [first] = subjects;
  return section(
    'design',
    'Test design',
    [intro],
    [
      section(
        'cluster',
        'Cluster and clients',
        subjects.flatMap((subject) => cluster(subject, subjects.length > 1)),
      ),
      section(
        'faults',
        'Faults',
        subjects.flatMap((subject) => faults(subject, subjects.length > 1)),
      ),
      section('judging', 'What was judged, and how', first === undefined ? [] : judging(subjects)),
      section('schedules', 'Other schedules', first === undefined ? [] : [schedules(first)]),
    ],
  );
}

function cluster({ scenario }: AnalysisSubject, named: boolean): Block[] {
  const { release, features, cluster: size, topics, network } = scenario;
  const own = Object.entries(features).map(([name, value]) => code(`${name}=${String(value)}`));
  const but = own.length === 0 ? '' : text`, but for ${joined(own)}`;
  const of = named ? text`In ${code(scenario.name)}: ` : [];
  return [
    paragraph`${of}Kafka ${release} in ZooKeeper mode${but}: ${several(size.brokers, 'broker')} (1 to ${size.brokers}) and ${several(size.zookeeperServers, 'ZooKeeper server')}. Messages take ${durationText(network.minUs)} to ${durationText(network.maxUs)} in each direction${network.spikeChance > 0 ? text`, and one in ${Math.round(1 / network.spikeChance)} much longer` : ''}.`,
    list([...topics.map(topicText), ...scenario.workload.producers.map(producerText), ...consumerTexts(scenario)]),
    paragraph`Clients work for ${secondsText(scenario.durationUs, 1)}; then all faults are healed and the cluster is given time to come to rest, before the logs that remain are compared with what the clients were told.`,
  ];
}

function topicText({ name, partitions, replicationFactor, assignment }: Scenario['topics'][number]): Text {
  const size = `${counted(partitions, 'partition')}, replication factor ${replicationFactor}`;
  const places = assignment === undefined ? '' : `, on brokers ${assignment.map((brokers) => brokers.join(', ')).join('; ')}`;
  return text`topic ${foreign(name)}: ${size}${places}`;
}

function producerText({ id, topics, count, everyUs, startUs, mode, transaction, keys, properties }: ProducerSection): Text {
  const acks = properties['acks'] === undefined ? [] : text` with ${code(`acks=${String(properties['acks'])}`)}`;
  const how = { sync: ', each after the result of the one before', async: '', forget: ', whatever the results' }[mode];
  const aborts =
    transaction === null || transaction.abortEvery === 0
      ? ''
      : `, every ${transaction.abortEvery === 2 ? 'second' : transaction.abortEvery === 3 ? 'third' : `${transaction.abortEvery}th`} of which it aborts on purpose`;
  const inTransactions = transaction === null ? '' : `, in transactions of ${counted(transaction.records, 'record')}${aborts}`;
  const withKeys = keys === 0 ? '' : `, with ${counted(keys, 'key')}`;
  return text`producer ${foreign(id)}: up to ${counted(count, 'record')}${acks} to ${joined(topics.map(foreign))}, one every ${durationText(everyUs)} from ${secondsText(startUs, 1)} on${how}${inTransactions}${withKeys}`;
}

function consumerTexts(scenario: Scenario): Text[] {
  const groups = groupsOf(scenario);
  const lookers = scenario.workload.consumers.filter(({ application }) => application === null);
  const looking = lookers.map(({ id, topics, properties }) => {
    const isolation = properties['isolation.level'];
    const how = isolation === undefined ? [] : text` with ${code(`isolation.level=${String(isolation)}`)}`;
    return text`consumer ${foreign(id)}: reads all of ${joined(topics.map(foreign))}${how}, in no group`;
  });
  const members = [...groups].map(([group, consumers]) => {
    const [one] = consumers;
    const application = one?.application ?? null;
    return text`group ${foreign(group)}: ${several(consumers.length, 'member')} (${joined(consumers.map(({ id }) => foreign(id)))}), ${application === null ? '' : applicationText(application)}`;
  });
  return [...looking, ...members];
}

function applicationText({
  commit,
  commitMode,
  workers,
  processUs,
  output,
}: NonNullable<Scenario['workload']['consumers'][number]['application']>): string {
  const commits = {
    auto: 'enable.auto.commit=true',
    before: `committed (${commitMode}) before it is processed`,
    after: `committed (${commitMode}) after it is processed`,
    transaction: 'output and offsets committed in one transaction',
    never: 'nothing is committed',
  }[commit];
  const where = workers === 0 ? 'in the poll loop' : `by a pool of ${counted(workers, 'worker')} while the loop polls on`;
  return `each record takes ${durationText(processUs)} ${where}; ${commits}${output === null ? '' : `; one record to ${output} for each`}`;
}

function faults({ scenario, result }: AnalysisSubject, named: boolean): Block[] {
  const of = named ? text` in ${code(scenario.name)}` : [];
  const sites = Object.keys(scenario.buggify ?? {});
  const nasty: Block[] =
    sites.length === 0
      ? []
      : [paragraph`Besides, brokers and clients behaved badly within the law at ${joined(sites.map((id): Inline => code(id)))}.`];
  if (scenario.faults.length === 0) return [paragraph`No fault was injected${of}.`, ...nasty];
  const rows = scenario.faults.map((fault) => {
    const { summary, faultClass } = faultKind(fault.kind);
    return [
      foreign(fault.id),
      text`${fault.kind}: ${summary}`,
      faultClass,
      struckText(fault, result.faultLog),
      beginText(fault, result.faultLog),
      lengthText(fault),
    ];
  });
  const table_ = table(`Faults injected${named ? ` (${scenario.name})` : ''}.`, ['fault', 'kind', 'class', 'struck', 'began', 'for'], rows);
  return [
    paragraph`${capitalised(several(scenario.faults.length, 'fault'))} ${scenario.faults.length === 1 ? 'was' : 'were'} injected${of}.`,
    table_,
    ...nasty,
  ];
}

function judging(subjects: readonly AnalysisSubject[]): Block[] {
  const names = new Set(
    subjects.flatMap(({ scenario, result }) => result.judgement.guarantees.filter(isConcerned(scenario)).map(({ name }) => name)),
  );
  const required = new Set(subjects.flatMap(({ scenario }) => scenario.require));
  const rows = [...names].map((name) => [code(name), guaranteeWords[name].demand, required.has(name) ? 'yes' : '']);
  const looks = subjects.reduce((sum, { result }) => sum + result.judgement.invariants.reduce((all, { checks }) => all + checks, 0), 0);
  const invariants = subjects[0]?.result.judgement.invariants.filter(({ applies }) => applies).length ?? 0;
  return [
    paragraph`Guarantees are judged from what the clients saw and from the logs that remain. A guarantee is violated when something contradicts it; it held only when its premise was exercised as well, such as a change of leader after an acknowledgement; otherwise its verdict is unknown. The verdict of a run follows ${joined([...required].map((name) => code(name)))}.`,
    table('What is asked of a run.', ['guarantee', 'what must hold', 'decides'], rows),
    paragraph`Besides, ${several(invariants, 'invariant')} of brokers, logs and the controller ${invariants === 1 ? 'was' : 'were'} checked at every event that can change ${invariants === 1 ? 'it' : 'them'}, ${counted(looks, 'time')} in all.`,
  ];
}

function schedules({ study, cutShort }: AnalysisSubject): Block {
  const { runs, releaseRuns, releases } = study;
  const fewer = releases.length === 0 || releaseRuns === runs ? '' : `; other releases were given the first ${releaseRuns} of them`;
  const cut = cutShort === '' ? '' : ` Not all of these runs came to an end: ${cutShort} Counts are of those that did.`;
  return paragraph`One run shows that something can happen, not how easily. We therefore ran each variant of the scenario under ${runs} schedules: once as it is written, and ${runs - 1} times with another seed, so that latencies, back-offs and elections fall differently; in every second of those, faults that begin at a time were also moved by up to ${SHIFT_US / 1000} ms either way. The same schedules serve for every variant${fewer}. Intervals are Wilson’s, 95 %.${cut}`;
}
