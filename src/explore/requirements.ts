/** What a check requires unless somebody says otherwise. */
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { concerns, promiseUnder } from '../check/promises.js';
import { FAULT_CLASSES, type FaultClass } from '../faults/Fault.js';
import { requiredGuarantees, type TrialConfiguration } from './configuration.js';
import { promiseFactsOf } from './promiseFacts.js';

/** Kafka acknowledges before it flushes: that power loss need not be survived is the one thing that everybody has to decide for themselves. */
export const DEFAULT_CLASSES: readonly FaultClass[] = FAULT_CLASSES.filter((faultClass) => faultClass !== 'power-loss');

/**
 * What has to hold: in a swarm whatever a seed's own shape promises, else what everybody counts on, and whatever the configuration promises under every
 * required class.
 */
export function defaultGuarantees(configuration: TrialConfiguration, classes: readonly FaultClass[]): GuaranteeName[] {
  if (configuration.swarm !== undefined) return [...guaranteeNames];
  const counted = requiredGuarantees(configuration);
  const facts = promiseFactsOf(configuration);
  const promised = (name: GuaranteeName): boolean => concerns(name, facts) && promiseUnder(name, classes, facts).promised;
  return guaranteeNames.filter((name) => counted.includes(name) || promised(name));
}
