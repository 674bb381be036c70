/** What every check of a history reads: the history, what it shows of the logs, who did what in which order, and what the configuration rules out. */
import type { AnomalyType } from './AnomalyType.js';
import { groupBy, type Groups } from './columns.js';
import type { JepsenHistory } from './JepsenHistory.js';
import { clientOf } from './JepsenHistory.js';
import type { ClientTraits, Traits } from './Traits.js';
import { versionsOf, type Versions } from './Versions.js';

export class Analysis {
  readonly versions: Versions;
  /** By session: isolation.level=read_committed. */
  readonly readsCommitted: Uint8Array;
  /** The operations of each session in the order of their completions. */
  readonly bySession: Groups;
  private invocations: Groups | null = null;

  constructor(
    readonly history: JepsenHistory,
    readonly traits: Traits,
  ) {
    this.readsCommitted = Uint8Array.from(history.sessions, ({ client }) => (this.of(client).isolationLevel === 'read_committed' ? 1 : 0));
    this.versions = versionsOf(history, this.readsCommitted);
    this.bySession = groupBy(history.opSession, history.sessions.length);
  }

  /** The operations of each session in the order of their invocations. */
  get byInvocation(): Groups {
    if (this.invocations !== null) return this.invocations;
    const { opInvoked, opSession, sessions } = this.history;
    return (this.invocations = groupBy(opSession, sessions.length, inOrderOf(opInvoked)));
  }

  /** Why the client that did this operation is not promised to be spared this; empty when it is promised. */
  notPromised(type: AnomalyType, op: number): string {
    return this.traitsOf(op).notPromised[type] ?? '';
  }

  traitsOf(op: number): ClientTraits {
    return this.of(clientOf(this.history, op));
  }

  /** Is the record of a transaction, and shown to whoever reads uncommitted records? */
  shownUncommitted(reader: number, record: number): boolean {
    const { recordWriter, opTransactional, opSession } = this.history;
    const writer = recordWriter[record] as number;
    return writer >= 0 && opTransactional[writer] === 1 && this.readsCommitted[opSession[reader] as number] === 0;
  }

  private of(client: string): ClientTraits {
    const { clients, others } = this.traits;
    return Object.hasOwn(clients, client) ? (clients[client] as ClientTraits) : others;
  }
}

/** Rows by their positions, which are distinct and close together. */
export function inOrderOf(positions: Int32Array): Int32Array {
  let end = 0;
  for (const position of positions) end = Math.max(end, position + 1);
  const rowAt = new Int32Array(end).fill(-1);
  for (let row = 0; row < positions.length; row++) rowAt[positions[row] as number] = row;
  return rowAt.filter((row) => row >= 0);
}
