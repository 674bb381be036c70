import { describe, expect, it } from 'vitest';
import { powerLost, processDied } from '../engine/engineEvents.js';
import { EventBus, EventRecorder } from '../engine/events.js';
import { Scheduler } from '../engine/Scheduler.js';
import type { Finding } from '../check/Finding.js';
import { History } from '../check/history.js';
import { batchSent } from '../kafka/client/events.js';
import {
  batchAppended,
  batchReplicated,
  becameLeader,
  highWatermarkAdvanced,
  isrAltered,
  leaderElected,
  logTruncated,
  produceAcknowledged,
  produceRefused,
} from '../kafka/events.js';
import { logRecovered } from '../kafka/log/events.js';
import { tellStory } from './story.js';

/** A recorded run of one partition, written by hand; `at` moves its clock. */
class Run {
  readonly scheduler = new Scheduler();
  readonly bus = new EventBus(this.scheduler);
  readonly recorder = new EventRecorder(this.bus);
  readonly history = new History();
  readonly orders = this.bus.names.idOf('orders-0');

  name(text: string): number {
    return this.bus.names.idOf(text);
  }

  at(timeUs: number, act: (run: this) => void): this {
    this.scheduler.after(timeUs - this.scheduler.nowUs, act, this);
    this.scheduler.runUntil(timeUs);
    return this;
  }

  tell(finding: Partial<Finding>, acks: number): string[] {
    const whole: Finding = {
      ...{ guarantee: 'no-acknowledged-loss', kind: 'acknowledged-record-lost', partition: this.orders, offset: 41, value: 0 },
      ...{ timeUs: this.scheduler.nowUs, eventIndex: -1, message: 'message 0 is gone.', witness: {}, ...finding },
    };
    const input = { events: this.recorder.slice(), history: this.history, finding: whole, partition: 'orders-0', acksOf: () => acks };
    return tellStory(input).map(({ timeUs, text }) => `${timeUs} ${text}`);
  }
}

/** p1 sends message 0; broker 1 appends it at offset 41 in epoch 3, and acknowledges. */
function sendOne(run: Run, acks: number): Run {
  return run
    .at(10, () => run.history.sendInvoked('p1', 'orders', null, 10))
    .at(11, () => run.bus.emit(batchSent, run.name('p1'), run.orders, 0, 1, 0, 1))
    .at(12, () => run.bus.emit(batchAppended, 1, run.orders, 41, 41, 3, 0))
    .at(13, () => {
      if (acks === 1) return;
      run.bus.emit(batchReplicated, 2, run.orders, 41, 41, 3, 1);
      run.bus.emit(highWatermarkAdvanced, 1, run.orders, 40, 42, 3);
    })
    .at(14, () => {
      run.bus.emit(produceAcknowledged, 1, run.orders, 41, 41, acks, 42, 2);
      run.history.sendSucceeded(0, run.orders, 41, 14);
    });
}

describe('the biography of a record', () => {
  it('tells how acks=1 lost a record: acknowledged alone, the leader died, another was elected, the copy was truncated', () => {
    const run = sendOne(new Run(), 1)
      .at(20, (run) => run.bus.emit(processDied, run.name('broker-1'), run.name('killed')))
      .at(21, (run) => run.bus.emit(leaderElected, 3, run.orders, 2, 4, run.name('2,3'), 1, 0))
      .at(22, (run) => run.bus.emit(becameLeader, 2, run.orders, 4, 41, 41, run.name('2,3')))
      .at(30, (run) => run.bus.emit(logTruncated, 1, run.orders, 42, 41, 4, 41, run.name('diverging-epoch')))
      .at(40, (run) => run.bus.emit(isrAltered, 3, run.orders, 2, 4, run.name('2,3,1'), 9));
    expect(run.tell({}, 1)).toEqual([
      '10 p1 sends message 0 to orders-0 with acks=1.',
      '11 p1 sends its batch to broker 1, attempt 1.',
      '12 Broker 1, leader in epoch 3, appends message 0 at offset 41.',
      '14 p1 reports message 0 as sent: offset 41.',
      '14 Broker 1 acknowledges message 0 (acks=1), 2 replicas in sync, while no other broker holds it.',
      '20 Broker 1 dies (killed).',
      '21 Controller 3 elects broker 2 to lead orders-0 in epoch 4, ISR {2,3}.',
      '22 Broker 2 leads orders-0 in epoch 4 with its log ending at 41, without the message.',
      "30 Broker 1 truncates orders-0 from 42 to 41 (there its log and the leader's part): the last copy of message 0 is gone.",
      '40 Message 0 is gone.',
    ]);
  });

  it('follows each copy through a power loss', () => {
    const run = sendOne(new Run(), -1)
      .at(20, (run) => run.bus.emit(powerLost, run.name('b1')))
      .at(25, (run) => run.bus.emit(logRecovered, 1, run.orders, 30, 30, run.name('unclean')))
      .at(30, (run) => run.bus.emit(logTruncated, 2, run.orders, 42, 30, 4, 42, run.name('diverging-epoch')));
    const told = run.tell({}, -1);
    expect(told.slice(3)).toEqual([
      '13 Broker 2 copies message 0 from broker 1.',
      '13 The high watermark of leader 1 passes it (40 to 42): it is committed.',
      '14 p1 reports message 0 as sent: offset 41.',
      '14 Broker 1 acknowledges message 0 (acks=all), 2 replicas in sync, held by brokers 1, 2.',
      '20 Broker 1 loses power: what it had not flushed is gone.',
      '25 Broker 1 comes back with its log ending at 30: its copy of message 0 is gone.',
      "30 Broker 2 truncates orders-0 from 42 to 30 (there its log and the leader's part): the last copy of message 0 is gone.",
      '30 Message 0 is gone.',
    ]);
  });

  it('tells of the second append of a duplicate and stops there', () => {
    const run = sendOne(new Run(), 1)
      .at(20, (run) => run.bus.emit(batchAppended, 1, run.orders, 50, 50, 3, 0))
      .at(30, (run) => run.bus.emit(becameLeader, 2, run.orders, 4, 60, 60, run.name('2,3')));
    const told = run.tell({ guarantee: 'no-duplicates', kind: 'duplicate-record', offset: 50, message: 'twice.' }, 1);
    expect(told.slice(-2)).toEqual(['20 Broker 1, leader in epoch 3, appends message 0 again at offset 50.', '30 twice.']);
  });

  it('gives a finding without a record the last moments of its partition', () => {
    const run = new Run()
      .at(1_000_000, (run) => run.bus.emit(becameLeader, 1, run.orders, 1, 0, 0, 0))
      .at(9_000_000, (run) => run.bus.emit(becameLeader, 2, run.orders, 2, 5, 5, 0));
    expect(run.tell({ guarantee: 'invariant/P11', kind: 'invariant/P11', value: -1, eventIndex: 1, message: 'two leaders.' }, -1)).toEqual([
      '9000000 Broker 2 leads orders-0 in epoch 2 with its log ending at 5.',
      '9000000 two leaders.',
    ]);
  });
});

describe('a story that needs more than the record', () => {
  it('begins with the election that a zombie leader missed', () => {
    const run = new Run()
      .at(2, (run) => run.bus.emit(processDied, run.name('broker-1'), run.name('killed')))
      .at(5, (run) => run.bus.emit(leaderElected, 3, run.orders, 2, 4, run.name('2,3'), 1, 0));
    sendOne(run, 1);
    const told = run.tell({ timeUs: 30 }, 1);
    expect(told[1]).toMatch(/^5 Controller 3 elects broker 2 to lead orders-0 in epoch 4/);
  });

  it('does not take a leader that was elected later for a zombie', () => {
    const run = new Run().at(5, (run) => run.bus.emit(leaderElected, 3, run.orders, 2, 2, run.name('2,3'), 1, 0));
    sendOne(run, 1);
    expect(run.tell({ timeUs: 30 }, 1).join('\n')).not.toMatch(/elects broker 2/);
  });

  it('tells a refusal that is repeated once, and then how often', () => {
    const run = new Run().at(10, (run) => run.history.sendInvoked('p1', 'orders', null, 10));
    for (let attempt = 0; attempt < 4; attempt++) {
      run
        .at(20 + 10 * attempt, () => run.bus.emit(batchSent, run.name('p1'), run.orders, 0, 1, attempt, 1))
        .at(21 + 10 * attempt, () => run.bus.emit(produceRefused, 1, run.orders, run.name('NOT_ENOUGH_REPLICAS'), -1, 0));
    }
    expect(run.tell({ timeUs: 60 }, -1).filter((line) => /attempt|NOT_ENOUGH/.test(line))).toEqual([
      '20 p1 sends its batch to broker 1, attempt 1.',
      '21 Broker 1 refuses it: NOT_ENOUGH_REPLICAS.',
      '51 p1 tries again 3 times, with the same answer: NOT_ENOUGH_REPLICAS.',
    ]);
  });
});
