/**
 * Where a consumer begins: the offsets that its group has committed, asked of the coordinator (OffsetFetch). A partition without one is reset by
 * auto.offset.reset; one with a transaction's offsets pending is waited for (KIP-447).
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import { ErrorCode } from '../protocol/errors.js';
import type { KafkaFeatures } from '../protocol/features.js';
import type { OffsetFetchResponse } from '../protocol/messages.js';
import type { CoordinatorLink } from './CoordinatorLink.js';
import type { Fetcher } from './Fetcher.js';
import type { Membership } from './Membership.js';
import { concernsMembership } from './OffsetCommitter.js';
import { retryBackoffUs } from './retryBackoff.js';
import type { AssignedPartition, SubscriptionState } from './SubscriptionState.js';

export interface CommittedOffsetsDeps {
  readonly process: Process;
  readonly groupId: string;
  readonly config: ConsumerConfig;
  readonly features: KafkaFeatures;
  readonly link: CoordinatorLink;
  readonly subscriptions: SubscriptionState;
  readonly fetcher: Fetcher;
  readonly random: Random;
  readonly membership: () => Membership | null;
}

interface Question {
  readonly partitions: readonly number[];
  readonly deadlineUs: number;
  readonly done: (offsets: ReadonlyMap<number, number> | null) => void;
}

export class CommittedOffsets {
  private failures = 0;
  private timer: Timer = 0;
  private questions: Question[] = [];

  constructor(private readonly deps: CommittedOffsetsDeps) {}

  /** Asks for every partition that waits for its first position, now or once the coordinator is found. */
  initialize(): void {
    if (this.timer !== 0) return;
    const wanted = this.deps.subscriptions.partitions.filter(({ state, requested }) => state === 'initializing' && !requested);
    if (wanted.length === 0 || !this.deps.link.ready()) return;
    for (const partition of wanted) partition.requested = true;
    this.fetch(
      wanted.map(({ id }) => id),
      (response) => this.initialized(wanted, response),
    );
  }

  /** The group's committed offsets by partition, -1 where there is none; null when default.api.timeout.ms is over. */
  ask(partitions: readonly number[], done: (offsets: ReadonlyMap<number, number> | null) => void): void {
    this.questions.push({ partitions, deadlineUs: this.deps.link.nowUs + this.deps.config.defaultApiTimeoutUs, done });
    this.answerQuestions();
  }

  linkReady(): void {
    this.initialize();
    this.answerQuestions();
  }

  private fetch(partitions: number[], done: (response: OffsetFetchResponse | null) => void): void {
    const { link, groupId, features, config } = this.deps;
    const membership = this.deps.membership();
    const member = membership?.metadata() ?? null;
    const named = config.groupProtocol === 'consumer' && features.consumerGroupProtocol && member !== null && member.generationId >= 0;
    const request = {
      groupId,
      partitions,
      requireStable: features.requireStableOffsets,
      memberId: named ? member.memberId : '',
      memberEpoch: named ? member.generationId : -1,
    };
    link.send('OffsetFetch', request, (response) => {
      if (response !== null) {
        link.heedError(response.errorCode);
        if (member !== null && concernsMembership(response.errorCode)) membership?.refused(response.errorCode as ErrorCode, member);
      }
      done(response);
    });
  }

  private initialized(wanted: readonly AssignedPartition[], response: OffsetFetchResponse | null): void {
    const { subscriptions, fetcher, features } = this.deps;
    let again = false;
    for (const partition of wanted) {
      partition.requested = false;
      if (!subscriptions.holds(partition) || partition.state !== 'initializing') continue;
      const answer =
        response?.errorCode === ErrorCode.NONE ? response.partitions.find((each) => each.partition === partition.id) : undefined;
      if (answer === undefined || answer.errorCode !== ErrorCode.NONE) again = true;
      else if (answer.offset >= 0 && features.beginsAtCommitted) fetcher.positions.startAt(partition, answer.offset, answer.leaderEpoch);
      else fetcher.positions.reset(partition, 'NO_OFFSET_FOR_PARTITION');
    }
    if (again) this.backOff();
    else {
      this.failures = 0;
      this.initialize();
    }
    fetcher.advance();
  }

  private answerQuestions(): void {
    if (this.questions.length === 0 || !this.deps.link.ready()) return;
    const questions = this.questions.splice(0);
    for (const question of questions) this.fetch([...question.partitions], (response) => this.answered(question, response));
  }

  private answered(question: Question, response: OffsetFetchResponse | null): void {
    const good =
      response !== null &&
      response.errorCode === ErrorCode.NONE &&
      response.partitions.every(({ errorCode }) => errorCode === ErrorCode.NONE);
    if (good) question.done(new Map(response.partitions.map(({ partition, offset }) => [partition, offset])));
    else if (this.deps.link.nowUs >= question.deadlineUs) question.done(null);
    else {
      this.questions.push(question);
      this.backOff();
    }
  }

  private backOff(): void {
    if (this.timer !== 0) return;
    this.timer = this.deps.process.after(retryBackoffUs(this.deps.config, this.failures++, this.deps.random), this.wake, undefined);
  }

  private readonly wake = (): void => {
    this.timer = 0;
    this.linkReady();
  };
}
