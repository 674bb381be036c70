/**
 * Which API answered which error, counted at the one place where answers leave a broker. An error of the whole answer counts once, one of a partition (or
 * topic, or transaction) as often as it occurs; an answer without any counts as NONE.
 *
 * Leaves out: what a client concludes by itself (NETWORK_EXCEPTION), and produce requests with acks=0, which have no answer.
 */
import { defineProbeTable, type Probes } from '../../engine/probes.js';
import { ErrorCode, errorName, type ErrorName } from './errors.js';
import type { ApiName, ResponseOf } from './messages.js';

/** A record, so that TypeScript refuses an API without an entry. */
const apis: Readonly<Record<ApiName, true>> = {
  Produce: true,
  Fetch: true,
  ListOffsets: true,
  OffsetForLeaderEpoch: true,
  Metadata: true,
  LeaderAndIsr: true,
  UpdateMetadata: true,
  StopReplica: true,
  AlterPartition: true,
  ControlledShutdown: true,
  FindCoordinator: true,
  JoinGroup: true,
  SyncGroup: true,
  Heartbeat: true,
  LeaveGroup: true,
  ConsumerGroupHeartbeat: true,
  OffsetCommit: true,
  OffsetFetch: true,
  InitProducerId: true,
  AddPartitionsToTxn: true,
  AddOffsetsToTxn: true,
  TxnOffsetCommit: true,
  EndTxn: true,
  WriteTxnMarkers: true,
};

/** What a coordinator's own append came to; it never leaves the broker as it is. */
const COORDINATOR_APPEND = 'coordinator append';

export const answeredErrors = defineProbeTable(
  'answered',
  'The API of the row answered the error of the column.',
  [...(Object.keys(apis) as ApiName[]), COORDINATOR_APPEND],
  Object.keys(ErrorCode) as ErrorName[],
);

/** Column by error code. */
const columns: number[] = [];
for (const name of answeredErrors.columns) columns[ErrorCode[name]] = answeredErrors.cell('Produce', name) - answeredErrors.firstId;

interface Errors {
  readonly errorCode?: number;
  readonly partitions?: readonly Errors[];
  readonly topics?: readonly Errors[];
  readonly transactions?: readonly Errors[];
  readonly markers?: readonly Errors[];
}

export function countAnswer(probes: Probes, api: ApiName, answer: ResponseOf<ApiName>): void {
  const row = answeredErrors.cell(api, 'NONE');
  if (countIn(probes, row, answer) === 0) probes.hitCell(row);
}

export function countCoordinatorAppend(probes: Probes, errorCode: number): void {
  probes.hitCell(answeredErrors.cell(COORDINATOR_APPEND, errorName(errorCode) as ErrorName));
}

/** Returns how many errors there were. */
function countIn(probes: Probes, row: number, part: Errors): number {
  let errors = 0;
  if (part.errorCode !== undefined && part.errorCode !== ErrorCode.NONE) {
    probes.hitCell(row + (columns[part.errorCode] as number));
    errors++;
  }
  const parts = part.partitions ?? part.topics ?? part.transactions ?? part.markers;
  if (parts !== undefined) for (const each of parts) errors += countIn(probes, row, each);
  return errors;
}
