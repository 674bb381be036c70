/**
 * An application that sends at its pace, without transactions: waiting for nothing, for each result, or caring for no result at all, and sending
 * again by itself what failed, if it is of that kind. A record sent again by the application is a new record to Kafka, with which idempotence cannot help (B-42).
 */
import type { Random } from '../engine/random.js';
import { Producer, type SendResult } from '../kafka/client/Producer.js';
import type { ProducerConfig } from '../kafka/config/index.js';
import type { ProducerSection } from '../scenario/Scenario.js';
import { Application, type ApplicationContext } from './Application.js';
import { RecordSource } from './RecordSource.js';

/** One thing to be sent, by however many records. */
interface Message {
  readonly topic: string;
  readonly key: string | null;
  /** Value of the last record that carried it. */
  value: number;
  resendsLeft: number;
}

export class ProducingApplication extends Application {
  stopped = false;

  private producer!: Producer;
  private readonly source: RecordSource;
  private readonly partitionerRandom: Random;
  private sent = 0;

  constructor(
    context: ApplicationContext,
    private readonly section: ProducerSection,
    private readonly config: ProducerConfig,
  ) {
    super(context, section.id, section.startUs);
    const { randomness } = context.simulation;
    this.source = new RecordSource(section, randomness.stream(`workload/${section.id}`));
    this.partitionerRandom = randomness.stream(`client/${section.id}/partitioner`);
  }

  build(): void {
    this.producer = new Producer({ ...this.clientDeps(), config: this.config, partitionerRandom: this.partitionerRandom });
  }

  protected run(): void {
    if (this.sent < this.section.count) this.sendNext();
  }

  /** One that forgets ends without waiting for what is on its way. */
  protected close(done: () => void): void {
    if (this.section.mode === 'forget') done();
    else this.producer.close(done);
  }

  protected died(): void {
    this.forgetSends();
  }

  private readonly sendNext = (): void => {
    if (this.stopped || this.closing) return;
    const { section, source } = this;
    const topic = source.topic();
    const message: Message = { topic, key: source.key(), value: -1, resendsLeft: section.resends };
    this.sent++;
    this.send(message);
    if (section.mode !== 'sync') this.scheduleNext();
  };

  private send(message: Message): void {
    const { history } = this.context;
    const { section } = this;
    const { topic, key } = message;
    const value = history.sendInvoked(section.id, topic, key, this.nowUs, -1, -1, message.value);
    message.value = value;
    const record = { topic, partition: section.partition, key, value, sizeBytes: section.recordBytes };
    if (section.mode === 'forget') {
      // To the application it is done.
      history.sendSucceeded(value, -1, -1, this.nowUs);
      this.producer.send(record, ({ partition }) => {
        if (partition > 0) history.sendPartitioned(value, partition);
      });
      return;
    }
    this.producer.send(record, (result) => this.completed(message, result));
  }

  private completed(message: Message, result: SendResult): void {
    const { history } = this.context;
    const { value } = message;
    const nowUs = this.nowUs;
    if (result.outcome === 'ok') history.sendSucceeded(value, result.partition, result.offset, nowUs);
    else {
      if (result.partition > 0) history.sendPartitioned(value, result.partition);
      if (result.outcome === 'failed') history.sendFailed(value, result.error ?? '', nowUs);
      else history.sendUnknown(value, result.error ?? '', nowUs);
      if (message.resendsLeft > 0 && !this.stopped && !this.closing) {
        message.resendsLeft--;
        this.process.after(0, this.resend, message);
        return;
      }
    }
    if (this.section.mode === 'sync') this.scheduleNext();
  }

  private readonly resend = (message: Message): void => this.send(message);

  private scheduleNext(): void {
    if (this.sent < this.section.count) this.process.after(this.source.pauseUs(), this.sendNext, undefined);
  }
}
