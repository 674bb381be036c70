/** A broker is stopped the polite way (controlled shutdown) and started again at the fault's end. */
import { brokerField, defineFault } from '../FaultKind.js';

export const restart = defineFault({
  kind: 'restart',
  faultClass: 'crash',
  summary: 'stops a broker with a controlled shutdown; it starts again at the end',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.holdDown(node);
    context.world.supervisor.shutDown(node.brokerId);
  },
});
