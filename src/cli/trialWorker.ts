/** A process that runs the trials its parent sends, one after the other, and answers each with its outcome. It ends when its parent does, or when a trial throws. */
import { runJob, type TrialJob } from '../explore/inquiry.js';
import type { FromTrialWorker } from './TrialPool.js';

const answer = (message: FromTrialWorker): void => void process.send?.(message);

process.on('message', (job: TrialJob) => answer(runJob(job)));
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; what to do about it is the parent's to decide.
process.on('SIGINT', () => undefined);
answer('ready');
