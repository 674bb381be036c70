/**
 * What `compare` is given, one argument per configuration: `[LABEL:]PART[,PART…]`. A part is
 *
 * - `name=value`, a property as `--set` takes it: `producer.acks=1`;
 * - `server-properties=FILE`, `producer-properties=FILE`, `consumer-properties=FILE`;
 * - `kafka=2.0`, `feature.maximalIsr=false`, `brokers=5`, `partitions=12`, `replication-factor=2`, `application=auto`, `groups=1`, `members=3`, `transactional=2`;
 * - first and without `=`, a scenario: a file, or a name that `trialrun scenarios` lists. Then only properties, `kafka` and features may follow.
 *
 * What stands before the first colon is the label; without one the whole argument is. A part without `=` later on belongs to the value before it
 * (`cleanup.policy=compact,delete`).
 */
import type { Scenario } from '../scenario/Scenario.js';
import { crossChecks } from '../scenario/crossChecks.js';
import { changeText, varied, type Change } from '../scenario/variation.js';
import type { ScenarioOf } from '../explore/compare.js';
import { DEFAULT_REQUIRED } from '../scenario/Scenario.js';
import { generateScenario } from '../explore/generate.js';
import { meaningfulClasses } from '../explore/configuration.js';
import { perturbed } from '../explore/perturb.js';
import { applicationNames } from '../explore/applications.js';
import type { FaultClass } from '../faults/Fault.js';
import { CliError, messageOf, usageError } from './CliError.js';
import { configurationFrom, type ConfigurationOptions } from './configurationOptions.js';
import { configurationText } from '../report/configurationText.js';
import { feature, oneOf, release, splitOnce, wholeNumber } from './optionValues.js';
import { parseTopic, resolveSettings } from './propertyOptions.js';
import { loadScenario } from './scenarioFile.js';

export interface CompareSubject {
  readonly label: string;
  readonly description: string;
  readonly scenarioOf: ScenarioOf;
}

export interface SubjectContext {
  /** What holds for all of them. */
  readonly common: ConfigurationOptions;
  /** The scenario that all of them vary; absent: each seed draws one. */
  readonly scenario?: string;
  readonly firstSeed: number;
  readonly classes: readonly FaultClass[];
}

interface Parts {
  readonly label: string;
  readonly scenario: string | undefined;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

const FORM = "write such as 'acks=1:producer.acks=1', 'mine:producer-properties=producer.properties,brokers=5' or b02-acks-1";

/** @throws CliError that names the argument. */
export async function subjectOf(argument: string, context: SubjectContext): Promise<CompareSubject> {
  const parts = partsOf(argument);
  const scenario = parts.scenario ?? context.scenario;
  try {
    return scenario === undefined ? generated(parts, context) : await written(parts, scenario, context);
  } catch (error) {
    if (error instanceof CliError && !error.message.startsWith('compare '))
      throw new CliError(error.exitCode, `compare ${argument}: ${error.message}`);
    throw error;
  }
}

function partsOf(argument: string): Parts {
  const [before, after] = splitOnce(argument, ':');
  const text = after ?? argument;
  const label = after === undefined || before === '' ? text : before;
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  if (first === '') throw usageError(`compare ${argument}: there is no configuration`, FORM);
  const isScenario = !first.includes('=');
  const settings: [string, string][] = [];
  for (const part of isScenario ? rest : [first, ...rest]) {
    const [name, value] = splitOnce(part, '=');
    const last = settings.at(-1);
    if (value !== undefined && name !== '') settings.push([name, value]);
    else if (value === undefined && part !== '' && last !== undefined) last[1] += `,${part}`;
    else throw usageError(`compare ${argument}: "${part}" has no ${name === '' && value !== undefined ? 'name' : 'value'}`, FORM);
  }
  return { label, scenario: isScenario ? first : undefined, settings };
}

// ---------------------------------------------------------------- drawn by seeds

function generated({ label, settings }: Parts, { common, firstSeed, classes }: SubjectContext): CompareSubject {
  const options = settings.reduce<ConfigurationOptions>((before, [name, value]) => withSetting(before, name, value), common);
  const { configuration, defaultsFrom } = configurationFrom(options);
  const meant = meaningfulClasses(configuration, classes);
  return {
    label,
    description: configurationText(configuration, defaultsFrom)
      .map(([subject, text]) => `${subject} ${text}`)
      .join('; '),
    scenarioOf: (index) => generateScenario(configuration, String(firstSeed + index), meant, DEFAULT_REQUIRED),
  };
}

/** The options with one part of a configuration. */
function withSetting(options: ConfigurationOptions, name: string, value: string): ConfigurationOptions {
  switch (name) {
    case 'server-properties':
      return { ...options, serverProperties: value };
    case 'producer-properties':
      return { ...options, producerProperties: value };
    case 'consumer-properties':
      return { ...options, consumerProperties: value };
    case 'kafka':
      return { ...options, kafka: valueOf(name, value, release) };
    case 'brokers':
      return { ...options, brokers: valueOf(name, value, wholeNumber(1, 1_000)) };
    case 'groups':
      return { ...options, groups: valueOf(name, value, wholeNumber(1, 20)) };
    case 'members':
      return { ...options, members: valueOf(name, value, wholeNumber(1, 500)) };
    case 'transactional':
      return { ...options, transactional: valueOf(name, value, wholeNumber(0, 4)) };
    case 'application':
      return { ...options, application: valueOf(name, value, oneOf(applicationNames)) };
    case 'partitions':
    case 'replication-factor':
      return { ...options, topic: (options.topic ?? ['orders']).map((topic) => withSize(topic, name, value)) };
    default:
      if (name.startsWith('feature.')) {
        return { ...options, feature: valueOf(name, value, (text) => feature(`${name.slice(8)}=${text}`, options.feature)) };
      }
      return { ...options, set: [...(options.set ?? []), `${name}=${value}`] };
  }
}

/** The topic with another size: what is said first counts. */
function withSize(topic: string, name: 'partitions' | 'replication-factor', value: string): string {
  const [topicName, rest] = splitOnce(topic, ':');
  const sized = `${topicName}:${name}=${value}${rest === undefined || rest === '' ? '' : `,${rest}`}`;
  parseTopic(sized);
  return sized;
}

/** @throws CliError instead of commander's own. */
function valueOf<T>(name: string, value: string, parse: (text: string) => T): T {
  try {
    return parse(value);
  } catch (error) {
    throw usageError(`${name}=${value} is no value of it`, messageOf(error));
  }
}

// ---------------------------------------------------------------- one scenario, many schedules

async function written({ label, settings }: Parts, path: string, { common, firstSeed }: SubjectContext): Promise<CompareSubject> {
  const given = Object.entries(common).filter(([name, value]) => value !== undefined && !['set', 'kafka', 'feature'].includes(name));
  if (given[0] !== undefined) {
    throw usageError(
      `--${dashed(given[0][0])} changes nothing in a scenario: it holds the whole configuration`,
      'leave it out, or use --set, --kafka or --feature',
    );
  }
  const { scenario: loaded } = await loadScenario(path);
  const change = changeOf(settings, common);
  const changed = varied(loaded, change);
  const [problem] = crossChecks({ ...changed, expect: [] });
  if (problem !== undefined) throw usageError(`${problem.path.join('.')}: ${problem.message}`, problem.remedy);
  return {
    label,
    description: `${loaded.name}, Kafka ${changed.release}${changeText(change) === 'as written' ? '' : `, ${changeText(change)}`}`,
    scenarioOf: (index): Scenario => perturbed(changed, firstSeed - 1 + index),
  };
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function changeOf(settings: Parts['settings'], common: ConfigurationOptions): Change {
  let options: ConfigurationOptions = { ...common };
  for (const [name, value] of settings) {
    const next = withSetting(options, name, value);
    const allowed = next.set !== options.set || next.kafka !== options.kafka || next.feature !== options.feature || name === 'kafka';
    if (!allowed)
      throw usageError(
        `${name}=${value} changes nothing in a scenario`,
        'a scenario may be followed by properties, kafka=VERSION and feature.NAME=VALUE',
      );
    options = next;
  }
  const properties = Object.entries(resolveSettings(options.set ?? [])).flatMap(([kind, entries]) =>
    entries.map((entry) => [`${kind}.${entry.name}`, entry.value] as const),
  );
  return {
    ...(options.kafka === undefined ? {} : { release: options.kafka }),
    ...(options.feature === undefined ? {} : { features: options.feature }),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}
