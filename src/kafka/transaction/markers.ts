/**
 * A partition leader's handling of WriteTxnMarkers (KafkaApis.handleWriteTxnMarkersRequest, KIP-98): one control batch per partition, answered once it is replicated.
 * Behind a marker in `__consumer_offsets` the group coordinator makes the transaction's offsets valid, or drops them.
 */
import type { Process } from '../../engine/Host.js';
import type { Simulation } from '../../engine/Simulation.js';
import { CONSUMER_OFFSETS_TOPIC } from '../protocol/coordinatorRecords.js';
import { ErrorCode } from '../protocol/errors.js';
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '../protocol/messages.js';
import { BATCH_OVERHEAD_BYTES, type ProducerBatch, RECORD_OVERHEAD_BYTES } from '../protocol/records.js';
import { topicOf } from '../protocol/topicPartition.js';
import type { ProduceHandler } from '../replication/ProduceHandler.js';

export interface TxnMarkerDeps {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly config: { readonly requestTimeoutUs: number };
  readonly replicas: { readonly produceHandler: Pick<ProduceHandler, 'produce'> };
  /** A fresh negative value for a record that a broker writes; unique in the run. */
  readonly nextInternalValue: () => number;
  /** A marker is in this partition of `__consumer_offsets` at this offset, replicated. */
  readonly onOffsetsMarker: (partition: number, producerId: number, commit: boolean, markerOffset: number) => void;
}

type Marker = WriteTxnMarkersRequest['markers'][number];

/** Key and value of an EndTransactionMarker. */
const MARKER_BYTES = 10;

export class TxnMarkerHandler {
  constructor(private readonly deps: TxnMarkerDeps) {}

  write(request: WriteTxnMarkersRequest, respond: (response: WriteTxnMarkersResponse) => void): void {
    const answers: WriteTxnMarkersResponse['markers'] = [];
    let missing = request.markers.length;
    request.markers.forEach((marker, i) => {
      this.append(marker, (partitions) => {
        answers[i] = { producerId: marker.producerId, partitions };
        if (--missing === 0) respond({ markers: answers });
      });
    });
    if (request.markers.length === 0) respond({ markers: [] });
  }

  private append(marker: Marker, done: (partitions: { partition: number; errorCode: number }[]) => void): void {
    const { replicas, config } = this.deps;
    const partitions = marker.partitions.map((partition) => ({ partition, batch: this.controlBatch(marker) }));
    replicas.produceHandler.produce(
      { acks: -1, timeoutUs: config.requestTimeoutUs, partitions },
      (response) => {
        const written = response.partitions.map(({ partition, errorCode }) => ({ partition, errorCode }));
        for (const { partition, errorCode, baseOffset } of response.partitions) {
          if (errorCode === ErrorCode.NONE) this.replicated(partition, marker, baseOffset);
        }
        done(written);
      },
      'coordinator',
    );
  }

  private controlBatch({ producerId, producerEpoch, coordinatorEpoch, commit }: Marker): ProducerBatch {
    const timestampMs = this.deps.process.host.clock.wallMs();
    return {
      producerId,
      producerEpoch,
      baseSequence: -1,
      isTransactional: true,
      control: { commit, coordinatorEpoch },
      sizeBytes: BATCH_OVERHEAD_BYTES + RECORD_OVERHEAD_BYTES + MARKER_BYTES,
      records: [{ key: null, value: this.deps.nextInternalValue(), timestampMs, sizeBytes: MARKER_BYTES }],
    };
  }

  private replicated(partition: number, { producerId, commit }: Marker, offset: number): void {
    const { simulation, onOffsetsMarker } = this.deps;
    if (topicOf(simulation.bus.names, partition) === CONSUMER_OFFSETS_TOPIC) onOffsetsMarker(partition, producerId, commit, offset);
  }
}
