import { describe, expect, it } from 'vitest';
import { Simulation } from '../../engine/Simulation.js';
import { ErrorCode } from '../protocol/errors.js';
import type { ProduceRequest, ProduceResponse, WriteTxnMarkersResponse } from '../protocol/messages.js';
import { topicPartition } from '../protocol/topicPartition.js';
import { TxnMarkerHandler } from './markers.js';

describe('TxnMarkerHandler', () => {
  it('appends one control batch per partition and tells of offsets once their marker is replicated', () => {
    const simulation = new Simulation('markers');
    const process = simulation.addProcess('broker-1', simulation.addHost('b1'));
    const { names } = simulation.bus;
    const orders = topicPartition(names, 'orders', 0);
    const offsets = [0, 1].map((index) => topicPartition(names, '__consumer_offsets', index));
    const produced: { request: ProduceRequest; respond: (response: ProduceResponse) => void; origin: string | undefined }[] = [];
    const told: string[] = [];
    let internalValue = 0;
    const handler = new TxnMarkerHandler({
      simulation,
      process,
      config: { requestTimeoutUs: 30_000_000 },
      replicas: { produceHandler: { produce: (request, respond, origin) => void produced.push({ request, respond, origin }) } },
      nextInternalValue: () => --internalValue,
      onOffsetsMarker: (partition, producerId, commit) => void told.push(`${names.text(partition)} ${producerId} ${commit}`),
    });
    const answers: WriteTxnMarkersResponse[] = [];
    const common = { producerEpoch: 3, coordinatorEpoch: 5, transactionVersion: 1 };
    const markers = [
      { ...common, producerId: 7, commit: true, partitions: [orders, ...offsets] },
      { ...common, producerId: 8, commit: false, partitions: [orders] },
    ];
    handler.write({ markers }, (response) => answers.push(response));

    expect(produced.map(({ request, origin }) => [request.acks, origin])).toEqual([
      [-1, 'coordinator'],
      [-1, 'coordinator'],
    ]);
    expect(produced[0]?.request.partitions[0]?.batch).toMatchObject({
      producerId: 7,
      producerEpoch: 3,
      baseSequence: -1,
      control: { commit: true, coordinatorEpoch: 5 },
      records: [{ value: -1 }],
    });

    produced.forEach(({ request, respond }, i) => {
      const partitions = request.partitions.map(({ partition }) => {
        const errorCode = partition === offsets[1] ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
        return { partition, errorCode, baseOffset: 0, logStartOffset: 0, currentLeader: -1, currentLeaderEpoch: -1 };
      });
      expect(answers).toHaveLength(0);
      respond({ partitions });
      expect(answers).toHaveLength(i);
    });
    expect(told).toEqual(['__consumer_offsets-0 7 true']);
    expect(answers[0]?.markers.map(({ partitions }) => partitions.map(({ errorCode }) => errorCode))).toEqual([
      [0, 0, ErrorCode.NOT_LEADER_OR_FOLLOWER],
      [0],
    ]);
  });
});
