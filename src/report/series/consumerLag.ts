/**
 * How many records each reader had yet to read of each partition over time. A reader is a group, or a consumer by itself; where it stands is what its last poll, assignment or reset
 * said. What there is to read ends at the high watermark, for isolation.level=read_committed at the last stable offset.
 *
 * Transactions' markers are never read and do not count; nor, for read_committed, records whose producer was told that they are aborted. Aborted records that nobody was told of
 * count as long as nothing behind them was read.
 */
import type { History, HistoryReader } from '../../check/history.js';
import { ClientConfigs } from '../../explore/trialConfigs.js';
import type { RecordedRun } from '../RecordedRun.js';
import type { Steps } from '../timeline.js';

export interface LagSteps {
  /** Name of the group, or of the consumer. */
  readonly reader: string;
  readonly isGroup: boolean;
  readonly partition: string;
  /** Records; each value holds until the next. From when its position was first known. */
  readonly steps: Steps;
  readonly most: { readonly value: number; readonly timeUs: number };
  readonly left: number;
}

/** What is known of a consumer. */
interface Reader {
  readonly group: string | null;
  readonly readCommitted: boolean;
}

/** In the order in which positions were first known. */
export function consumerLagOf(run: RecordedRun): LagSteps[] {
  const { history, simulation } = run.result;
  const readers = readersIn(run);
  const ends = readableEnds(run);
  const aborted = abortedIn(history);
  const lags: LagSteps[] = [];
  for (const { reader, isGroup, partition, readCommitted, steps } of positionsIn(history, readers)) {
    const name = simulation.bus.names.text(partition);
    const { highWatermark, stable, markers } = ends.get(name) ?? { highWatermark: [], stable: [], markers: [] };
    const unread = readCommitted ? [...markers, ...(aborted.get(partition) ?? [])] : markers;
    lags.push({ reader, isGroup, partition: name, ...lagSteps(steps, readCommitted ? stable : highWatermark, unread) });
  }
  return lags;
}

/** By client; members that joined later read as the others of their group do. */
function readersIn({ scenario, result }: RecordedRun): Map<string, Reader> {
  const readers = new Map<string, Reader>();
  for (const [id, { section, config }] of new ClientConfigs(scenario.release, scenario.workload).consumers) {
    readers.set(id, {
      group: section.application === null ? null : config.groupId,
      readCommitted: config.isolationLevel === 'read_committed',
    });
  }
  const known = [...readers.values()];
  for (const { client, group } of result.history.ownership) {
    if (readers.has(client)) continue;
    readers.set(client, { group, readCommitted: known.some((other) => other.group === group && other.readCommitted) });
  }
  return readers;
}

interface Ends {
  readonly highWatermark: Steps;
  readonly stable: Steps;
  /** Offsets of transactions' markers. */
  readonly markers: number[];
}

/** Last stable offsets are told only where transactions are; until then the high watermark is that, too. */
function readableEnds({ events, timeline }: RecordedRun): Map<string, Ends> {
  const ends = new Map<string, Ends>();
  for (const [name, { highWatermark }] of timeline.partitions) ends.set(name, { highWatermark, stable: [], markers: [] });
  for (const { type, timeUs, fields } of events) {
    const own = type === 'last-stable-offset-advanced' || type === 'marker-appended' ? ends.get(String(fields['partition'])) : undefined;
    if (own === undefined) continue;
    if (type === 'marker-appended') own.markers.push(Number(fields['offset']));
    else own.stable.push({ timeUs, value: Number(fields['to']) });
  }
  for (const { highWatermark, stable } of ends.values()) {
    const firstUs = stable[0]?.timeUs ?? Infinity;
    stable.unshift(...highWatermark.filter(({ timeUs }) => timeUs < firstUs));
  }
  return ends;
}

/** Offsets of records whose producers were told that they are aborted, by interned partition. */
function abortedIn({ sends, transactions }: History): Map<number, number[]> {
  const aborted = new Map<number, number[]>();
  for (const { transaction, partition, offset } of sends) {
    if (offset < 0 || transaction < 0 || transactions[transaction]?.outcome !== 'aborted') continue;
    const own = aborted.get(partition) ?? [];
    aborted.set(partition, own);
    own.push(offset);
  }
  return aborted;
}

interface Positions {
  readonly reader: string;
  readonly isGroup: boolean;
  readonly readCommitted: boolean;
  /** Interned. */
  readonly partition: number;
  readonly steps: Steps;
}

function positionsIn(history: History, readers: ReadonlyMap<string, Reader>): Positions[] {
  const found = new Map<string, Positions>();
  const stand = (client: string, partition: number, timeUs: number, value: number): void => {
    if (value < 0) return;
    const { group, readCommitted } = readers.get(client) ?? { group: null, readCommitted: false };
    const reader = group ?? client;
    const key = `${group === null ? 'consumer' : 'group'}/${partition}/${reader}`;
    let own = found.get(key);
    if (own === undefined) found.set(key, (own = { reader, isGroup: group !== null, readCommitted, partition, steps: [] }));
    own.steps.push({ timeUs, value });
  };
  const nothing = (): void => {};
  const teller: HistoryReader = {
    ...{
      sendInvoked: nothing,
      sendCompleted: nothing,
      transactionBegan: nothing,
      transactionEnded: nothing,
      placed: nothing,
      clientEnded: nothing,
    },
    polled: ({ client, partition, timeUs, offsets }) => stand(client, partition, timeUs, (offsets.at(-1) ?? -2) + 1),
    ownershipChanged: ({ client, timeUs, kind, partitions, positions }) => {
      if (kind === 'assigned') partitions.forEach((partition, i) => stand(client, partition, timeUs, positions[i] ?? -1));
    },
    positionReset: ({ client, partition, timeUs, to }) => stand(client, partition, timeUs, to),
  };
  history.retell(teller);
  return [...found.values()];
}

/** @param unread offsets that nobody will be given. */
export function lagSteps(positions: Steps, ends: Steps, unread: readonly number[]): Pick<LagSteps, 'steps' | 'most' | 'left'> {
  const skipped = Float64Array.from(new Set(unread)).sort((a, b) => a - b);
  const steps: Steps = [];
  let [position, end, nextEnd] = [-1, 0, 0];
  let most = { value: 0, timeUs: positions[0]?.timeUs ?? 0 };
  const push = (timeUs: number): void => {
    const value = position < 0 ? 0 : Math.max(0, end - position - (countBelow(skipped, end) - countBelow(skipped, position)));
    if (steps.at(-1)?.timeUs === timeUs) steps.pop();
    if (steps.at(-1)?.value !== value) steps.push({ timeUs, value });
    if (value > most.value) most = { value, timeUs };
  };
  const endsUntil = (timeUs: number): void => {
    for (let next = ends[nextEnd]; next !== undefined && next.timeUs <= timeUs; next = ends[++nextEnd]) {
      end = next.value;
      if (position >= 0) push(next.timeUs);
    }
  };
  for (const { timeUs, value } of positions) {
    endsUntil(timeUs);
    position = value;
    push(timeUs);
  }
  endsUntil(Infinity);
  return { steps, most, left: steps.at(-1)?.value ?? 0 };
}

/** How many of an ascending list are below a bound. */
function countBelow(ascending: Float64Array, bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
