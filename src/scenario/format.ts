/** A scenario as YAML in the file form: what somebody can read, edit and replay. Reading it back gives the same scenario. */
import { Document, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Fault } from '../faults/Fault.js';
import { faultKind } from '../faults/faultKinds.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import type { MessageDelay } from '../faults/MessageDelay.js';
import { scenarioDigest } from './digest.js';
import { formatDuration } from './durations.js';
import { fileFieldName } from './faultSchema.js';
import type { ApplicationSection, ConsumerSection, Found, ProducerSection, Scenario } from './Scenario.js';

type FileObject = Record<string, unknown>;

/** @param found where a counterexample came from; its digest is taken here. */
export function formatScenario(scenario: Scenario, found?: Omit<Found, 'digest'>): string {
  // First, so that a file that was cut short still says what it should have held.
  const object = { ...(found === undefined ? {} : { found: { ...found, digest: scenarioDigest(scenario) } }), ...scenarioToFile(scenario) };
  // Two clients may share an object; a reader should see both written out.
  const document = new Document(object, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, node) => {
      node.flow = node.items.every((item) => isScalar(item) || (isSeq(item) && item.items.every(isScalar)));
    },
    Map: (_, node) => {
      if (isMap(node) && node.items.length === 0) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 140 });
}

/** The file form as an object: durations as text, empty sections left out. */
export function scenarioToFile(scenario: Scenario): FileObject {
  const { workload, network } = scenario;
  return withoutEmpty({
    formatVersion: scenario.formatVersion,
    name: scenario.name,
    title: scenario.title,
    teaches: scenario.teaches,
    catalogue: scenario.catalogue,
    release: scenario.release,
    features: scenario.features,
    seed: scenario.seed,
    cluster: withoutEmpty({ ...scenario.cluster }),
    topics: scenario.topics.map((topic) => withoutEmpty({ ...topic })),
    workload: { producers: workload.producers.map(producerToFile), consumers: workload.consumers.map(consumerToFile) },
    network: {
      min: formatDuration(network.minUs),
      max: formatDuration(network.maxUs),
      spikeChance: network.spikeChance,
      spikeMean: formatDuration(network.spikeMeanUs),
    },
    faults: scenario.faults.map(faultToFile),
    buggify: scenario.buggify,
    delays: (scenario.delays ?? []).map(delayToFile),
    duration: formatDuration(scenario.durationUs),
    core: scenario.core,
    outsideCore: scenario.outsideCore,
    convergeWithin: scenario.convergeWithinUs === null ? null : formatDuration(scenario.convergeWithinUs),
    require: scenario.require,
    expect: scenario.expect,
  });
}

function producerToFile(producer: ProducerSection): FileObject {
  const { startUs, everyUs, properties, resends, ...rest } = producer;
  const again = resends === 0 ? {} : { resends };
  return withoutEmpty({ ...rest, start: formatDuration(startUs), every: formatDuration(everyUs), ...again, properties });
}

function consumerToFile(consumer: ConsumerSection): FileObject {
  const { startUs, pollEveryUs, properties, application, ...rest } = consumer;
  const own = application === null ? {} : { application: applicationToFile(application) };
  const file = withoutEmpty({ ...rest, start: formatDuration(startUs), pollEvery: formatDuration(pollEveryUs), ...own, properties });
  // A consumer that has a group.id and only looks must say so.
  return application === null && 'group.id' in properties ? { ...file, application: null } : file;
}

function applicationToFile({ processUs, ...application }: ApplicationSection): FileObject {
  return withoutEmpty({ ...application, process: formatDuration(processUs) });
}

function delayToFile({ from, to, atUs, count, byUs }: MessageDelay): FileObject {
  const at = atUs === 0 ? null : formatDuration(atUs);
  return withoutEmpty({ from, to, at, count, by: formatDuration(byUs) });
}

/** One fault in the file form. */
export function faultToFile(fault: Fault): FileObject {
  const kind = faultKind(fault.kind);
  const out: FileObject = { id: fault.id, kind: fault.kind };
  if (fault.on === undefined || fault.atUs > 0) out['at'] = formatDuration(fault.atUs);
  if (fault.on !== undefined) {
    const { afterUs, ...trigger } = fault.on;
    out['on'] = afterUs === undefined ? trigger : { ...trigger, after: formatDuration(afterUs) };
  }
  if (fault.forUs !== null && !kind.instant) out['for'] = formatDuration(fault.forUs);
  for (const [name, spec] of Object.entries<FieldSpec>(kind.fields)) {
    const value: unknown = fault[name as keyof Fault];
    if (value === null && spec.default === null) continue;
    out[fileFieldName(name, spec)] = spec.type === 'duration' ? formatDuration(value as number) : value;
  }
  return out;
}

/** These mean something else when they are left out. */
const KEPT = new Set(['topics', 'producers', 'consumers', 'require', 'targets', 'clients', 'verdict']);

/** Leaves out what is empty (text, list, null, nothing inside), because that is its default. */
function withoutEmpty(object: FileObject): FileObject {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => KEPT.has(key) || !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
