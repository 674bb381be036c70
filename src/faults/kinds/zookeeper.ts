/** Trouble in ZooKeeper itself: a session that the ensemble ends, and servers that go away until no quorum is left. */
import { brokerField, defineFault } from '../FaultKind.js';

export const sessionExpiry = defineFault({
  kind: 'session-expiry',
  faultClass: 'zookeeper',
  summary: 'the ensemble ends a broker’s session at once; the broker learns of it later',
  instant: true,
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    const { ensemble } = context.cluster;
    const sessions = ensemble.sessions().filter((session) => session.clientName.startsWith(`${node.name}/`));
    for (const session of sessions) ensemble.expireSession(session.id);
  },
});

export const zookeeperLoss = defineFault({
  kind: 'zookeeper-loss',
  faultClass: 'zookeeper',
  summary: 'kills ZooKeeper servers; without a majority nothing can be written',
  fields: { servers: { type: 'servers', about: 'numbers of the servers, from 1' } },
  begin(context, fault) {
    const { ensemble } = context.cluster;
    const { zookeeperDown } = context.world;
    for (const node of context.nodes(fault.servers.map((server) => `zookeeper-${server}`))) {
      const index = ensemble.servers.findIndex((server) => server.host === node.host);
      zookeeperDown.add(node.process, () => ensemble.killServer(index));
      context.undoLater([node], () => zookeeperDown.remove(node.process, () => ensemble.startServer(index)));
    }
  },
});
