/** Who is who among a scenario's clients: consumer groups with their members, and transactional ids. */
import type { ConsumerSection, Scenario } from './Scenario.js';

/** The group of a member; undefined for a consumer outside of groups. */
export function groupOf(consumer: ConsumerSection): string | undefined {
  return consumer.application === null ? undefined : String(consumer.properties['group.id']);
}

/** The groups by group.id, each with its members in order. */
export function groupsOf(scenario: Pick<Scenario, 'workload'>): Map<string, ConsumerSection[]> {
  const groups = new Map<string, ConsumerSection[]>();
  for (const consumer of scenario.workload.consumers) {
    const group = groupOf(consumer);
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), consumer]);
  }
  return groups;
}

/** Every transactional.id that a client uses, with the client. */
export function transactionalIdsOf(scenario: Pick<Scenario, 'workload'>): { readonly client: string; readonly transactionalId: string }[] {
  const { producers, consumers } = scenario.workload;
  const found: { client: string; transactionalId: string }[] = [];
  const add = (client: string, id: string | number | boolean | undefined): void => {
    if (id !== undefined) found.push({ client, transactionalId: String(id) });
  };
  for (const { id, properties } of producers) add(id, properties['transactional.id']);
  for (const { id, application } of consumers) add(id, application?.outputProperties['transactional.id']);
  return found;
}
