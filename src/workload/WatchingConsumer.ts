/**
 * A consumer outside of any group that reads everything and only looks: it shows what can be seen of the logs, as an auditor would. Partitions that are added
 * later are assigned when its periodic look shows them.
 */
import { Consumer } from '../kafka/client/Consumer.js';
import type { ConsumerConfig } from '../kafka/config/index.js';
import type { ConsumerSection } from '../scenario/Scenario.js';
import { Application, type ApplicationContext } from './Application.js';

/** How often a consumer looks whether its topics have grown. */
const NEW_PARTITION_CHECK_US = 1_000_000;

export class WatchingConsumer extends Application {
  /** Partitions that stand still because the consumer reported an error, with the error. */
  readonly errors = new Map<number, string>();

  private readonly config: ConsumerConfig;
  private consumer!: Consumer;
  private assigned = 0;

  constructor(
    context: ApplicationContext,
    readonly section: ConsumerSection,
    config: ConsumerConfig,
  ) {
    super(context, section.id, section.startUs);
    this.config = { ...config, groupId: null, groupInstanceId: null };
  }

  build(): void {
    this.consumer = new Consumer({ ...this.clientDeps(), config: this.config });
    this.consumer.onError = (error, partition): void => void this.errors.set(partition, error);
    if (this.section.pollEveryUs === 0) this.consumer.onRecords = this.poll;
    this.errors.clear();
    this.assigned = 0;
  }

  protected run(): void {
    this.assign();
    this.process.every(NEW_PARTITION_CHECK_US, this.assign);
    if (this.section.pollEveryUs > 0) this.process.every(this.section.pollEveryUs, this.poll);
  }

  protected close(done: () => void): void {
    this.consumer.close();
    done();
  }

  protected died(): void {}

  /** Offset of the next record it will read; -1 when it has no position yet. */
  position(topic: string, index: number): number {
    return this.consumer.position(topic, index);
  }

  /** Brokers that its metadata names. */
  knownBrokers(): readonly number[] {
    return this.consumer.metadata.brokers;
  }

  private readonly assign = (): void => {
    const { cluster } = this.context;
    const { topics } = this.section;
    const count = topics.reduce((sum, topic) => sum + cluster.partitionCount(topic), 0);
    if (count === this.assigned || this.closing) return;
    this.assigned = count;
    const partitions = topics.flatMap((topic) => Array.from({ length: cluster.partitionCount(topic) }, (_, index) => ({ topic, index })));
    this.consumer.assign(partitions);
    const named = partitions.map(({ topic, index }) => `${topic}-${index}`);
    this.context.history.placed({ client: this.id, timeUs: this.nowUs, kind: 'assign', partitions: named });
  };

  private readonly poll = (): void => {
    const { history } = this.context;
    if (this.closing) return;
    do {
      for (const { partition, firstOffset, offsets: sparse, records } of this.consumer.poll()) {
        const offsets = sparse ?? records.map((_, i) => firstOffset + i);
        const values = records.map((record) => record.value);
        history.polled(this.section.id, this.nowUs, partition, offsets, values);
      }
    } while (this.section.pollEveryUs === 0 && this.consumer.hasRecords);
  };
}
