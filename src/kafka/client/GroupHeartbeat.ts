/**
 * The heartbeats of a classic group's member, after the Java client's HeartbeatThread: sent in the background, whatever the application does, until it has not
 * polled for max.poll.interval.ms.
 */
import type { Process } from '../../engine/Host.js';
import type { Random } from '../../engine/random.js';
import type { Timer } from '../../engine/Scheduler.js';
import type { Simulation } from '../../engine/Simulation.js';
import { heartbeatEarly } from '../buggifySites.js';
import type { ConsumerConfig } from '../config/ConsumerConfig.js';
import type { CoordinatorLink } from './CoordinatorLink.js';
import type { GroupListener, GroupMetadata } from './Membership.js';
import { retryBackoffUs } from './retryBackoff.js';

export interface GroupHeartbeatDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly config: ConsumerConfig;
  readonly link: CoordinatorLink;
  readonly random: Random;
  readonly listener: GroupListener;
  /** The member as it is now. */
  readonly member: () => GroupMetadata;
  readonly answered: (errorCode: number, sent: GroupMetadata) => void;
  /** The application has not polled in time. */
  readonly pollExpired: () => void;
}

export class GroupHeartbeat {
  private active = false;
  private inFlight = false;
  private overdue = false;
  private timer: Timer = 0;
  private lastAnswerUs = 0;

  constructor(private readonly deps: GroupHeartbeatDeps) {}

  /** From now on: the first one after an interval, since joining counts as one. */
  start(): void {
    this.lastAnswerUs = this.deps.link.nowUs;
    if (this.active) return;
    this.active = true;
    this.arm(this.deps.config.heartbeatIntervalUs);
  }

  stop(): void {
    this.active = false;
    this.overdue = false;
    this.deps.process.cancel(this.timer);
    this.timer = 0;
  }

  linkReady(): void {
    if (!this.active) return;
    // A coordinator that was just found has not been heard of; give it its time (Heartbeat.resetSessionTimeout).
    this.lastAnswerUs = this.deps.link.nowUs;
    // An answer of the former coordinator is not waited for.
    this.inFlight = false;
    if (this.overdue) this.beat();
  }

  private arm(afterUs: number): void {
    const { process, link, listener } = this.deps;
    process.cancel(this.timer);
    const untilDeadlineUs = listener.inPoll ? afterUs : Math.max(0, listener.pollDeadlineUs - link.nowUs) + 1;
    this.timer = process.after(Math.min(afterUs, untilDeadlineUs), this.tick, undefined);
  }

  private readonly tick = (): void => {
    this.timer = 0;
    this.beat();
  };

  private beat(): void {
    const { link, listener, config, simulation } = this.deps;
    if (!this.active) return;
    const nowUs = link.nowUs;
    if (!listener.inPoll && nowUs > listener.pollDeadlineUs) {
      this.deps.pollExpired();
      return;
    }
    if (nowUs - this.lastAnswerUs > config.sessionTimeoutUs) link.lost();
    this.overdue = !link.ready();
    if (!this.overdue && !this.inFlight) this.send();
    const earlyUs = simulation.buggify.amount(heartbeatEarly, Math.floor(config.heartbeatIntervalUs / 10));
    this.arm(earlyUs || config.heartbeatIntervalUs);
  }

  private send(): void {
    const { link, member, config, random } = this.deps;
    const sent = member();
    const { groupId, generationId, memberId, groupInstanceId } = sent;
    this.inFlight = true;
    link.send('Heartbeat', { groupId, generationId, memberId, groupInstanceId }, (response) => {
      this.inFlight = false;
      if (response === null) {
        if (this.active) this.arm(retryBackoffUs(config, 0, random));
        return;
      }
      this.lastAnswerUs = link.nowUs;
      link.heedError(response.errorCode);
      if (response.errorCode === 0) return;
      if (this.active && !link.known) this.arm(retryBackoffUs(config, 0, random));
      this.deps.answered(response.errorCode, sent);
    });
  }
}
