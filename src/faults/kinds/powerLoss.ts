/**
 * Machines lose power: their processes vanish without a word and what was not flushed is gone, or a random prefix of it survives, torn at
 * its end now and then. Power and broker return at the end. Several at once is the case that replication alone does not cover.
 */
import { brokersField, defineFault } from '../FaultKind.js';

export const powerLoss = defineFault({
  kind: 'power-loss',
  faultClass: 'power-loss',
  summary: 'cuts the power of brokers at the same moment; what was not flushed is lost',
  fields: {
    targets: brokersField('the brokers that lose power together; empty for all'),
    tail: { type: 'one-of', values: ['none', 'random'], about: 'what survives of the data that was not flushed', default: 'none' },
  },
  begin(context, fault) {
    for (const node of context.brokers(fault.targets)) {
      context.holdDown(node);
      context.cluster.losePower(node.brokerId, fault.tail);
    }
  },
});
