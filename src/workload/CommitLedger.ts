/** Writes the commits of one member into the history: when each was asked for, and what became of it as far as the member learned. */
import type { CommitKind, CommitRecord } from '../check/history.js';
import { type ApplicationContext, CLIENT_DIED } from './Application.js';

/** After these nobody knows whether the commit took effect. */
const UNKNOWN_FATE: ReadonlySet<string> = new Set(['TIMEOUT', 'NETWORK_EXCEPTION', 'REQUEST_TIMED_OUT', 'CLOSED', CLIENT_DIED]);

type CommittedPlace = CommitRecord['offsets'][number];

export class CommitLedger {
  private readonly pending = new Set<CommitRecord>();

  constructor(
    private readonly context: ApplicationContext,
    private readonly client: string,
    private readonly group: string,
  ) {}

  get pendingCommits(): number {
    return this.pending.size;
  }

  /** A commit is asked for; call what it returns once, with Kafka's error or an empty text. */
  invoked(kind: CommitKind, generation: number, offsets: readonly CommittedPlace[], transaction = -1): (error: string) => void {
    const { history, simulation } = this.context;
    const { client, group } = this;
    const commit = history.commitInvoked({ client, group, kind, generation, invokedUs: simulation.nowUs, offsets, transaction });
    this.pending.add(commit);
    return (error) => this.completed(commit, error);
  }

  /** The client is dead: nobody learns what became of the rest. */
  died(): void {
    for (const commit of [...this.pending]) this.completed(commit, CLIENT_DIED);
  }

  private completed(commit: CommitRecord, error: string): void {
    if (!this.pending.delete(commit)) return;
    const outcome = error === '' ? 'ok' : UNKNOWN_FATE.has(error) ? 'unknown' : 'failed';
    this.context.history.commitCompleted(commit, outcome, error, this.context.simulation.nowUs);
  }
}
