/**
 * The neighbours of a scenario: what somebody could set otherwise, one thing at a time, and the changes of which the scenario itself makes claims. A setting that
 * every client or topic has already is no change. (`candidates.ts` has the same for a configuration whose seeds draw the world.)
 */
import { Settings } from '../../kafka/config/Settings.js';
import type { ConfigKind, ConfigValue } from '../../kafka/config/index.js';
import { PRESETS } from '../../kafka/protocol/features.js';
import type { Properties, Scenario } from '../../scenario/Scenario.js';
import { changeText, type Change } from '../../scenario/variation.js';

const wanted: readonly (readonly [kind: ConfigKind, name: string, value: string | number | boolean])[] = [
  ['producer', 'acks', 'all'],
  ['producer', 'enable.idempotence', true],
  ['producer', 'max.in.flight.requests.per.connection', 1],
  ['topic', 'min.insync.replicas', 2],
  ['topic', 'unclean.leader.election.enable', false],
  ['topic', 'flush.messages', 1],
  ['consumer', 'isolation.level', 'read_committed'],
  ['consumer', 'auto.offset.reset', 'earliest'],
];

/** Settings first, then what applications do, then protocol features, each once. Other releases are left out. */
export function scenarioChanges(scenario: Scenario): Change[] {
  const settings = wanted
    .filter(([, name]) => isOfUse(scenario, name))
    .filter(([kind, name, value]) => propertiesOf(scenario, kind).some((properties) => isOther(scenario, kind, properties, name, value)))
    .map(([kind, name, value]): Change => ({ properties: { [`${kind}.${name}`]: value } }));
  const claimed = scenario.expect.flatMap(({ verdict: _verdict, ...change }): Change[] => (change.release === undefined ? [change] : []));
  const all = [...settings, ...claimed, ...applicationChanges(scenario), ...featureChanges(scenario)];
  const seen = new Set([changeText({})]);
  return all.filter((change) => {
    const text = changeText(change);
    return !seen.has(text) && seen.add(text) !== undefined;
  });
}

/** What consumers read matters where there are transactions, and where they begin where a group has no offset yet. */
function isOfUse({ workload: { producers, consumers } }: Scenario, name: string): boolean {
  const hasGroups = consumers.some(({ application }) => application !== null);
  if (name === 'auto.offset.reset') return hasGroups;
  return name !== 'isolation.level' || hasGroups || producers.some(({ transaction }) => transaction !== null);
}

/** Of every client, or topic, in the scenario; a topic takes from the brokers what it does not say itself. */
function propertiesOf({ workload, topics, cluster }: Scenario, kind: ConfigKind): readonly Properties[] {
  switch (kind) {
    case 'broker':
      return [cluster.properties];
    case 'topic':
      return topics.map(({ properties }) => ({ ...cluster.properties, ...properties }));
    case 'producer':
      return workload.producers.map(({ properties }) => properties);
    case 'consumer':
      return workload.consumers.map(({ properties }) => properties);
  }
}

function isOther({ release }: Scenario, kind: ConfigKind, properties: Properties, name: string, value: ConfigValue): boolean {
  const settings = new Settings(kind, release, new Map(Object.entries(properties)));
  if (!settings.has(name)) return false;
  const now = settings.text(name);
  return now !== String(value) && !(name === 'acks' && now === '-1');
}

function applicationChanges({ workload }: Scenario): Change[] {
  const applications = workload.consumers.flatMap(({ application }) => application ?? []);
  const commitsEarly = applications.some(({ commit }) => commit === 'auto' || commit === 'before');
  const hasPool = applications.some(({ workers }) => workers > 0);
  return [...(commitsEarly ? [{ application: { commit: 'after' as const } }] : []), ...(hasPool ? [{ application: { workers: 0 } }] : [])];
}

function featureChanges({ workload, release, features }: Scenario): Change[] {
  const writes = workload.producers.some(({ transaction }) => transaction !== null);
  const processes = workload.consumers.some(({ application }) => application?.commit === 'transaction');
  const hasV2 = features.transactionV2 ?? PRESETS[release].transactionV2;
  return (writes || processes) && !hasV2 ? [{ features: { transactionV2: true } }] : [];
}
