/** What a group member produces without transactions: one record for each that it read, with the same key, by a producer of its own. */
import type { Random } from '../engine/random.js';
import type { ConsumerDeps } from '../kafka/client/Consumer.js';
import { Producer } from '../kafka/client/Producer.js';
import type { ProducerConfig } from '../kafka/config/index.js';
import type { ApplicationContext } from './Application.js';
import type { Received } from './Progress.js';

/** Size of an output record. */
export const OUTPUT_BYTES = 100;

export class Output {
  private readonly producer: Producer;
  private outstanding = 0;
  private onDrained: (() => void) | null = null;

  constructor(
    private readonly context: ApplicationContext,
    private readonly deps: Omit<ConsumerDeps, 'config'>,
    config: ProducerConfig,
    private readonly topic: string,
    partitionerRandom: Random,
  ) {
    this.producer = new Producer({ ...deps, config, partitionerRandom });
  }

  /** `done(true)` once the output is acknowledged. */
  send(input: Received, done: (acknowledged: boolean) => void): void {
    const { history, simulation } = this.context;
    const { topic } = this;
    const { key } = input;
    const value = history.sendInvoked(this.deps.clientId, topic, key, simulation.nowUs, -1, input.value);
    this.outstanding++;
    this.producer.send({ topic, partition: null, key, value, sizeBytes: OUTPUT_BYTES }, (result) => {
      const nowUs = simulation.nowUs;
      if (result.outcome === 'ok') history.sendSucceeded(value, result.partition, result.offset, nowUs);
      else {
        if (result.partition > 0) history.sendPartitioned(value, result.partition);
        if (result.outcome === 'failed') history.sendFailed(value, result.error ?? '', nowUs);
        else history.sendUnknown(value, result.error ?? '', nowUs);
      }
      this.outstanding--;
      done(result.outcome === 'ok');
      if (this.outstanding === 0) this.drained();
    });
  }

  /** Calls back once every send has its result. */
  whenDrained(done: () => void): void {
    this.onDrained = done;
    if (this.outstanding === 0) this.deps.process.after(0, this.drained, undefined);
  }

  close(done: () => void): void {
    this.producer.close(done);
  }

  private readonly drained = (): void => {
    const done = this.onDrained;
    this.onDrained = null;
    done?.();
  };
}
