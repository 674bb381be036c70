/**
 * Range on the server: topic by topic everybody gets their share, as the classic range assignor does, but keeps what they had of it where they can
 * (org.apache.kafka.coordinator.group.assignor.RangeAssignor).
 */
import { membersByTopic, type ServerAssignor, type TargetMember } from './ServerAssignor.js';

export const rangeServerAssignor: ServerAssignor = {
  name: 'range',
  assign(cluster, members) {
    const assignment = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]));
    const subscribers = membersByTopic(members);
    for (const [topic, partitions] of cluster) {
      const readers = subscribers.get(topic);
      if (readers !== undefined) assignTopic(partitions, readers, assignment);
    }
    return assignment;
  },
};

function assignTopic(partitions: readonly number[], readers: readonly TargetMember[], assignment: Map<string, number[]>): void {
  const quota = Math.floor(partitions.length / readers.length);
  let extras = partitions.length % readers.length;
  const kept = new Set<number>();
  const wanting: { list: number[]; missing: number }[] = [];
  for (const { memberId, partitions: former } of readers) {
    const list = assignment.get(memberId) as number[];
    const had = new Set(former);
    const mine = partitions.filter((partition) => had.has(partition));
    const extra = mine.length > quota && extras > 0 ? 1 : 0;
    extras -= extra;
    for (const partition of mine.slice(0, quota + extra)) {
      list.push(partition);
      kept.add(partition);
    }
    if (extra === 0) wanting.push({ list, missing: Math.max(0, quota - mine.length) });
  }
  const free = partitions.filter((partition) => !kept.has(partition));
  let next = 0;
  for (const { list, missing } of wanting) {
    const end = next + missing + (extras-- > 0 ? 1 : 0);
    while (next < end) list.push(free[next++] as number);
  }
}
