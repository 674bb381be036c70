/** The white-box invariants of the ZooKeeper-mode cluster, in the order in which they are looked at. */
import type { Invariant, InvariantContext } from './Invariant.js';
import { AckImpliesHighWatermark } from './AckImpliesHighWatermark.js';
import { ElectionSafety } from './ElectionSafety.js';
import { HighWatermarkBound } from './HighWatermarkBound.js';
import { HighWatermarkMonotonic } from './HighWatermarkMonotonic.js';
import { LeaderCandidateCompleteness } from './LeaderCandidateCompleteness.js';
import { LeaderInIsr } from './LeaderInIsr.js';
import { LinearizableZnodes } from './LinearizableZnodes.js';
import { LogMatching } from './LogMatching.js';
import { MarkersFollowDecision } from './MarkersFollowDecision.js';
import { MemberEpochs } from './MemberEpochs.js';
import { NoCommittedRecordLost } from './NoCommittedRecordLost.js';
import { NoTruncationBelowCommitted } from './NoTruncationBelowCommitted.js';
import { ProducerFencing } from './ProducerFencing.js';
import { RememberedBatches } from './RememberedBatches.js';
import { RecoveredLogValid } from './RecoveredLogValid.js';
import { ReplicationQuorumSuperset } from './ReplicationQuorumSuperset.js';
import { ShutDownNotInIsr } from './ShutDownNotInIsr.js';
import { SingleOwner } from './SingleOwner.js';
import { StableOffsetSafe } from './StableOffsetSafe.js';
import { StrongIsr } from './StrongIsr.js';
import { TransactionStates } from './TransactionStates.js';
import { ValidReplicaState } from './ValidReplicaState.js';
import { WeakIsr } from './WeakIsr.js';

/** One of each, not yet subscribed. */
export function allInvariants(context: InvariantContext): Invariant[] {
  return [
    new LeaderCandidateCompleteness(context),
    new WeakIsr(context),
    new StrongIsr(context),
    new LogMatching(context),
    new NoCommittedRecordLost(context),
    new LeaderInIsr(context),
    new ShutDownNotInIsr(context),
    new ReplicationQuorumSuperset(context),
    new ElectionSafety(context),
    new HighWatermarkMonotonic(context),
    new HighWatermarkBound(context),
    new NoTruncationBelowCommitted(context),
    new AckImpliesHighWatermark(context),
    new ValidReplicaState(context),
    new SingleOwner(context),
    new MemberEpochs(context),
    new RememberedBatches(context),
    new MarkersFollowDecision(context),
    new ProducerFencing(context),
    new StableOffsetSafe(context),
    new TransactionStates(context),
    new LinearizableZnodes(context),
    new RecoveredLogValid(context),
  ];
}
