/**
 * From a configuration and a seed to a scenario: one place draws every knob of a seed (swarm), each concern and each client and fault from a
 * stream of its own. The scenario holds the whole outcome, so that a replay needs neither this module nor the version of it.
 */
import { Randomness } from '../engine/random.js';
import type { Random } from '../engine/random.js';
import type { FaultClass } from '../faults/Fault.js';
import { Settings } from '../kafka/config/Settings.js';
import { DEFAULT_REQUIRED, GUARANTEES } from '../scenario/Scenario.js';
import { transactionalIdsOf } from '../scenario/clients.js';
import type { GuaranteeName, NetworkSection, Properties, Scenario } from '../scenario/Scenario.js';
import { DEFAULT_DURATION_US, meaningfulClasses } from './configuration.js';
import type { SetProperties, TrialConfiguration } from './configuration.js';
import type { FaultStage } from './generate/faultFields.js';
import { drawClasses, drawFaults } from './generate/faultSchedule.js';
import { drawBuggify } from './generate/buggify.js';
import { drawCoordinatorProperties } from './generate/applicationKnobs.js';
import { drawGroups } from './generate/groups.js';
import { USUAL_MIX, type Mix } from './generate/mix.js';
import { outputTopics } from './generate/outputTopics.js';
import { drawBrokerProperties } from './generate/timingKnobs.js';
import { drawWorkload } from './generate/workload.js';
import { promisedIn } from './promiseFacts.js';
import { drawShape } from './swarm.js';
import { drawSufficientCore } from './swarm/core.js';
import { shapeText } from './swarm/shapeText.js';

/**
 * The scenario of one seed: the same arguments, the same scenario.
 *
 * @param seed any text; campaigns count up from 1.
 * @param classes fault classes that may take part. `power-loss` then takes part in about a third of the seeds.
 * @param require guarantees that the scenario's own verdict follows.
 */
export function generateScenario(
  configuration: TrialConfiguration,
  seed: string,
  classes: readonly FaultClass[],
  require: readonly GuaranteeName[] = configuration.swarm === undefined ? DEFAULT_REQUIRED : GUARANTEES,
): Scenario {
  if (configuration.swarm === undefined) return scenarioOf(configuration, USUAL_MIX, seed, classes, require);
  const shape = drawShape(configuration, configuration.swarm, seed);
  const drawn = scenarioOf(shape.configuration, shape.mix, seed, classes, require);
  const scenario = { ...drawn, ...drawSufficientCore(drawn, new Randomness(`swarm/${seed}`).stream('core')) };
  return { ...scenario, title: `${scenario.title}; ${shapeText(scenario)}`, require: promisedIn(scenario, require) };
}

function scenarioOf(
  configuration: TrialConfiguration,
  mix: Mix,
  seed: string,
  classes: readonly FaultClass[],
  require: readonly GuaranteeName[],
): Scenario {
  const randomness = new Randomness(`generate/${seed}`);
  const durationUs = configuration.durationUs ?? DEFAULT_DURATION_US;
  const brokerProperties = {
    ...drawBrokerProperties(configuration, randomness.stream('brokers')),
    ...drawCoordinatorProperties(configuration, randomness.stream('coordinators')),
  };
  const workload = drawWorkload(configuration, durationUs, randomness, mix);
  workload.consumers.push(...drawGroups(configuration, brokerProperties, durationUs, randomness));
  const clients = [...workload.producers, ...workload.consumers].map(({ id }) => id);
  const on = drawClasses(meaningfulClasses(configuration, classes), randomness.stream('classes'));
  const hotPartition = drawHotPartition(configuration, randomness.stream('hot partition'));
  const { brokers, zookeeperServers, topics } = configuration;
  return {
    formatVersion: 1,
    name: `seed-${seed.replace(/[^A-Za-z0-9._-]/g, '_')}`,
    title: `Seed ${seed}: ${on.length === 0 ? 'no faults' : on.join(', ')}`,
    teaches: '',
    catalogue: [],
    release: configuration.release,
    features: configuration.features,
    seed,
    cluster: { brokers, zookeeperServers, properties: brokerProperties, perBroker: {} },
    topics: [...topics, ...outputTopics(configuration)].map(({ properties, ...topic }) => ({
      ...topic,
      properties: propertiesOf(properties),
    })),
    workload,
    network: drawNetwork(randomness.stream('network')),
    faults: drawFaults(
      { brokers, zookeeperServers, topics, clients, hotPartition, ...applicationsOf(workload) },
      on,
      durationUs,
      randomness,
      mix,
    ),
    ...(configuration.buggify === true ? { buggify: drawBuggify(randomness) } : {}),
    durationUs,
    core: drawCore(configuration, randomness.stream('core')),
    convergeWithinUs: null,
    require: [...require],
    expect: [],
  };
}

/** The clients that faults of the class `client` may strike. */
function applicationsOf(workload: Scenario['workload']): Pick<FaultStage, 'groups' | 'members' | 'transactional' | 'transactionalIds'> {
  const { producers, consumers } = workload;
  const members = consumers.filter(({ application }) => application !== null);
  const groups = [...new Set(members.map(({ properties }) => String(properties['group.id'])))];
  const transactional = [
    ...producers.filter(({ transaction }) => transaction !== null),
    ...members.filter(({ application }) => application?.commit === 'transaction'),
  ];
  return {
    groups,
    members: members.map(({ id }) => id),
    transactional: transactional.map(({ id }) => id),
    transactionalIds: transactionalIdsOf({ workload }).map(({ transactionalId }) => transactionalId),
  };
}

function propertiesOf(set: SetProperties): Properties {
  return Object.fromEntries(set);
}

function drawHotPartition(configuration: TrialConfiguration, random: Random): string {
  const topic = random.pick(configuration.topics);
  return `${topic.name}-${random.int(topic.partitions)}`;
}

/** One rack, one region, or brokers far apart; a lost packet now and then. */
function drawNetwork(random: Random): NetworkSection {
  const [minUs, maxUs] = random.pick([
    [100, 300],
    [200, 600],
    [500, 1500],
    [1000, 4000],
    [5000, 12_000],
  ] as const);
  const [spikeChance, spikeMeanUs] = random.pick([
    [0, 0],
    [0.001, 20_000],
    [0.005, 5000],
    [0.02, 40_000],
  ] as const);
  return { minUs, maxUs, spikeChance, spikeMeanUs };
}

/**
 * Brokers to be healed at the end: all in half of the seeds; else a random set that still has the configured number of in-sync replicas for
 * every partition, wherever its replicas are.
 */
function drawCore(configuration: TrialConfiguration, random: Random): number[] | null {
  const { brokers, topics, release, brokerProperties } = configuration;
  const broker = new Settings('broker', release, brokerProperties);
  const spare = topics.map(({ replicationFactor, properties }) => {
    const topic = new Settings('topic', release, properties);
    const needed = topic.isSet('min.insync.replicas') ? topic.number('min.insync.replicas') : broker.number('min.insync.replicas');
    return replicationFactor - Math.max(1, needed);
  });
  const most = Math.max(0, Math.min(...spare));
  const left = random.between(1, Math.max(1, most));
  const ids = random.shuffled(Array.from({ length: brokers }, (_, i) => i + 1));
  if (most === 0 || random.chance(0.5)) return null;
  return ids.slice(left).sort((a, b) => a - b);
}
