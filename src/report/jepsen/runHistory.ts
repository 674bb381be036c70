/** The history of a run in Jepsen's shape, with its faults and with what its configuration promises. */
import { toJepsenOps } from '../../check/jepsen/fromHistory.js';
import type { JepsenOp } from '../../check/jepsen/JepsenOp.js';
import type { TrialResult } from '../../explore/trial.js';

export function jepsenOps({ history, simulation, traits, faultLog }: TrialResult): JepsenOp[] {
  return toJepsenOps({ history, names: simulation.bus.names, traits: traits(), faults: faultLog });
}
