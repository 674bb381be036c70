/** Links that are slow, that lose packets and connections, or that hold back what is on its way, while the fault lasts. */
import type { FaultContext } from '../FaultContext.js';
import type { LatencyDistribution } from '../../engine/latency.js';
import { defineFault, nodesField } from '../FaultKind.js';

const ends = { from: nodesField('nodes at one end'), to: nodesField('nodes at the other end') };

function trouble(
  context: FaultContext,
  from: readonly (number | string)[],
  to: readonly (number | string)[],
  worse: LatencyDistribution,
  resetChance: number,
): void {
  const left = context.nodes(from);
  const right = context.nodes(to);
  const done = new Set<string>();
  for (const a of left) {
    for (const b of right) {
      for (const [sender, receiver] of [[a, b] as const, [b, a] as const]) {
        const link = `${sender.name}>${receiver.name}`;
        if (done.has(link)) continue;
        done.add(link);
        context.trouble(sender, receiver, worse, resetChance);
      }
    }
  }
}

export const slowLink = defineFault({
  kind: 'slow-link',
  faultClass: 'network',
  summary: 'raises the latency between nodes, both ways',
  fields: {
    ...ends,
    minUs: { type: 'duration', about: 'least latency', default: 100_000 },
    maxUs: { type: 'duration', about: 'greatest latency', default: 500_000 },
  },
  begin(context, fault) {
    trouble(context, fault.from, fault.to, { minUs: fault.minUs, maxUs: fault.maxUs, spikeChance: 0, spikeMeanUs: 0 }, 0);
  },
});

export const flakyLink = defineFault({
  kind: 'flaky-link',
  faultClass: 'network',
  summary: 'resets connections and delays packets at random between nodes, both ways',
  fields: {
    ...ends,
    resetChance: { type: 'chance', about: 'chance, per message, that its connection is reset', default: 0.01 },
    spikeChance: { type: 'chance', about: 'chance, per message, of an extra delay', default: 0.05 },
    spikeMeanUs: { type: 'duration', about: 'mean of that delay', default: 200_000 },
  },
  begin(context, fault) {
    const worse = { minUs: 0, maxUs: 0, spikeChance: fault.spikeChance, spikeMeanUs: fault.spikeMeanUs };
    trouble(context, fault.from, fault.to, worse, fault.resetChance);
  },
});

export const stallConnection = defineFault({
  kind: 'stall-connection',
  faultClass: 'network',
  summary:
    'holds back, one way, what goes over the connections that are open when it begins; new connections work, so that a retry overtakes',
  fields: { from: nodesField('whose messages are held back'), to: nodesField('who gets them at the end') },
  begin(context, fault) {
    const senders = context.nodes(fault.from);
    const receivers = context.nodes(fault.to);
    for (const from of senders) for (const to of receivers) context.stallConnections(from, to);
  },
});
