/** What faults need of a cluster: the doors that `KafkaCluster` opens to whoever wants to hurt it. */
import type { Host, Process } from '../engine/Host.js';
import type { TailSurvival } from '../engine/Disk.js';

export interface FaultBroker {
  readonly id: number;
  readonly host: Host;
  readonly process: Process;
}

export interface FaultEnsemble {
  /** The servers, in order. */
  readonly servers: readonly { readonly host: Host; readonly process: Process }[];
  killServer(index: number): void;
  startServer(index: number): void;
  /** Open sessions; the clients of broker 1 are called `broker-1/…`. */
  sessions(): readonly { readonly id: number; readonly clientName: string }[];
  /** Ends a session as if its timeout had run out. */
  expireSession(sessionId: number): unknown;
}

export interface FaultCluster {
  readonly ensemble: FaultEnsemble;
  nodes(): readonly FaultBroker[];
  node(id: number): FaultBroker;
  startBroker(id: number): void;
  shutDownBroker(id: number, done?: () => void): void;
  killBroker(id: number): void;
  losePower(id: number, tail: TailSurvival): void;
  wipeDisk(id: number): void;
  addBroker(): number;
  clientHost(name: string): Host;
  clientProcess(name: string): Process;
  controllerId(): number;
  partitions(): readonly number[];
  /** 0 while the topic does not exist. */
  partitionCount(topic: string): number;
  assignment(partition: number): readonly number[];
  state(partition: number): { readonly leader: number; readonly isr: readonly number[] } | undefined;
  addPartitions(topic: string, total: number): void;
  readonly admin: {
    reassign(partition: number, replicas: readonly number[]): void;
    electPreferred(partitions: readonly number[]): void;
  };
}

/** The applications of a run, as far as faults are concerned: each has an identity that outlives its process. */
export interface FaultClients {
  /** In order; those that joined later at the end. */
  ids(): readonly string[];
  /** A group's members that have not left for good. */
  membersOf(group: string): readonly string[];
  kill(id: string): void;
  /** Orderly; `done` is called once, also when the client is killed meanwhile or was not running. */
  shutDown(id: string, done: () => void): void;
  /** Starts the client again; nothing happens while it runs, or when it has left for good. */
  restart(id: string): void;
  /** Orderly and for good. */
  retire(id: string): void;
  /** A new member of a group; returns its id, or an empty text when the group does not exist. */
  join(group: string): string;
}
