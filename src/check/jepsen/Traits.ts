/**
 * What decides which anomalies a configuration rules out: the isolation level of each consumer, and what is not promised to each producer and why. Jepsen has one list of
 * allowed anomalies for all; here an anomaly counts by whom it concerns.
 *
 * {@link traitsOf} follows from a client's properties (Kafka documentation, producer and consumer configurations). A simulated run knows more (classes of faults, topics,
 * releases) and writes what its own table of promises says into the history.
 */
import { anomalyTypes, type AnomalyType } from './AnomalyType.js';
import { HistoryError } from './HistoryError.js';
import type { JepsenValue } from './JepsenOp.js';

export const isolationLevels = ['read_committed', 'read_uncommitted'] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

export interface ClientTraits {
  readonly isolationLevel: IsolationLevel;
  /** Reasons, by what may therefore happen. */
  readonly notPromised: Readonly<Partial<Record<AnomalyType, string>>>;
}

export interface Traits {
  /** By client. */
  readonly clients: Readonly<Record<string, ClientTraits>>;
  /** Of every other client. */
  readonly others: ClientTraits;
  /** Why what was not read may only be late; empty where the readers were given the time to read everything. */
  readonly cutShort: string;
}

/** Properties of producers and consumers that decide. */
export interface ClientProperties {
  /** -1 all. */
  readonly acks: number;
  readonly idempotence: boolean;
  readonly retries: number;
  readonly maxInFlight: number;
  readonly isolationLevel: IsolationLevel;
}

/** What Jepsen's suites call safe: acks=all, idempotence, read_committed. */
export const SAFE: ClientProperties = {
  acks: -1,
  idempotence: true,
  retries: 2_147_483_647,
  maxInFlight: 5,
  isolationLevel: 'read_committed',
};

/** What such clients are not promised. */
export function traitsOf({ acks, idempotence, retries, maxInFlight, isolationLevel }: ClientProperties): ClientTraits {
  const notPromised: Partial<Record<AnomalyType, string>> = {};
  if (acks !== -1) {
    const why = `with acks=${acks} the leader's word is not that of the other replicas`;
    for (const type of ['lost-write', 'unseen'] as const) notPromised[type] = why;
  }
  if (!idempotence && retries > 0) {
    const why = 'without enable.idempotence a retry may be written again';
    notPromised.duplicate = why;
    if (maxInFlight > 1 || acks !== -1) {
      notPromised['nonmonotonic-send'] = notPromised['int-nonmonotonic-send'] =
        'without enable.idempotence a retry may come behind a later request';
    }
  }
  return { isolationLevel, notPromised };
}

export const NOBODY_IN_PARTICULAR: Traits = { clients: {}, others: traitsOf(SAFE), cutShort: '' };

/** As files have them. */
export function traitsValue({ clients, others, cutShort }: Traits): JepsenValue {
  const value = ({ isolationLevel, notPromised }: ClientTraits): JepsenValue => ({
    'isolation-level': isolationLevel,
    'not-promised': { ...notPromised } as Record<string, string>,
  });
  const each = Object.fromEntries(Object.entries(clients).map(([client, traits]) => [client, value(traits)]));
  return { clients: each, others: value(others), 'cut-short': cutShort };
}

type Fields = Readonly<Record<string, JepsenValue>>;

/** @param where such as `op 0`. @throws HistoryError */
export function readTraits(value: JepsenValue, where: string): Traits {
  const { clients, others, 'cut-short': cutShort = '' } = fields(value, where, 'the configuration');
  if (typeof cutShort !== 'string') throw new HistoryError(`${where}: cut-short is no text`, 'write why, or leave it out');
  const each = Object.entries(fields(clients ?? {}, where, 'clients'));
  return {
    clients: Object.fromEntries(each.map(([client, traits]) => [client, clientTraits(traits, `${where}, client ${client}`)])),
    others: others === undefined ? NOBODY_IN_PARTICULAR.others : clientTraits(others, `${where}, others`),
    cutShort,
  };
}

function clientTraits(value: JepsenValue, where: string): ClientTraits {
  const { 'isolation-level': isolation = 'read_committed', 'not-promised': reasons = {} } = fields(value, where, 'a client');
  const isolationLevel = isolationLevels.find((level) => level === isolation);
  if (isolationLevel === undefined) {
    throw new HistoryError(`${where}: there is no isolation level ${String(isolation)}`, `write one of ${isolationLevels.join(', ')}`);
  }
  const notPromised: Partial<Record<AnomalyType, string>> = {};
  for (const [name, reason] of Object.entries(fields(reasons, where, 'not-promised'))) {
    const type = anomalyTypes.find((known) => known === name);
    if (type === undefined) throw new HistoryError(`${where}: there is no anomaly ${name}`, `write one of ${anomalyTypes.join(', ')}`);
    if (typeof reason !== 'string' || reason === '') throw new HistoryError(`${where}: ${name} has no reason`, 'write why it may happen');
    notPromised[type] = reason;
  }
  return { isolationLevel, notPromised };
}

function fields(value: JepsenValue, where: string, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new HistoryError(`${where}: ${what} is no map`, 'see docs/jepsen.md for an example');
}
