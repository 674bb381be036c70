/** A broker's process ends at once (kill -9, out of memory); its disk and page cache stay. */
import { brokerField, defineFault } from '../FaultKind.js';

export const kill = defineFault({
  kind: 'kill',
  faultClass: 'crash',
  summary: 'kills a broker process (kill -9); page cache and disk stay',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.holdDown(node);
    if (node.process.running) context.cluster.killBroker(node.brokerId);
  },
});
