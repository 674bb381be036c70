/** A process stands still (garbage collection, SIGSTOP, a suspended virtual machine) while everybody's time runs on. */
import { defineFault, nodeField } from '../FaultKind.js';

export const pause = defineFault({
  kind: 'pause',
  faultClass: 'pause',
  summary: 'stops a broker, a client or a ZooKeeper server, and lets it go on at the end as if nothing had happened',
  fields: { target: nodeField('a broker, a client (p1) or a ZooKeeper server (zookeeper-1)') },
  begin(context, fault) {
    for (const node of context.nodes([fault.target])) context.pause(node);
  },
});
