/**
 * Sizes of messages on the wire, roughly: enough for bandwidth limits to bite where they would. Record batches carry their own size.
 */
import type { FetchResponse } from './messages.js';

const HEADER_BYTES = 48;
const PARTITION_BYTES = 40;

/** A request or response that lists so many partitions and carries no records. */
export function requestBytes(partitions: number): number {
  return HEADER_BYTES + PARTITION_BYTES * partitions;
}

export function fetchResponseBytes(response: FetchResponse): number {
  let bytes = requestBytes(response.partitions.length);
  for (const partition of response.partitions) for (const batch of partition.batches) bytes += batch.sizeBytes;
  return bytes;
}
