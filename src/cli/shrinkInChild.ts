/** Shrinks a failing scenario in a process of its own, so that Ctrl-C and the clock are still heard. */
import { fork } from 'node:child_process';
import type { ShrinkTarget } from '../explore/shrink.js';
import type { Scenario } from '../scenario/Scenario.js';
import type { ShrinkAnswer, ShrinkTask } from './workerTasks.js';

export interface ShrinkResult {
  readonly scenario: Scenario;
  /** As the child's run of it had it; empty when the child did not get so far. */
  readonly hash: string;
  readonly runs: number;
}

/** A child that has not finished so long after its budget is killed; what it had reached by then counts. */
const GRACE_MS = 5_000;

/** @param onStart is given a function that ends the search at once with what it has. */
export function shrinkInChild(
  script: string,
  scenario: Scenario,
  target: ShrinkTarget,
  budgetMs: number,
  onStart: (stop: () => void) => void,
): Promise<ShrinkResult> {
  return new Promise((resolve) => {
    let best: ShrinkResult = { scenario, hash: '', runs: 0 };
    const child = fork(script, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' });
    const stop = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(stop, budgetMs + GRACE_MS);
    onStart(stop);
    child.on('message', (message) => {
      const answer = message as ShrinkAnswer | { readonly type: 'ready' };
      if (answer.type !== 'shrunk') return;
      best = { scenario: answer.scenario, hash: answer.hash, runs: answer.runs };
      if (answer.done) stop();
    });
    child.on('error', stop);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(best);
    });
    const task: ShrinkTask = { type: 'shrink', scenario, target: { guarantee: target.guarantee, kind: target.kind }, budgetMs };
    child.send(task, () => undefined);
  });
}
