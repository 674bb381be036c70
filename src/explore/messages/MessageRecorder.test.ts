import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FAULT_CLASSES } from '../../faults/Fault.js';
import { recommended } from '../configuration.js';
import { generateScenario } from '../generate.js';
import { runTrial, type TrialResult } from '../trial.js';
import { MessageRecorder } from './MessageRecorder.js';
import type { RecordedMessage, Traffic } from './RecordedMessage.js';

const seeds = ['1', '2', '3'];

describe('the messages of a trial', () => {
  const runs: { readonly plain: TrialResult; readonly watched: TrialResult; readonly traffic: Traffic }[] = [];
  beforeAll(() => {
    for (const seed of seeds) {
      const scenario = { ...generateScenario(recommended(), seed, FAULT_CLASSES), durationUs: 12_000_000 };
      const watched = runTrial(scenario, { record: true, messages: true });
      runs.push({ plain: runTrial(scenario, { record: true }), watched, traffic: watched.traffic as Traffic });
    }
  });
  const each = (check: (messages: readonly RecordedMessage[], run: (typeof runs)[number]) => void): void =>
    runs.forEach((run) => check(run.traffic.messages, run));

  it('change nothing: the same events, draws and hash as without them', () => {
    each((_, { plain, watched }) => {
      expect([watched.hash, watched.steps, watched.events]).toEqual([plain.hash, plain.steps, plain.events]);
      expect(plain.traffic).toBeNull();
    });
  });

  it('are all of them: as many are delivered as the network counts', () => {
    each((messages, { watched }) => {
      const delivered = messages.filter(({ fate }) => fate === 'delivered');
      expect(delivered).toHaveLength(watched.simulation.network.delivered);
      expect(delivered.length).toBeGreaterThan(500);
    });
  });

  it('are paired: an answer with the request that it answers, which went the other way before', () => {
    let pairs = 0;
    each((messages) => {
      for (const answer of messages.filter(({ kind, counterpart }) => kind === 'response' && counterpart > 0)) {
        const request = messages[answer.counterpart - 1] as RecordedMessage;
        const belongs =
          request.kind === 'request' && request.api === answer.api && request.from === answer.to && request.to === answer.from;
        if (!belongs || request.counterpart !== answer.id || request.endedOrder >= answer.sentOrder) expect(answer).toEqual(request);
        pairs++;
      }
    });
    expect(pairs).toBeGreaterThan(1_000);
  });

  it('leave no answer alone, whatever happened to the connection', () => {
    each((messages) => expect(messages.filter(({ kind, counterpart }) => kind === 'response' && counterpart === 0)).toEqual([]));
  });

  it('stand in their place among the events', () => {
    each((messages, { watched }) => {
      const timeUs = (index: number): number => watched.recorder?.timeAt(index) ?? Infinity;
      const misplaced = messages.filter(({ sentUs, sentIndex, fate, endedUs, endedIndex, handledIndex }) => {
        if (sentIndex > 0 && timeUs(sentIndex - 1) > sentUs) return true;
        if (timeUs(sentIndex) < sentUs) return true;
        return fate === 'delivered' && (endedUs <= sentUs || (endedIndex < handledIndex && timeUs(endedIndex) !== endedUs));
      });
      expect(misplaced).toEqual([]);
    });
  });

  it('are what the events came of: a follower copies a batch while it reads the answer to its Fetch', () => {
    const causes = new Set<string>();
    each((messages, { watched }) => {
      for (const { type, index } of watched.recorder?.slice() ?? []) {
        if (type !== 'batch-replicated') continue;
        const cause = messages.find((one) => one.fate === 'delivered' && one.endedIndex <= index && index < one.handledIndex);
        causes.add(`${cause?.api} ${cause?.kind}`);
      }
    });
    expect([...causes]).toEqual(['Fetch response']);
  });

  it('are never changed once they are sent, so that a reference is as good as a copy', () => {
    const sent = MessageRecorder.prototype.sent;
    const texts: string[] = [];
    vi.spyOn(MessageRecorder.prototype, 'sent').mockImplementation(function (this: MessageRecorder, sender, receiver, content) {
      texts.push(JSON.stringify(content));
      return sent.call(this, sender, receiver, content);
    });
    const { traffic } = runTrial({ ...generateScenario(recommended(), '5', FAULT_CLASSES), durationUs: 8_000_000 }, { messages: true });
    vi.restoreAllMocks();
    expect(texts.length).toBeGreaterThan(500);
    expect(traffic?.messages.map(({ content }) => JSON.stringify(content))).toEqual(texts);
  });
});
