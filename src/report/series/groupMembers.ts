/**
 * Consumer groups over time: their generations (of the consumer protocol, KIP-848: group epochs), when they rebalanced, and which partitions each member held. Generations and
 * rebalances are the coordinators' view, from events; what members hold is theirs, from what they were told.
 */
import type { RecordedEvent } from '../../engine/events.js';
import type { History } from '../../check/history.js';
import type { Span } from '../timeline.js';

export interface Generation extends Span {
  readonly number: number;
}

/** What one member held in one span. */
export interface Holding extends Span {
  /** Interned; empty: it was told that it holds nothing. */
  readonly partitions: readonly number[];
}

export interface MemberLane {
  readonly client: string;
  readonly holdings: readonly Holding[];
  /** When it was thrown out of partitions that it could not give up by itself. */
  readonly lostUs: readonly number[];
}

export interface GroupLanes {
  readonly group: string;
  readonly generations: readonly Generation[];
  /** Classic protocol only: from the first member that must join again until all know what they have. */
  readonly rebalances: readonly Span[];
  /** By name. */
  readonly members: readonly MemberLane[];
}

/** Groups with members that were given something, in the order of that. @param endUs end of the run. */
export function groupLanesOf(history: History, events: readonly RecordedEvent[], endUs: number): GroupLanes[] {
  const groups = new Map<string, Map<string, MemberInTheMaking>>();
  for (const { client, group, timeUs, kind, partitions } of history.ownership) {
    const members = groups.get(group) ?? new Map<string, MemberInTheMaking>();
    groups.set(group, members);
    const member = members.get(client) ?? new MemberInTheMaking(client, history);
    members.set(client, member);
    member.changed(timeUs, kind, partitions);
  }
  const coordinators = coordinatorsView(events, endUs);
  return [...groups].map(([group, members]) => ({
    ...{ group, generations: [], rebalances: [], ...coordinators.get(group) },
    members: [...members.values()].map((member) => member.finish(endUs)).sort((a, b) => (a.client < b.client ? -1 : 1)),
  }));
}

class MemberInTheMaking {
  private readonly holdings: Holding[] = [];
  private readonly lostUs: number[] = [];
  private readonly held = new Set<number>();
  private readonly ends: readonly number[];
  private nextEnd = 0;
  private sinceUs = 0;

  constructor(
    private readonly client: string,
    history: History,
  ) {
    this.ends = history.ends.filter((end) => end.client === client).map(({ timeUs }) => timeUs);
  }

  changed(timeUs: number, kind: 'assigned' | 'revoked' | 'lost', partitions: readonly number[]): void {
    this.livesUntil(timeUs);
    this.close(timeUs);
    for (const partition of partitions) {
      if (kind === 'assigned') this.held.add(partition);
      else this.held.delete(partition);
    }
    if (kind === 'lost') this.lostUs.push(timeUs);
  }

  finish(endUs: number): MemberLane {
    this.livesUntil(endUs);
    this.close(endUs);
    return { client: this.client, holdings: this.holdings, lostUs: this.lostUs };
  }

  /** Who ends a life holds nothing any more. */
  private livesUntil(timeUs: number): void {
    for (; (this.ends[this.nextEnd] ?? Infinity) < timeUs; this.nextEnd++) {
      this.close(this.ends[this.nextEnd] as number);
      this.held.clear();
    }
  }

  private close(timeUs: number): void {
    const partitions = [...this.held].sort((a, b) => a - b);
    const last = this.holdings.at(-1);
    if (last !== undefined && last.toUs === this.sinceUs && last.partitions.join() === partitions.join()) last.toUs = timeUs;
    else if (partitions.length > 0 && timeUs > this.sinceUs) this.holdings.push({ fromUs: this.sinceUs, toUs: timeUs, partitions });
    this.sinceUs = timeUs;
  }
}

interface CoordinatorsView {
  readonly generations: Generation[];
  readonly rebalances: Span[];
}

function coordinatorsView(events: readonly RecordedEvent[], endUs: number): Map<string, CoordinatorsView> {
  const views = new Map<string, CoordinatorsView>();
  for (const { type, timeUs, fields } of events) {
    if (type !== 'generation-started' && type !== 'group-epoch-bumped' && type !== 'group-state-changed') continue;
    const group = String(fields['group']);
    const view = views.get(group) ?? { generations: [], rebalances: [] };
    views.set(group, view);
    if (type !== 'group-state-changed')
      began(view.generations, timeUs, { fromUs: timeUs, toUs: endUs, number: Number(fields['generation'] ?? fields['groupEpoch']) });
    else if (fields['to'] === 'PreparingRebalance') began(view.rebalances, timeUs, { fromUs: timeUs, toUs: endUs });
    else if (fields['to'] !== 'CompletingRebalance') ended(view.rebalances, timeUs);
  }
  return views;
}

function began<S extends Span>(spans: S[], timeUs: number, span: S): void {
  ended(spans, timeUs);
  spans.push(span);
}

function ended(spans: readonly Span[], timeUs: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last.toUs > timeUs) last.toUs = timeUs;
}
