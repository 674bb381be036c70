/** Reads groups and offsets back from a partition of `__consumer_offsets` (GroupMetadataManager.doLoadGroupsAndOffsets): the log in its order, the latest of each key. */
import type { GroupMetadataValue } from '../protocol/coordinatorRecords.js';
import { offsetAt, type RecordBatch } from '../protocol/records.js';
import type { GroupContext } from './GroupContext.js';

export class GroupLoader {
  private readonly groups = new Map<string, GroupMetadataValue>();

  constructor(
    private readonly context: GroupContext,
    private readonly partition: number,
  ) {}

  replay(batch: RecordBatch): void {
    if (batch.control !== null) {
      for (const store of this.context.offsets.values()) {
        if (store.partition === this.partition) store.complete(batch.producerId, batch.control.commit, batch.baseOffset);
      }
      return;
    }
    batch.records.forEach((record, i) => {
      const key = record.key ?? '';
      const payload = record.payload ?? null;
      if (key.startsWith('consumer-group/')) this.context.consumerGroups?.replay(this.partition, key, payload);
      else if (payload === null) this.replayTombstone(key);
      else if (payload.kind === 'group-metadata') this.groups.set(payload.group, payload);
      else if (payload.kind === 'offset-commit') {
        const store = this.context.offsetsOf(payload.group, this.partition);
        // With `txnOffsetsPend` off they count at once, here too.
        if (batch.isTransactional && this.context.deps.features.txnOffsetsPend) {
          store.restoreTransactional(batch.producerId, payload, offsetAt(batch, i));
        } else store.restore(payload, offsetAt(batch, i));
      }
    });
  }

  /** The generations found, the latest of each group, in order of the groups' first records. */
  result(): Iterable<GroupMetadataValue> {
    return this.groups.values();
  }

  private replayTombstone(key: string): void {
    if (key.startsWith('group/')) this.groups.delete(key.slice('group/'.length));
    else if (key.startsWith('offset/')) {
      const end = key.lastIndexOf('/');
      const store = this.context.offsets.get(key.slice('offset/'.length, end));
      store?.forget(Number(key.slice(end + 1)));
    }
  }
}
