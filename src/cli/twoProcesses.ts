/**
 * One run in two processes at once, event by event: where do the runs part? Each process keeps its events and tells a number for each, so that only the events
 * in question travel.
 */
import { fork, type ChildProcess } from 'node:child_process';
import type { RecordAnswer, RecordTask, RunSubject } from './workerTasks.js';

export interface Parting {
  readonly hashes: readonly [string, string];
  /** Index of the first event that differs, and its text in both runs; null where the runs were equal, or differ in silent steps only. */
  readonly event: { readonly index: number; readonly left: string; readonly right: string } | null;
}

/** A process that has not answered by then is given up. */
const PATIENCE_MS = 120_000;

/** @returns null when a process did not survive the run. */
export async function compareInTwoProcesses(script: string, subject: RunSubject): Promise<Parting | null> {
  const recorders = [1, 2].map(() => new Recorder(script));
  try {
    const [left, right] = await Promise.all(recorders.map((recorder) => recorder.ask({ type: 'record', subject })));
    if (left?.type !== 'recorded' || right?.type !== 'recorded') return null;
    const hashes = [left.hash, right.hash] as const;
    const index = firstDifference(left.events, right.events);
    if (index < 0) return { hashes, event: null };
    const [a, b] = await Promise.all(recorders.map((recorder) => recorder.ask({ type: 'tell-event', index })));
    if (a?.type !== 'event' || b?.type !== 'event') return { hashes, event: null };
    return { hashes, event: { index, left: a.text, right: b.text } };
  } finally {
    for (const recorder of recorders) recorder.end();
  }
}

/** -1 when they are equal. */
function firstDifference(left: Uint32Array, right: Uint32Array): number {
  const end = Math.max(left.length, right.length);
  for (let i = 0; i < end; i++) if (left[i] !== right[i]) return i;
  return -1;
}

class Recorder {
  private readonly child: ChildProcess;

  constructor(script: string) {
    this.child = fork(script, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' });
  }

  /** null when the process ended, or takes too long. */
  ask(task: RecordTask): Promise<RecordAnswer | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(), PATIENCE_MS);
      const answered = (answer: RecordAnswer | null): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.child.once('message', (message) => answered(message as RecordAnswer));
      this.child.once('close', () => answered(null));
      this.child.once('error', () => answered(null));
      this.child.send(task, () => undefined);
    });
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}
