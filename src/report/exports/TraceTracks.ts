/** Processes and threads of a trace: numbers, names, and the order in which a viewer lists them. */
import type { RecordedRun } from '../RecordedRun.js';
import { actorOfProcess, compareActors, type Actor } from '../traffic/actors.js';

/** One entry of the format's list; which fields it has depends on `ph`. */
export interface TraceEvent {
  readonly ph: 'X' | 'b' | 'e' | 'i' | 's' | 'f' | 'C' | 'M';
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  /** Scope of an instant: thread, process or global. */
  readonly s?: 't' | 'p' | 'g';
  /** Of a flow's end: it belongs to the span around it. */
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, string | number>>;
}

type Track = Pick<TraceEvent, 'pid' | 'tid'>;

/** What is no process of the cluster has one here: its spans need a place. */
const BESIDES = ['verdict', 'faults', 'partitions', 'groups'];

export class TraceTracks {
  private readonly pids: ReadonlyMap<string, number>;
  private readonly threads = new Map<number, Map<string, number>>();

  constructor({ result }: RecordedRun) {
    const processes = result.simulation.hosts.flatMap((host) => host.processes.map(({ name }) => actorOfProcess(name)));
    const actors = [...new Set(processes)].sort(compareActors);
    this.pids = new Map([...BESIDES, ...actors].map((name, i) => [name, i + 1]));
  }

  /** The process of this name, for what lies in no thread. */
  process(name: Actor): number {
    const pid = this.pids.get(name);
    if (pid === undefined) throw new Error(`no process of the run is called ${name}`);
    return pid;
  }

  /** A thread of a process; threads are numbered, and listed, in the order in which they are asked for. */
  thread(process: Actor, name: string): Track {
    const pid = this.process(process);
    let threads = this.threads.get(pid);
    if (threads === undefined) this.threads.set(pid, (threads = new Map()));
    let tid = threads.get(name);
    if (tid === undefined) threads.set(name, (tid = threads.size + 1));
    return { pid, tid };
  }

  /** Names and places of all processes and of the threads that were asked for. */
  metadata(): TraceEvent[] {
    return [...this.pids].flatMap(([name, pid]) => [
      { ph: 'M' as const, name: 'process_name', pid, tid: 0, args: { name } },
      { ph: 'M' as const, name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
      ...[...(this.threads.get(pid) ?? [])].flatMap(([thread, tid]) => [
        { ph: 'M' as const, name: 'thread_name', pid, tid, args: { name: thread } },
        { ph: 'M' as const, name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
      ]),
    ]);
  }
}

/** A span; one that has no length gets the shortest there is, so that it can be seen and flows can begin at it. */
export function span(track: Track, cat: string, name: string, { fromUs, toUs }: TimeSpan, args: TraceEvent['args'] = {}): TraceEvent {
  return { ph: 'X', cat, name, ...track, ts: fromUs, dur: Math.max(1, toUs - fromUs), args };
}

interface TimeSpan {
  readonly fromUs: number;
  readonly toUs: number;
}
