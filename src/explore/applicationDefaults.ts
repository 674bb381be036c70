/** What goes without saying about consumer groups and transactions that somebody puts on trial. */
import type { ConfigValue } from '../kafka/config/index.js';
import { applicationKinds, type ApplicationName } from './applications.js';
import type { SetProperties, TrialConfiguration } from './configuration.js';

export type Applications = Pick<TrialConfiguration, 'groups' | 'transactionalProducers'>;

/** Of a group. */
export const DEFAULT_MEMBERS = 2;
/** Of the workload that every seed draws. */
export const PRODUCERS = 4;

/** The application that commits as the properties say. */
export function fittingApplication(consumer: SetProperties): ApplicationName {
  return consumer.get('enable.auto.commit') === false ? 'commit-after' : 'auto';
}

/** Where nobody speaks for the consumers: every record from the beginning, and with transactions only what was committed. */
export function recommendedForApplications({ groups, transactionalProducers }: Applications, consumer: SetProperties): SetProperties {
  if (groups.length === 0 && transactionalProducers === 0) return consumer;
  const transactions =
    transactionalProducers > 0 || groups.some(({ application }) => applicationKinds[application].commit === 'transaction');
  return new Map<string, ConfigValue>([
    ...(groups.length > 0 ? ([['auto.offset.reset', 'earliest']] as const) : []),
    ...(transactions ? ([['isolation.level', 'read_committed']] as const) : []),
    ...consumer,
  ]);
}
