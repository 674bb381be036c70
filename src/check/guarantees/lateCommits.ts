/**
 * Commits that were overtaken: a client gives a commit up (its connection broke, or no answer came in time), tries again or goes on, and commits more;
 * then the broker gets round to the old request and takes the group's offset back. Nothing in Kafka forbids that within one generation: requests of two
 * connections have no order, and a coordinator writes whatever offset a valid member asks for.
 *
 * Only what really happened counts: the coordinator reported the lower offset after the higher one, somebody had asked for it whom no answer reached (or
 * asynchronously, whose order Kafka does not promise), and who had asked was neither of an older generation nor, in the same one, a static member that has been
 * replaced since: both would have to be refused.
 */
import type { CommittedOffset } from '../Chronicle.js';
import type { CommitRecord } from '../history.js';
import type { EndOfRun } from './Guarantee.js';

export class LateCommits {
  private readonly effects = new Map<string, CommittedOffset[]>();
  /** By place and offset: a commit of it may still be on its way to the coordinator when its client goes on. */
  private readonly stray = new Map<string, CommitRecord[]>();

  constructor(end: EndOfRun) {
    for (const effect of end.chronicle.committed) addTo(this.effects, `${effect.group}/${effect.partition}`, effect);
    for (const commit of end.history.commits) {
      for (const { partition, offset } of commit.offsets) {
        if (!mayArriveLate(end, commit, partition, offset)) continue;
        addTo(this.stray, `${commit.group}/${partition}/${offset}`, commit);
      }
    }
  }

  /** Did a late commit of the lower offset `at` take this acknowledged one back before the time? */
  tookBack(acknowledged: CommitRecord, partition: number, offset: number, at: number, timeUs: number): boolean {
    const { group, completedUs } = acknowledged;
    if (at >= offset) return false;
    const stray = this.stray.get(`${group}/${partition}/${at}`)?.some(({ invokedUs }) => invokedUs <= completedUs) === true;
    if (!stray) return false;
    let overtaken: CommittedOffset | undefined;
    for (const effect of this.effects.get(`${group}/${partition}`) ?? []) {
      if (effect.timeUs > timeUs) break;
      if (effect.offset === offset) overtaken = effect;
      else if (effect.offset === at && overtaken !== undefined && wasValid(effect, overtaken)) return true;
    }
    return false;
  }
}

function wasValid(effect: CommittedOffset, overtaken: CommittedOffset): boolean {
  return effect.generation > overtaken.generation || (effect.generation === overtaken.generation && effect.member === overtaken.member);
}

/** Can the coordinator come across an attempt of this commit when the client has gone on? */
export function mayArriveLate(end: EndOfRun, { client, kind, outcome }: CommitRecord, partition: number, offset: number): boolean {
  // A transaction's offsets are settled before its producer, or its successor, goes on.
  if (kind === 'transaction') return false;
  if (outcome === 'pending' || outcome === 'unknown') return true;
  return (kind === 'async' && outcome === 'ok') || end.chronicle.gaveUpCommit(client, partition, offset);
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
