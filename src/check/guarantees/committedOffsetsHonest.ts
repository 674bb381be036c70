/**
 * committed-offsets-honest (P23): what a group commits is true, and stays.
 *
 * A member commits no offset beyond what it was given; one whose application commits after processing, none beyond what it has processed; and no owner's
 * commits go back unless its position was set back on record. A commit that was acknowledged is where a later owner starts, whoever coordinates by then.
 *
 * Judged within one ownership (see ownerships.ts); records that the isolation level does not show, and places that were compacted or truncated, may be
 * passed without being read. Excused: a start elsewhere after the offset has expired or was out of range, and one at an offset whose commit came so late
 * that it took the acknowledged one back (see lateCommits.ts). So is an owner in a generation before that of the commit: a coordinator that was deposed and does not know it
 * takes a member of the consumer protocol back into the epoch that it knows, and tells offsets from memory. Where an owner starts is seen from its first position or, without one, from its first poll.
 */
import type { AnomalyKind, Finding } from '../Finding.js';
import type { FinalLog } from '../finalLogs.js';
import type { CommitRecord, PollRecord } from '../history.js';
import type { Checked, EndOfRun } from './Guarantee.js';
import { byPartition, secondsText, Tally } from './Guarantee.js';
import { LateCommits } from './lateCommits.js';
import { checkLinearizableCommits } from './linearizableCommits.js';
import type { PartitionHistory, PositionEvent } from './ownerships.js';

export function checkCommittedOffsetsHonest(end: EndOfRun, histories: readonly PartitionHistory[]): Checked {
  const tally = new Tally();
  if (end.history.commits.length === 0) return tally;
  const finals = byPartition(end);
  const acknowledged = new AcknowledgedCommits(end);
  const processed = new Processed(end);
  const late = new LateCommits(end);
  for (const history of histories) {
    if ((end.consumerOf(history.client)?.group ?? null) === null) continue;
    const log = finals.get(history.partition)?.leader ?? null;
    if (log === null) tally.unseen++;
    else new Walk(end, tally, history, log, acknowledged, processed, late).run();
  }
  if (tally.violations === 0) checkLinearizableCommits(end, histories, tally);
  return tally;
}

/** When each member was done with each record. */
class Processed {
  private readonly byClient = new Map<string, Map<number, Map<number, number>>>();

  constructor(end: EndOfRun) {
    for (const { client, partition, offset, endedUs } of end.history.processed) {
      if (endedUs < 0) continue;
      let partitions = this.byClient.get(client);
      if (partitions === undefined) this.byClient.set(client, (partitions = new Map()));
      let offsets = partitions.get(partition);
      if (offsets === undefined) partitions.set(partition, (offsets = new Map()));
      if (!offsets.has(offset)) offsets.set(offset, endedUs);
    }
  }

  /** -1: never. */
  endedUs(client: string, partition: number, offset: number): number {
    return this.byClient.get(client)?.get(partition)?.get(offset) ?? -1;
  }
}

interface Acknowledged {
  readonly commit: CommitRecord;
  readonly offset: number;
}

/** Commits of each group and partition that were acknowledged, in the order of their acknowledgement. */
class AcknowledgedCommits {
  private readonly byPlace = new Map<string, Acknowledged[]>();
  /** Every offset that anybody ever tried to commit there. */
  private readonly tried = new Map<string, Set<number>>();

  constructor(end: EndOfRun) {
    const sorted = [...end.history.commits].sort((a, b) => a.completedUs - b.completedUs || a.invokedUs - b.invokedUs);
    for (const commit of sorted) {
      for (const { partition, offset } of commit.offsets) {
        const key = `${commit.group}/${partition}`;
        const tried = this.tried.get(key) ?? new Set();
        this.tried.set(key, tried.add(offset));
        if (commit.outcome !== 'ok') continue;
        const list = this.byPlace.get(key);
        if (list === undefined) this.byPlace.set(key, [{ commit, offset }]);
        else list.push({ commit, offset });
      }
    }
  }

  /** The latest that was acknowledged before this time. */
  before(group: string, partition: number, timeUs: number): Acknowledged | undefined {
    const list = this.byPlace.get(`${group}/${partition}`) ?? [];
    let found: Acknowledged | undefined;
    for (const entry of list) {
      if (entry.commit.completedUs >= timeUs) break;
      found = entry;
    }
    return found;
  }

  wasTried(group: string, partition: number, offset: number): boolean {
    return this.tried.get(`${group}/${partition}`)?.has(offset) === true;
  }
}

class Walk {
  /** Next offset to be read as far as the history shows; -1 unknown. */
  private position = -1;
  /** The highest that this owner committed since its position was last set; -1 none. */
  private highest = -1;
  /** The owner has just begun: its first position is yet to be seen. */
  private begins: Extract<PositionEvent, { kind: 'owned' }> | null = null;
  private reads: PollRecord[] = [];
  /** Index of the first read that may hold records beyond what was committed. */
  private unverified = 0;
  private ownedUs = 0;
  /** Whether a read in the same microsecond came before or after is not on record. */
  private resetUs = -1;

  constructor(
    private readonly end: EndOfRun,
    private readonly tally: Tally,
    private readonly history: PartitionHistory,
    private readonly log: FinalLog,
    private readonly acknowledged: AcknowledgedCommits,
    private readonly processed: Processed,
    private readonly late: LateCommits,
  ) {}

  run(): void {
    for (const event of this.history.events) {
      switch (event.kind) {
        case 'owned':
          this.own(event);
          break;
        case 'given-up':
          this.forget();
          break;
        case 'reset':
          if (this.begins !== null && event.reset.from < 0) this.started(event.reset.to, event.timeUs);
          else this.begins = null;
          this.position = event.reset.to;
          this.resetUs = event.timeUs;
          this.highest = -1;
          this.reads = [];
          this.unverified = 0;
          break;
        case 'poll':
          if (this.begins !== null) this.started(event.poll.offsets[0] as number, event.timeUs);
          this.position = event.timeUs === this.resetUs ? -1 : (event.poll.offsets[event.poll.offsets.length - 1] as number) + 1;
          this.reads.push(event.poll);
          break;
        case 'commit':
          this.committed(event.commit, event.offset);
          break;
      }
    }
  }

  private own(event: Extract<PositionEvent, { kind: 'owned' }>): void {
    this.forget();
    this.begins = event;
    this.ownedUs = event.timeUs;
    if (event.position >= 0) this.started(event.position, event.timeUs);
  }

  private forget(): void {
    this.position = -1;
    this.highest = -1;
    this.begins = null;
    this.reads = [];
    this.unverified = 0;
  }

  /** Where the new owner begins must be what was acknowledged last. */
  private started(at: number, timeUs: number): void {
    const { begins, end, tally, history, acknowledged, late } = this;
    this.begins = null;
    this.position = at;
    if (begins === null) return;
    const { group } = begins.record;
    const last = acknowledged.before(group, history.partition, begins.timeUs);
    if (last === undefined) return;
    tally.judged++;
    if (at === last.offset || this.sameToReaders(last.offset, at)) return;
    if (end.chronicle.hasExpired(group, history.partition) || last.offset < this.log.start) tally.excused++;
    else if (at > last.offset && acknowledged.wasTried(group, history.partition, at)) return;
    else if (end.setbacks.anyBelow(history.partition, last.offset, last.commit.invokedUs, timeUs)) tally.excused++;
    else if (end.chronicle.isFormerGeneration(group, begins.record.generation, last.commit.generation)) tally.excused++;
    else if (late.tookBack(last.commit, history.partition, last.offset, at, timeUs)) tally.excused++;
    else tally.violated(() => this.forgotten(at, last, timeUs));
  }

  /** Nothing that a consumer would be given lies between the two. */
  private sameToReaders(from: number, to: number): boolean {
    return to > from && this.firstVisible(from, to) < 0;
  }

  private firstVisible(from: number, to: number): number {
    const { log, end, history } = this;
    const readCommitted = end.consumerOf(history.client)?.readCommitted === true;
    for (let offset = Math.max(from, log.start); offset < Math.min(to, log.end); offset++) {
      if (log.valueAt(offset) >= 0 && log.visibleAt(offset, readCommitted)) return offset;
    }
    return -1;
  }

  private committed(commit: CommitRecord, offset: number): void {
    const { tally, end, history } = this;
    tally.judged++;
    if (this.position >= 0 && offset > this.position) {
      const visible = this.firstVisible(this.position, offset);
      if (visible >= 0 && !end.setbacks.anyBelow(history.partition, offset, this.ownedUs, commit.invokedUs)) {
        const { position } = this;
        tally.violated(() =>
          this.beyond('commit-beyond-read', commit, offset, visible, `it had been given nothing beyond ${position - 1}`),
        );
      }
    }
    const application = end.consumerOf(history.client)?.application;
    if (application?.commit === 'after' && commit.kind !== 'auto') this.compareProcessed(commit, offset);
    if (commit.outcome !== 'ok') return;
    if (offset < this.highest) {
      const { highest } = this;
      tally.violated(() => this.wentBack(commit, offset, highest));
    } else this.highest = offset;
  }

  private compareProcessed(commit: CommitRecord, offset: number): void {
    const { processed, history, tally, reads } = this;
    for (; this.unverified < reads.length; this.unverified++) {
      for (const at of (reads[this.unverified] as PollRecord).offsets) {
        if (at >= offset) return;
        const endedUs = processed.endedUs(history.client, history.partition, at);
        if (endedUs >= 0 && endedUs <= commit.invokedUs) continue;
        tally.violated(() => this.beyond('commit-beyond-processed', commit, offset, at, `it had not finished the record at offset ${at}`));
        this.unverified++;
        return;
      }
    }
  }

  private beyond(kind: AnomalyKind, commit: CommitRecord, offset: number, at: number, why: string): Finding {
    const place = this.end.names.text(this.history.partition);
    const message = `${commit.client} committed offset ${offset} of ${place} for group ${commit.group} at ${secondsText(commit.invokedUs)}, but ${why}.`;
    return this.finding(kind, commit.invokedUs, at, message, commit);
  }

  private wentBack(commit: CommitRecord, offset: number, highest: number): Finding {
    const place = this.end.names.text(this.history.partition);
    const message =
      `${commit.client} committed offset ${offset} of ${place} for group ${commit.group} at ${secondsText(commit.invokedUs)} after it had committed ` +
      `${highest}, and no reset of its position is on record.`;
    return this.finding('commit-went-back', commit.invokedUs, offset, message, commit);
  }

  private forgotten(at: number, { commit, offset }: Acknowledged, timeUs: number): Finding {
    const place = this.end.names.text(this.history.partition);
    const message =
      `${this.history.client} of group ${commit.group} began ${place} at offset ${at} at ${secondsText(timeUs)}, but the commit of offset ${offset} by ` +
      `${commit.client} had been acknowledged at ${secondsText(commit.completedUs)}.`;
    return this.finding('commit-forgotten', timeUs, Math.min(at, offset), message, commit);
  }

  private finding(kind: AnomalyKind, timeUs: number, offset: number, message: string, commit: CommitRecord): Finding {
    const { history, log } = this;
    const value = log.valueAt(offset);
    const witness = { client: history.client, group: commit.group, generation: commit.generation };
    return {
      guarantee: 'committed-offsets-honest',
      kind,
      partition: history.partition,
      offset,
      value,
      timeUs,
      eventIndex: -1,
      message,
      witness,
    };
  }
}
