/**
 * What every application has in common: a machine and a process of its own, a start, and the ways in which it ends and comes back. An application
 * keeps its identity (client.id, group.instance.id, transactional.id) for good; its clients belong to one incarnation of its process and are built anew in the next.
 */
import type { History } from '../check/history.js';
import type { Host, Process } from '../engine/Host.js';
import type { Simulation } from '../engine/Simulation.js';
import type { ConsumerDeps } from '../kafka/client/Consumer.js';
import type { KafkaFeatures } from '../kafka/protocol/features.js';

/** What the applications need of a cluster. */
export interface WorkloadCluster {
  readonly features: KafkaFeatures;
  node(brokerId: number): { readonly host: Host };
  clientProcess(name: string): Process;
  partitionCount(topic: string): number;
}

export interface ApplicationContext {
  readonly simulation: Simulation;
  readonly cluster: WorkloadCluster;
  readonly history: History;
  readonly bootstrapBrokers: readonly number[];
}

/** Error of what was pending when its client died. */
export const CLIENT_DIED = 'CLIENT_DIED';

export abstract class Application {
  /** It left for good: nobody expects it back. */
  retired = false;

  protected readonly process: Process;
  /** On its way down in an orderly manner: nothing new is begun. */
  protected closing = false;
  /** Its first start has come. */
  private begun = false;
  private onClosed: () => void = ignore;

  constructor(
    protected readonly context: ApplicationContext,
    readonly id: string,
    protected readonly startUs: number,
  ) {
    this.process = context.cluster.clientProcess(id);
  }

  get running(): boolean {
    return this.process.running && !this.retired;
  }

  /** Makes the clients of an incarnation; they do nothing yet. */
  abstract build(): void;

  /** Begins to work. */
  protected abstract run(): void;

  /** Finishes or drops what is under way, closes the clients, then calls `done`. */
  protected abstract close(done: () => void): void;

  /** The process is dead: marks what was pending in the history. */
  protected abstract died(): void;

  /** Waits for its time, then works. Call once; a later incarnation begins by {@link restart}. */
  start(): void {
    this.process.after(this.startUs, this.firstStart, undefined);
  }

  /** A new incarnation with the same identity. Nothing happens while the process runs. */
  restart(): void {
    if (this.process.running) return;
    const { simulation } = this.context;
    this.closing = false;
    simulation.start(this.process, () => {
      this.build();
      if (this.begun) this.run();
      else this.process.after(Math.max(0, this.startUs - simulation.nowUs), this.firstStart, undefined);
    });
  }

  /** The process dies without a word. */
  kill(): void {
    if (!this.process.running) return;
    this.endProcess('killed');
  }

  /** Closes in an orderly manner and ends the process; `done` is called once, also when the process is killed meanwhile. */
  shutDown(done: () => void): void {
    if (!this.process.running || this.closing) {
      done();
      return;
    }
    this.closing = true;
    this.onClosed = done;
    if (this.begun) this.close(() => this.endProcess('closed'));
    else this.endProcess('closed');
  }

  protected get nowUs(): number {
    return this.context.simulation.nowUs;
  }

  /** What every client is given, besides its configuration. */
  protected clientDeps(): Omit<ConsumerDeps, 'config'> {
    const { simulation, cluster, bootstrapBrokers } = this.context;
    const brokerHost = (id: number): Host => cluster.node(id).host;
    return { simulation, process: this.process, clientId: this.id, features: cluster.features, brokerHost, bootstrapBrokers };
  }

  /** Sends that nobody will hear of any more. */
  protected forgetSends(): void {
    const { history } = this.context;
    for (const send of history.sends) {
      if (send.outcome === 'pending' && send.client === this.id) history.sendUnknown(send.value, CLIENT_DIED, this.nowUs);
    }
  }

  private readonly firstStart = (): void => {
    this.begun = true;
    this.run();
  };

  private endProcess(cause: string): void {
    const done = this.onClosed;
    this.onClosed = ignore;
    this.context.simulation.kill(this.process, cause);
    this.closing = false;
    this.died();
    this.context.history.clientEnded(this.id, this.nowUs);
    done();
  }
}

function ignore(): void {}
