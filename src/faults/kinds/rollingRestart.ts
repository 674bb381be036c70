/**
 * Brokers are restarted one after another with controlled shutdowns, as for an upgrade: down, wait, up, wait, next. The fault's end stops
 * the roll; the broker that is down then comes back.
 */
import { brokersField, defineFault } from '../FaultKind.js';
import type { FaultContext } from '../FaultContext.js';
import type { FaultNode } from '../FaultWorld.js';

export const rollingRestart = defineFault({
  kind: 'rolling-restart',
  faultClass: 'crash',
  summary: 'restarts brokers one after another with controlled shutdowns',
  fields: {
    targets: { ...brokersField('the brokers, in order; empty for all'), default: [] },
    downUs: { type: 'duration', about: 'time that each broker stays down', default: 1_000_000 },
    betweenUs: { type: 'duration', about: 'time between one start and the next shutdown', default: 2_000_000 },
  },
  begin(context, fault) {
    roll(context, context.brokers(fault.targets), 0, fault.downUs, fault.betweenUs);
  },
});

function roll(context: FaultContext, nodes: readonly FaultNode[], index: number, downUs: number, betweenUs: number): void {
  const node = nodes[index];
  if (node === undefined || context.ended) return;
  const { supervisor } = context.world;
  const { scheduler } = context.simulation;
  let held = true;
  supervisor.hold(node.brokerId);
  const letGo = (): void => {
    if (!held) return;
    held = false;
    supervisor.release(node.brokerId);
  };
  context.undoLater([node], letGo);
  const next = (): void => roll(context, nodes, index + 1, downUs, betweenUs);
  const up = (): void => {
    if (context.ended) return;
    letGo();
    scheduler.after(betweenUs, next, undefined);
  };
  supervisor.shutDown(node.brokerId, () => scheduler.after(downUs, up, undefined));
}
