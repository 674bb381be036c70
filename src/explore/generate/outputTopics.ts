/** The topics that the applications of groups produce to. */
import { applicationKinds } from '../applications.js';
import type { GroupConfiguration, TopicConfiguration, TrialConfiguration } from '../configuration.js';

/** One for each group that transforms, like the first topic; but never compacted, since what is made of a record without a key would be refused (INVALID_RECORD). */
export function outputTopics({ groups, topics }: TrialConfiguration): TopicConfiguration[] {
  const model = topics[0];
  if (model === undefined) return [];
  const properties = new Map([...model.properties].filter(([name]) => name !== 'cleanup.policy'));
  return groups
    .filter(({ application }) => applicationKinds[application].transforms)
    .map((group) => ({ ...model, name: outputTopicOf(group), properties }));
}

export function outputTopicOf({ id }: GroupConfiguration): string {
  return `${identifierOf(id)}-output`;
}

/** A group.id may hold anything; names of clients and topics may not. */
export function identifierOf(group: string): string {
  return group.replace(/[^A-Za-z0-9._-]/g, '_');
}
