/** Runs an inquiry on all cores with progress on stderr; Ctrl-C ends it with what there is, a second time ends the command. */
import { availableParallelism } from 'node:os';
import type { Inquiry } from '../explore/inquiry.js';
import { EXIT } from './exitCodes.js';
import { Progress } from './Progress.js';
import { TrialPool, type CutShort } from './TrialPool.js';

export interface InvestigationOptions {
  /** Milliseconds. */
  readonly time?: number;
  readonly workers?: number;
}

export interface Investigated<R> {
  readonly answer: R;
  readonly cutShort: CutShort;
  /** For people; empty when it was not cut short. */
  readonly cutShortText: string;
}

export async function investigate<R>(inquiry: Inquiry<R>, { time, workers }: InvestigationOptions): Promise<Investigated<R>> {
  const progress = new Progress();
  const pool = new TrialPool({
    workers: workers ?? availableParallelism(),
    timeMs: time ?? null,
    onProgress: (done) => progress.line(`  ${done} runs`),
  });
  const onInterrupt = (): void => {
    if (pool.cutShort === 'interrupted') process.exit(EXIT.interrupted);
    progress.say('  interrupted: telling what was found …');
    pool.stop('interrupted');
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const answer = await pool.run(inquiry);
    return { answer, cutShort: pool.cutShort, cutShortText: pool.cutShort === null ? '' : texts[pool.cutShort] };
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
    pool.close();
    progress.clear();
  }
}

const texts: Readonly<Record<Exclude<CutShort, null>, string>> = {
  interrupted: 'interrupted; this is what there was by then.',
  time: 'the time (--time) was over; this is what there was by then.',
  lost: 'some runs did not come to an end (their process died, or was silent for a minute); they are left out.',
};
