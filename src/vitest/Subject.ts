/** What `expect(…)` was given: a scenario, a scenario file, or a configuration. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../library/Configuration.js';
import { configurationFields } from '../library/configurations.js';
import type { Scenario } from '../library/Scenario.js';
import { defineScenario, parseScenario } from '../library/scenarios.js';
import { TrialrunError } from '../library/TrialrunError.js';

/** What is on trial. */
export type Subject =
  | { readonly kind: 'scenario'; readonly label: string; readonly scenario: Scenario }
  | { readonly kind: 'configuration'; readonly label: string; readonly configuration: Configuration };

/** Fields that only a configuration has: an object with one of them, or with nothing that only a scenario has, is a configuration. */
const ofConfigurations: ReadonlySet<string> = new Set<keyof Configuration>([
  ...(['brokers', 'serverProperties', 'producerProperties', 'consumerProperties', 'groups', 'transactionalProducers'] as const),
]);
const ofBoth: ReadonlySet<string> = new Set(configurationFields.filter((field) => !ofConfigurations.has(field)));

/** @throws TrialrunError when it is none of them. */
export function subjectOf(received: unknown): Subject {
  if (typeof received === 'string' || received instanceof URL) return fileSubject(received);
  if (typeof received !== 'object' || received === null || Array.isArray(received)) {
    throw new TrialrunError([
      `expect(…).toHold: expected a scenario, the path of a scenario file or a configuration, found ${String(received)}`,
    ]);
  }
  const fields = Object.keys(received);
  if (fields.some((field) => ofConfigurations.has(field)) || fields.every((field) => ofBoth.has(field))) {
    return { kind: 'configuration', label: 'configuration', configuration: received };
  }
  const scenario = defineScenario(received);
  return { kind: 'scenario', label: `scenario ${scenario.name ?? ''}`.trim(), scenario };
}

function fileSubject(path: string | URL): Subject {
  const file = path instanceof URL ? fileURLToPath(path) : path;
  const extension = extname(file).toLowerCase();
  if (extension === '.properties') {
    throw new TrialrunError([
      `${file} is a .properties file. Write { producerProperties: propertiesFile(${JSON.stringify(file)}) }, or serverProperties, or consumerProperties`,
    ]);
  }
  if (/^\.[cm]?[jt]s$/.test(extension)) throw new TrialrunError([`${file} is a module. Import it, and give its scenario to expect`]);
  return { kind: 'scenario', label: file, scenario: parseScenario(textOf(file, 'a scenario'), file) };
}

/** @param what such as `a scenario`. @throws TrialrunError */
export function textOf(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = `Give the path of ${what}, absolute or from ${process.cwd()}`;
    throw new TrialrunError([code === 'ENOENT' ? `${file}: no such file. ${remedy}` : `${file} cannot be read: ${message}. ${remedy}`]);
  }
}
