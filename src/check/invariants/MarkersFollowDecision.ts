/**
 * P27 (NoTornTxn): every marker says what the transaction coordinator had decided for the producer, and had in its log before.
 *
 * A decision that a coordinator had just replicated when it died is resumed by the next one without a word: the first marker after a coordinator was
 * loaded is taken for the decision, and the others must agree with it.
 */
import type { EventBus } from '../../engine/events.js';
import { coordinatorLoaded } from '../../kafka/group/events.js';
import { markerAppended, transactionStateChanged } from '../../kafka/transaction/events.js';
import { rightfulLeader } from '../whiteBox.js';
import { Invariant } from './Invariant.js';

interface Decision {
  commit: boolean;
  readonly coordinatorEpoch: number;
  /** How many coordinators had been loaded by then. */
  loads: number;
}

interface Marker {
  readonly producerId: number;
  readonly epoch: number;
  readonly commit: boolean;
  readonly coordinatorEpoch: number;
}

export class MarkersFollowDecision extends Invariant {
  readonly id = 'P27';
  readonly name = 'NoTornTxn';
  readonly statement = "every transaction marker matches the coordinator's logged decision";
  private readonly decisions = new Map<number, Decision>();
  private loads = 0;

  watch(bus: EventBus): void {
    bus.subscribe(() => this.loads++, [coordinatorLoaded]);
    bus.subscribe(
      (_type, _timeUs, _broker, _transactionalId, producerId, _epoch, _from, to, coordinatorEpoch) => {
        const state = bus.names.text(to);
        if (state !== 'PrepareCommit' && state !== 'PrepareAbort') return;
        // A coordinator that has been replaced may hear late that its decision was replicated; its successor has acted on it long ago.
        if (coordinatorEpoch < (this.decisions.get(producerId)?.coordinatorEpoch ?? -1)) return;
        this.decisions.set(producerId, { commit: state === 'PrepareCommit', loads: this.loads, coordinatorEpoch });
      },
      [transactionStateChanged],
    );
    bus.subscribe(
      (_type, timeUs, broker, partition, offset, producerId, epoch, commit, coordinatorEpoch) => {
        // What a leader writes that has been replaced is never committed.
        if (rightfulLeader(this.context.cluster, partition)?.brokerId !== broker) return;
        this.marked(timeUs, broker, partition, offset, { producerId, epoch, commit: commit !== 0, coordinatorEpoch });
      },
      [markerAppended],
    );
  }

  private marked(timeUs: number, broker: number, partition: number, offset: number, marker: Marker): void {
    const { producerId, epoch, commit, coordinatorEpoch } = marker;
    this.checks++;
    const decision = this.decisions.get(producerId);
    if (decision?.commit === commit || this.context.committed.forfeitAnywhere) return;
    if ((decision?.loads ?? 0) < this.loads) {
      this.decisions.set(producerId, { commit, loads: this.loads, coordinatorEpoch });
      return;
    }
    const word = commit ? 'commit' : 'abort';
    const decided = decision === undefined ? 'nothing' : decision.commit ? 'to commit' : 'to abort';
    const message =
      `broker ${broker} wrote a marker to ${word} for producer ${producerId} in epoch ${epoch} at offset ${offset} of ${this.text(partition)}, but the ` +
      `coordinator had decided ${decided}.`;
    this.violated(timeUs, partition, offset, message, { broker, producerId, epoch, marker: word, decided });
  }
}
