import type { Moment } from '../charts/Chart.js';
import type { SliceSubject } from './causalSlice.js';

/** What the diagrams of a run are about. */
export interface SpaceTimeFocus {
  /** Null when the finding concerns no partition, and when nothing was found. */
  readonly subject: SliceSubject | null;
  /** When it went wrong; null when it did not. */
  readonly violation: Moment | null;
}
