/**
 * Cuts of the network, in the shapes that Jepsen made known: halves, one node alone, a ring of overlapping majorities, a bridge, one way only,
 * and the two that Kafka fears most: a broker cut from ZooKeeper only, or from its clients only. Connections stall; nothing is reset.
 */
import type { FaultNode } from '../FaultWorld.js';
import { brokerField, defineFault, nodesField } from '../FaultKind.js';

export const partitionHalves = defineFault({
  kind: 'partition-halves',
  faultClass: 'partition',
  summary: 'splits the network in two: one side and everybody else',
  fields: {
    side: nodesField('one side: brokers, roles, clients, zookeeper-1, or the groups brokers, clients, zookeeper'),
    neutral: { ...nodesField('nodes that see both sides'), default: [], spares: true },
  },
  begin(context, fault) {
    const side = context.nodes(fault.side);
    const exempt = new Set([...side, ...context.nodes(fault.neutral)].map((node) => node.name));
    const rest = context.world.nodes().filter((node) => !exempt.has(node.name));
    context.separate(side, rest);
  },
});

export const partitionIsolate = defineFault({
  kind: 'partition-isolate',
  faultClass: 'partition',
  summary: 'cuts one broker off: a fixed one, a leader or the controller',
  fields: {
    target: brokerField('the broker'),
    from: {
      type: 'some-of',
      values: ['brokers', 'zookeeper', 'clients'],
      about: 'what it is cut from',
      default: ['brokers', 'zookeeper', 'clients'],
    },
  },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    const { world } = context;
    if (fault.from.includes('brokers')) context.separate([node], world.brokers());
    if (fault.from.includes('zookeeper')) context.separate([node], world.zookeeperServers());
    if (fault.from.includes('clients')) context.separate([node], world.clientNodes());
  },
});

export const partitionRing = defineFault({
  kind: 'partition-ring',
  faultClass: 'partition',
  summary: 'each broker hears a majority of the brokers, and no two hear the same one',
  fields: {},
  begin(context) {
    const brokers = context.brokers([]);
    brokers.forEach((hearer, i) => {
      for (const speaker of deafTo(brokers, i)) context.cut(speaker, hearer);
    });
  },
});

/** Whom the broker at this place of the ring does not hear: everybody outside the smallest majority around it. */
function deafTo(brokers: readonly FaultNode[], place: number): FaultNode[] {
  const size = brokers.length;
  const majority = Math.floor(size / 2) + 1;
  const first = place - Math.floor((majority - 1) / 2);
  return brokers.filter((_, j) => (((j - first) % size) + size) % size >= majority);
}

export const partitionBridge = defineFault({
  kind: 'partition-bridge',
  faultClass: 'partition',
  summary: 'splits the brokers in two halves that only one broker still reaches',
  fields: { target: brokerField('the broker that sees both halves') },
  begin(context, fault) {
    const bridge = context.broker(fault.target);
    if (bridge === undefined) return;
    const others = context.world.brokers().filter((node) => node.name !== bridge.name);
    const half = Math.ceil(others.length / 2);
    context.separate(others.slice(0, half), others.slice(half));
  },
});

export const partitionOneWay = defineFault({
  kind: 'partition-one-way',
  faultClass: 'partition',
  summary: 'what some nodes send does not reach others; the way back works',
  fields: { from: nodesField('whose messages are lost'), to: nodesField('who does not get them') },
  begin(context, fault) {
    const senders = context.nodes(fault.from);
    const receivers = context.nodes(fault.to);
    for (const from of senders) for (const to of receivers) context.cut(from, to);
  },
});

export const zookeeperCut = defineFault({
  kind: 'zookeeper-cut',
  faultClass: 'partition',
  summary: 'cuts a broker from ZooKeeper only: it goes on serving brokers and clients',
  fields: { target: brokerField('the broker') },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node !== undefined) context.separate([node], context.world.zookeeperServers());
  },
});

export const clientCut = defineFault({
  kind: 'client-cut',
  faultClass: 'partition',
  summary: 'cuts a broker from clients only: the cluster sees nothing wrong',
  fields: {
    target: brokerField('the broker'),
    clients: { type: 'clients', about: 'ids of the clients; empty for all', default: [] },
  },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    context.separate([node], context.nodes(fault.clients.length === 0 ? ['clients'] : fault.clients));
  },
});
