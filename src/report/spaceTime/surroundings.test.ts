import { beforeAll, describe, expect, it } from 'vitest';
import { subjectOf, openCase, findingToTell, headline, type CaseFile } from '../caseFile.js';
import type { RecordedRun } from '../RecordedRun.js';
import { recordedTrial, scenarioOf, TROUBLED } from '../traffic/testing.js';
import { causalSlice, type SliceMark, type SliceSubject } from './causalSlice.js';
import { causesIn } from '../traffic/causes.js';
import { sliceArrows, sliceCuts } from './sliceArrows.js';
import type { SpaceTimeFocus } from './SpaceTimeFocus.js';
import { spaceTimeSection } from './spaceTimeSection.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';

const NOTHING: SpaceTimeFocus = { subject: null, violation: null };

describe('the surroundings of a loss', () => {
  let open: CaseFile;
  let focus: SpaceTimeFocus;
  let subject: SliceSubject;
  let marks: SliceMark[];
  let around: Surroundings;
  let page: string;
  beforeAll(() => {
    const run = recordedTrial(scenarioOf(TROUBLED));
    const finding = findingToTell(run.result, 'no-acknowledged-loss');
    if (finding === undefined) throw new Error('the run must lose something');
    open = openCase(run, finding);
    subject = subjectOf(open) as SliceSubject;
    focus = { subject, violation: { timeUs: finding.timeUs, label: headline(open) } };
    marks = causalSlice(run.events, subject);
    around = surroundingsOf(open, marks, open.story, focus);
    page = spaceTimeSection(open, open.story, focus)?.text ?? '';
  });
  const drawn = (api: string, kind: string): boolean =>
    around.messages.some(({ message, bears }) => bears && message.api === api && message.kind === kind);

  it('hold every event that a sentence tells of, under its number, and what clients were told', () => {
    const numbers = around.events.filter(({ sentence }) => sentence > 0).map(({ sentence }) => sentence);
    const told = open.story.slice(0, -1).flatMap(({ text }, i) => (text.startsWith('Fault ') ? [] : [i + 1]));
    expect(numbers.sort((a, b) => a - b)).toEqual(told);
  });

  it('mark the messages that bear on the record: those that carried it, confirmed it, and elected who leads', () => {
    expect([drawn('Produce', 'request'), drawn('Produce', 'response'), drawn('LeaderAndIsr', 'request')]).toEqual([true, true, true]);
    const produce = around.messages.filter(({ message, bears }) => bears && message.api === 'Produce' && message.kind === 'request');
    expect(produce.map(({ message: { from, to } }) => `${from} to ${to}`)).toContain('p1 to broker-1');
    expect(around.messages.filter(({ bears }) => bears).length).toBeLessThan(around.messages.length / 2);
  });

  it('show who led, who was down or paused, and which way was cut', () => {
    const states = around.spans.map(({ state, text, lane }) => `${around.lanes[lane]}: ${state} ${text}`);
    expect(states).toContain('broker 1: down down (killed)');
    expect(states).toContain('broker 2: leads leads orders-0, epoch 2');
    const cut = around.cuts.map(({ fromLane, toLane, bothWays }) => [around.lanes[fromLane], around.lanes[toLane], bothWays]);
    expect(cut).toEqual([['broker 1', 'broker 3', false]]);
    expect(page).toContain('cannot reach broker 3');
    expect(page).toContain('hears nothing from broker 1');
  });

  it('draw a lost message with a cross, and one that a cut held back with a bend', () => {
    const lost = around.messages.filter(({ message }) => message.fate === 'connection-gone');
    expect(lost.length).toBeGreaterThan(0);
    expect((page.match(/<path class="[^"]*\blost\b[^"]*" d="[^"]*l6 6m0-6l-6 6"/g) ?? []).length).toBe(lost.length);
    const held = around.messages.filter(({ message }) => message.heldUs >= 0);
    expect((page.match(/<path class="[^"]*\bheld\b[^"]*" d="M[^"]*h8M/g) ?? []).length).toBe(held.length);
  });

  it('have a row in a table for everything drawn, which is what links lead to', () => {
    const ids = [...page.matchAll(/data-e="([^"]+)"/g)].map(([, id]) => `id="${id}"`);
    const messages = [...page.matchAll(/data-m="(\d+),/g)].map(([, id]) => `id="message-${id}"`);
    expect(ids).toHaveLength(around.events.length);
    expect([...ids, ...messages].filter((id) => !page.includes(`<tr ${id}>`))).toEqual([]);
  });

  it('have arrows in what led to it for the messages by which its events came about', () => {
    const arrows = sliceArrows(marks, causesIn(open.traffic.messages)).map(({ name, from, to }) => `${name}: ${from} to ${to}`);
    expect(arrows).toContain('Produce: p1 to broker 1');
    expect(arrows).toContain('LeaderAndIsr: broker 2 to broker 3');
    const cuts = sliceCuts(marks, ['broker 1', 'broker 3'], open.traffic.cuts);
    expect(cuts.map(({ from, to, begins, bothWays }) => [from, to, begins, bothWays])).toEqual([
      ['broker 1', 'broker 3', true, false],
      ['broker 1', 'broker 3', false, false],
    ]);
  });

  it('never leave out what bears on the record, however much there is', () => {
    const busy = copiesOf(open, 40);
    const many = surroundingsOf(busy, marks, open.story, focus);
    expect(many.messages.length).toBeLessThanOrEqual(1_200);
    expect(many.leftOut.messages).toBeGreaterThan(5_000);
    const bearing = (one: Surroundings): number[] => one.messages.filter(({ bears }) => bears).map(({ message }) => message.id);
    expect(bearing(many)).toEqual(expect.arrayContaining(bearing(around)));
    expect(spaceTimeSection(busy, open.story, focus)?.text).toContain('Not drawn, to keep it readable');
  });
});

/** The same run with other processes talking besides: each message once more for every one of them, between clients that matter to nobody. */
function copiesOf(run: RecordedRun, times: number): RecordedRun {
  const { messages, cuts } = run.traffic;
  const copies = messages.flatMap((message) =>
    Array.from({ length: times }, (_, i) => ({
      ...message,
      from: `x${i}`,
      to: 'broker-1',
      api: 'Metadata' as const,
      kind: 'request' as const,
      counterpart: 0,
      handledIndex: message.endedIndex,
      content: { correlationId: 0, api: 'Metadata', clientId: '', body: { topics: null }, expectsResponse: false },
    })),
  );
  return { ...run, traffic: { messages: [...messages, ...copies.map((copy, i) => ({ ...copy, id: messages.length + i + 1 }))], cuts } };
}

describe('the surroundings of any run', () => {
  const QUIET = 'name: quiet\ntopics: [{ name: orders }]\nworkload: { producers: [], consumers: [] }\nduration: 3s\n';

  it('are drawn of a run without operations, and say that nothing was violated', () => {
    const text = spaceTimeSection(recordedTrial(scenarioOf(QUIET)), [], NOTHING)?.text ?? '';
    expect(text).toContain('Nothing that was required was violated');
    expect(text).toContain('<svg');
    expect(text).not.toContain('st-violation');
  });

  it('of a run that held are those of its last election and the fault before it', () => {
    const run = recordedTrial(scenarioOf(TROUBLED));
    const { window } = surroundingsOf(run, [], [], NOTHING);
    const death = run.timeline.faults.find(({ kind }) => kind === 'kill')?.fromUs ?? 0;
    expect(window.fromUs).toBeLessThan(death);
    expect(window.toUs).toBeGreaterThan(
      run.events.find(({ type, fields }) => type === 'leader-elected' && fields['leaderEpoch'] === 2)?.timeUs ?? 0,
    );
  });

  it('are nothing to look at without messages, yet are drawn from the events', () => {
    const run = recordedTrial(scenarioOf(TROUBLED));
    const text = spaceTimeSection({ ...run, traffic: { messages: [], cuts: [] } }, [], NOTHING)?.text ?? '';
    expect(text).toContain('data-e="event-');
    expect(text).not.toContain('data-m=');
  });

  it('stay small with a thousand partitions and a thousand processes', () => {
    const run = recordedTrial(scenarioOf(TROUBLED));
    const elections = run.events.filter(({ type }) => type === 'leader-elected' || type.startsWith('became-'));
    const others = elections.flatMap((event) =>
      Array.from({ length: 1_000 }, (_, i) => ({ ...event, fields: { ...event.fields, partition: `orders-${i}` } })),
    );
    const events = [...run.events, ...others].sort((a, b) => a.timeUs - b.timeUs).map((event, index) => ({ ...event, index }));
    const wide = copiesOf({ ...run, events, traffic: { ...run.traffic, messages: run.traffic.messages.slice(200, 260) } }, 1_000);
    const section = spaceTimeSection(wide, [], NOTHING)?.text ?? '';
    expect((section.match(/class="st-lane[^"]*" data-lane="\d+" data-above/g) ?? []).length).toBeLessThanOrEqual(24);
    expect(section.length).toBeLessThan(450_000);
  });

  it('leave names that are markup, control characters or written from right to left inert', () => {
    const evil = '<img onerror=alert(1)>\u202e\u0000"\'';
    const run = recordedTrial(scenarioOf(TROUBLED));
    const events = run.events.map((event) => ({
      ...event,
      fields: Object.fromEntries(Object.entries(event.fields).map(([name, value]) => [name, value === 'p1' ? evil : value])),
    }));
    const messages = run.traffic.messages.map((message) => ({
      ...message,
      from: message.from === 'p1' ? evil : message.from,
      to: message.to === 'p1' ? evil : message.to,
    }));
    const story = [{ timeUs: 2_000_000, text: `${evil} says so.`, eventIndex: -1, broker: -1 }];
    const text =
      spaceTimeSection({ ...run, events, traffic: { ...run.traffic, messages } }, [...story, ...story], {
        subject: null,
        violation: { timeUs: 2_000_000, label: evil },
      })?.text ?? '';
    expect(text).toContain('&lt;img onerror=alert(1)&gt;');
    expect(text).not.toMatch(/<img|\u0000/);
  });
});
