/** Kafka's own assignors of the classic protocol, by name. */
import type { AssignorName } from '../../config/ConsumerConfig.js';
import type { KafkaFeatures } from '../../protocol/features.js';
import type { Assignor } from './Assignor.js';
import { CooperativeStickyAssignor } from './cooperativeSticky.js';
import { RangeAssignor } from './range.js';
import { RoundRobinAssignor } from './roundRobin.js';
import { StickyAssignor } from './sticky.js';

export type { Assignor, AssignorCluster, AssignorMember, RebalanceProtocol } from './Assignor.js';

/** Assignors keep nothing between rebalances: one instance serves any number of groups. */
export function createAssignor(
  name: AssignorName,
  features: Pick<KafkaFeatures, 'assignorGenerationRule' | 'cooperativeTwoPhase'>,
): Assignor {
  switch (name) {
    case 'range':
      return new RangeAssignor();
    case 'roundrobin':
      return new RoundRobinAssignor();
    case 'sticky':
      return new StickyAssignor(features.assignorGenerationRule);
    case 'cooperative-sticky':
      return new CooperativeStickyAssignor(features.assignorGenerationRule, features.cooperativeTwoPhase);
  }
}
