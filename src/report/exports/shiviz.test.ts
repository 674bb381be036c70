import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../engine/events.js';
import type { RecordedMessage } from '../../explore/messages/RecordedMessage.js';
import type { RecordedRun } from '../RecordedRun.js';
import { occurrencesOf, type Occurrence } from '../traffic/occurrences.js';
import { recordedTrial, scenarioOf, TROUBLED } from '../traffic/testing.js';
import { SHIVIZ_PARSER, shivizLog, vectorClocks, type Clocked } from './shiviz.js';

/** By definition: what came before at the same process, what was sent before it was read, and whatever came before that. */
function happensBefore(occurrences: readonly Occurrence[]): boolean[][] {
  const before = occurrences.map(() => new Array<boolean>(occurrences.length).fill(false));
  occurrences.forEach((to, i) => {
    const row = before[i] as boolean[];
    occurrences.slice(0, i).forEach((from, j) => {
      const sent = to.kind === 'received' && from.kind === 'sent' && from.message === to.message;
      if (from.actor !== to.actor && !sent) return;
      row[j] = true;
      (before[j] as boolean[]).forEach((known, k) => known && (row[k] = true));
    });
  });
  return before;
}

/** By their clocks: one is known to the other. */
function isKnown(from: Clocked, to: Clocked): boolean {
  const at = new Map(to.clock);
  return from !== to && from.clock.every(([actor, count]) => (at.get(actor) ?? 0) >= count);
}

function expectSameOrder(occurrences: readonly Occurrence[]): void {
  const before = happensBefore(occurrences);
  const clocked = vectorClocks(occurrences);
  const wrong: string[] = [];
  clocked.forEach((to, i) =>
    clocked.forEach((from, j) => isKnown(from, to) !== (before[i]?.[j] ?? false) && wrong.push(`${j} before ${i}`)),
  );
  expect(wrong).toEqual([]);
}

const step = fc.record({ actor: fc.integer({ min: 0, max: 3 }), act: fc.constantFrom('event', 'send', 'receive'), choice: fc.nat(20) });

/** Processes that do things, send, and read any message that is under way. */
function conversation(steps: readonly { readonly actor: number; readonly act: string; readonly choice: number }[]): Occurrence[] {
  const underWay: RecordedMessage[] = [];
  return steps.map(({ actor, act, choice }, timeUs): Occurrence => {
    const at = { timeUs, actor: `p${actor}` };
    if (act === 'send') {
      const message = { id: timeUs, fate: 'delivered' } as RecordedMessage;
      underWay.push(message);
      return { ...at, kind: 'sent', message };
    }
    const [message] = act === 'receive' && underWay.length > 0 ? underWay.splice(choice % underWay.length, 1) : [];
    if (message !== undefined) return { ...at, kind: 'received', message };
    return { ...at, kind: 'event', event: { index: timeUs, timeUs, type: 'x', fields: {} } satisfies RecordedEvent };
  });
}

describe('vector clocks', () => {
  it('order two occurrences exactly when one can have led to the other', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => expectSameOrder(conversation(steps))));
  });
});

describe('a ShiViz log', () => {
  let run: RecordedRun;
  let lines: string[];
  beforeAll(() => {
    run = recordedTrial(scenarioOf(TROUBLED));
    lines = shivizLog(run).trimEnd().split('\n');
  });

  it('has the clocks that the messages of the run give', () => {
    expectSameOrder(occurrencesOf(run).slice(0, 700));
  });

  it('holds every event, every message that was sent and every one that was read', () => {
    const { messages } = run.traffic;
    const read = messages.filter(({ fate }) => fate === 'delivered').length;
    expect(read).toBeGreaterThan(200);
    expect(lines).toHaveLength(1 + run.events.length + messages.length + read);
  });

  it('is read by the expression that it names, which skips the line that names it; every clock counts its own process by one', () => {
    const parser = new RegExp(SHIVIZ_PARSER);
    expect(parser.test(lines[0] ?? '')).toBe(false);
    expect(lines[0]).toContain(SHIVIZ_PARSER);
    const own = new Map<string, number>();
    for (const line of lines.slice(1)) {
      const { host = '', clock = '' } = parser.exec(line)?.groups ?? {};
      const count = (JSON.parse(clock) as Record<string, number>)[host];
      if (count !== (own.get(host) ?? 0) + 1) expect(line).toBe(`the next of ${host}`);
      own.set(host, count ?? 0);
    }
    expect([...own.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'ZooKeeper',
      'admin',
      'broker-1',
      'broker-2',
      'broker-3',
      'c1',
      'faults',
      'p1',
    ]);
  });

  it('says of a message that never arrived what became of it', () => {
    expect(lines.some((line) => /sends to broker-1: .*\[connection-gone\]$/.test(line))).toBe(true);
  });
});
