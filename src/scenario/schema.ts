/**
 * The file form of a scenario, as one strict schema for YAML, JSON and TypeScript alike. It decides shapes, units and defaults; what needs more
 * than one field to be wrong (a replication factor above the number of brokers) is found in `crossChecks.ts`.
 */
import { z } from 'zod';
import { PRESETS } from '../kafka/protocol/features.js';
import { defaultRelease, kafkaReleases } from '../kafka/protocol/release.js';
import { faultSchema } from './faultSchema.js';
import { chance, duration, field, identifier, integer, oneOf, properties, target, text } from './fields.js';
import { DEFAULT_REQUIRED, GUARANTEES } from './Scenario.js';

const TRUNCATION_RULES = ['high-watermark', 'kip-101', 'kip-279', 'kip-320', 'fetch'] as const;
const MANY = 1_000_000;

/** YAML reads an unquoted 3.9 as a number. */
const release = field(
  z
    .union([z.string(), z.number()])
    .transform((value) => kafkaReleases.find((known) => known === String(value) || Number(known) === value) ?? String(value))
    .pipe(z.enum(kafkaReleases, { error: (issue) => `there is no release "${String(issue.input)}" to simulate` })),
  'Kafka release whose behaviour is simulated',
  `write one of ${kafkaReleases.map((known) => `"${known}"`).join(', ')}`,
);

const features = z
  .strictObject(
    Object.fromEntries(
      Object.keys(PRESETS[defaultRelease]).map((feature) => [
        feature,
        feature === 'truncation'
          ? oneOf(TRUNCATION_RULES, 'how a follower reconciles its log').optional()
          : field(z.boolean().optional(), 'a behaviour that changed between releases', 'write true or false'),
      ]),
    ) as Record<string, z.ZodType<boolean | string | undefined>>,
  )
  .describe('differences from the behaviour of the release');

const cluster = z.strictObject({
  brokers: integer('number of brokers; their ids are 1, 2, …', 1, 1_000).default(3),
  zookeeperServers: integer('number of ZooKeeper servers', 1, 9).default(3),
  properties: properties('as in server.properties, for every broker'),
  perBroker: field(
    z.record(z.string().regex(/^\d+$/, { error: 'expected a broker id' }), properties('as in server.properties')).default({}),
    'more properties for one broker, by its id',
  ),
});

const topic = z.strictObject({
  name: identifier('name of the topic'),
  partitions: integer('number of partitions; as many as the assignment has, else 1, unless given', 1, 100_000).optional(),
  replicationFactor: integer('replicas of each partition; as in the assignment, else 3 or the number of brokers', 1, 1_000).optional(),
  assignment: field(
    z
      .array(z.array(integer('a broker', 1, 100_000)).min(1))
      .min(1)
      .optional(),
    'broker ids per partition, the preferred leader first',
    'write one list of broker ids per partition, such as [[1, 2, 3], [2, 3, 1]]',
  ),
  properties: properties('topic-level properties, such as min.insync.replicas'),
});

const topicsOfClient = field(z.array(z.string()).min(1).optional(), 'topics; every topic unless given', 'write a list such as [orders]');

const producer = z.strictObject({
  id: identifier('name of the client, unique among all clients; p1, p2, … unless given').optional(),
  topics: topicsOfClient,
  partition: integer('every record to this partition', 0, 100_000).nullable().default(null),
  keys: integer('distinct keys, k0, k1, …; 0 for records without a key', 0, MANY).default(0),
  recordBytes: integer('size of one record', 1, 100_000_000).default(100),
  start: duration('when it begins to send').prefault('1500ms'),
  every: duration('time between two sends').prefault('100ms'),
  count: integer('sends at most', 0, 10_000_000).default(250),
  mode: oneOf(
    ['async', 'sync', 'forget'],
    'sync: the next send waits for the result of the previous one; forget: nobody looks at results, and nobody waits for them at the end',
  ).default('async'),
  resends: integer('times that the application sends a record again, as a new one, after its send failed', 0, 1_000).default(0),
  transaction: field(
    z
      .strictObject({
        records: integer('records of one transaction', 1, MANY).default(5),
        abortEvery: integer('one of so many transactions is aborted on purpose; 0: none', 0, MANY).default(0),
      })
      .nullable()
      .optional(),
    'sends in transactions; so does a producer with a transactional.id',
    'write {records: 5, abortEvery: 0}',
  ),
  properties: properties('as in producer.properties'),
});

const commit = oneOf(
  ['auto', 'before', 'after', 'transaction', 'never'],
  'auto: the client commits (enable.auto.commit); before or after processing; transaction: with the output; never',
).optional();
const commitMode = oneOf(['sync', 'async'], 'commitSync or commitAsync, for before and after');
const workers = integer('0: records are processed in the poll loop; otherwise by so many workers while the loop goes on polling', 0, 1_000);

const application = z.strictObject({
  commit,
  commitMode: commitMode.default('sync'),
  process: duration('time that one record takes').prefault('1ms'),
  workers: workers.default(0),
  output: text('topic to which one record is sent for each that was read; none: the effect is outside Kafka').nullable().default(null),
  outputProperties: properties('as in producer.properties, for the output'),
});

const consumer = z.strictObject({
  id: identifier('name of the client, unique among all clients; c1, c2, … unless given').optional(),
  topics: topicsOfClient,
  start: duration('when it begins to read').prefault('1500ms'),
  pollEvery: duration('time between two polls; 0: polls again whenever records arrive').prefault('0s'),
  application: field(
    application.nullable().optional(),
    'what a member of a group does with records; a consumer with a group.id is one, others only look',
    'write such as {commit: after, process: 5ms}',
  ),
  properties: properties('as in consumer.properties'),
});

const network = z.strictObject({
  min: duration('least latency of a link').prefault('150us'),
  max: duration('greatest latency of a link, spikes aside').prefault('450us'),
  spikeChance: chance('chance, per message, of an extra delay').default(0),
  spikeMean: duration('mean of that delay').prefault('0s'),
});

const delay = z.strictObject({
  from: target('node whose messages it concerns; any unless given').nullable().default(null),
  to: target('node to which they go; any unless given; "next receiver": whoever gets the first of them').nullable().default(null),
  at: duration('concerns what is sent from then on; everything unless given').prefault('0s'),
  count: integer('so many messages; all until the healing unless given', 1, MANY).nullable().default(null),
  by: duration('how much later they arrive'),
});

const guarantee = oneOf(GUARANTEES, 'a guarantee');
const verdict = oneOf(['held', 'violated', 'unknown'], 'what the run shows');

const expectation = z.strictObject({
  release: release.optional(),
  features: features.optional(),
  properties: properties('producer.acks, consumer.…, topic.…; anything else is a broker property').optional(),
  application: field(
    z.strictObject({ commit, commitMode: commitMode.optional(), workers: workers.optional() }).optional(),
    'what the application of every group member does otherwise',
    'write such as {commit: after}',
  ),
  verdict: field(
    z.partialRecord(guarantee, verdict),
    'the expected verdict of guarantees',
    'write such as {no-acknowledged-loss: violated}',
  ),
});

const found = z.strictObject({
  hash: text('event hash of the run'),
  guarantee: text('what failed'),
  kind: text('kind of the finding'),
  version: text('version of Trialrun that found it'),
  digest: text('digest of the scenario as it was saved'),
});

/** The whole file. */
export const scenarioSchema = z
  .strictObject({
    $schema: text('for editors').optional(),
    formatVersion: field(z.literal(1).default(1), 'version of this file form', 'write 1'),
    name: identifier('short and unique, used for file and folder names').optional(),
    title: text('one line for people').default(''),
    teaches: text('what somebody learns by running it').default(''),
    catalogue: field(z.array(z.string()).default([]), 'entries of the failure catalogue', 'write a list such as [B-10]'),
    release: release.default(defaultRelease),
    features: features.default({}),
    seed: field(
      z.union([z.string(), z.int()]).transform(String).default('1'),
      'decides every draw of chance',
      'write text or a whole number',
    ),
    cluster: cluster.prefault({}),
    topics: field(z.array(topic).optional(), 'topics; orders with 6 partitions unless given', 'write a list of topics'),
    workload: z
      .strictObject({
        producers: field(z.array(producer).optional(), 'four unless given', 'write a list of producers'),
        consumers: field(z.array(consumer).optional(), 'two unless given', 'write a list of consumers'),
      })
      .prefault({}),
    network: network.prefault({}),
    faults: field(z.array(faultSchema).default([]), 'what goes wrong', 'write a list of faults'),
    buggify: field(
      z.record(z.string(), chance('chance that the site fires when it is passed')).optional(),
      'sites of legal but nasty behaviour inside brokers and clients, by id',
      'write such as {replica-fetch/one-batch: 0.1}',
    ),
    delays: field(
      z.array(delay).default([]),
      'messages that take longer than their links make them, without breaking the order of any connection',
      'write a list such as [{to: 1, at: 4s, by: 40ms}]',
    ),
    duration: duration('length of the phase in which faults happen').prefault('30s'),
    core: field(
      z
        .array(integer('a broker', 1, 100_000))
        .min(1)
        .nullable()
        .default(null),
      'brokers that are healed at the end; all unless given',
      'write a list of broker ids such as [1, 2]',
    ),
    outsideCore: oneOf(
      ['lost', 'frozen'],
      'what becomes of other brokers that a fault still holds: they die for good, or stay for ever as they are; lost unless given',
    ).optional(),
    convergeWithin: duration('time to converge after the healing; derived from the timeouts unless given').nullable().default(null),
    require: field(
      z.array(guarantee).default([...DEFAULT_REQUIRED]),
      'guarantees that the verdict of the run follows',
      'write a list of guarantees',
    ),
    expect: field(z.array(expectation).default([]), 'what a lesson claims', 'write a list of expectations'),
    found: found.optional(),
  })
  .describe('A Trialrun scenario.');

/** What a file may contain. */
export type ScenarioFile = z.input<typeof scenarioSchema>;
/** The same with units and defaults applied. */
export type ParsedFile = z.output<typeof scenarioSchema>;

/** The JSON Schema (draft 7) for editors: completion, descriptions, errors while typing. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'Trialrun scenario', ...rest };
}

/** One producer and one consumer with nothing but defaults, as the schema gives them. */
export function blankClients(): { producer: z.output<typeof producer>; consumer: z.output<typeof consumer> } {
  return { producer: producer.parse({}), consumer: consumer.parse({}) };
}
