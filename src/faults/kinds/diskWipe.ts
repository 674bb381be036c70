/** A broker's disk dies and is replaced by an empty one; the broker comes back with its id and nothing else. */
import { brokerField, defineFault } from '../FaultKind.js';

export const diskWipe = defineFault({
  kind: 'disk-wipe',
  faultClass: 'power-loss',
  summary: 'replaces a broker’s disk by an empty one; the broker starts again at the end',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.holdDown(node);
    if (node.process.running) context.cluster.killBroker(node.brokerId);
    context.cluster.wipeDisk(node.brokerId);
  },
});
