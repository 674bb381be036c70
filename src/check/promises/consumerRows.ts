/**
 * Rows about consumer groups: what the way in which an application commits takes away. Only members' facts have them; `client` faults and rebalances are
 * ordinary life here, so that much holds without any fault.
 *
 * Two consumers that process the same records for a while (B-64) break no row by themselves: only commits are fenced. It is why committing after processing
 * can process twice, and why committing before it, and waiting for the answer, cannot.
 */
import type { ConsumerFacts, Row } from './Row.js';

const SEMANTICS = 'Kafka documentation, Message Delivery Semantics';

/** A condition on members' facts. */
function member(holds: (consumer: ConsumerFacts) => boolean): Row['when'] {
  return ({ consumer }) => consumer !== null && holds(consumer);
}

const atLeastOnceRows: readonly Row[] = [
  {
    ...{ guarantees: ['at-least-once'], classes: 'all', when: member(({ commit, workers }) => commit === 'auto' && workers > 0) },
    because:
      'the consumer commits what poll returned, while workers are still busy with it: what they have not done when the member ends or loses the partition is lost',
    ...{
      source: 'Kafka documentation, consumer configuration enable.auto.commit (B-60)',
      remedy: 'enable.auto.commit=false and a commit after processing, or processing in the poll loop',
    },
  },
  {
    ...{ guarantees: ['at-least-once'], classes: 'all', when: member(({ commit, workers }) => commit === 'before' && workers > 0) },
    because: 'what is committed and still waits for a worker is lost when the member ends or loses the partition',
    ...{ source: SEMANTICS, remedy: 'a commit after processing' },
  },
  {
    ...{ guarantees: ['at-least-once'], classes: 'any-fault', when: member(({ commit }) => commit === 'before') },
    because: 'what is committed and not yet processed is lost when the member dies',
    ...{ source: SEMANTICS, remedy: 'a commit after processing' },
  },
  {
    ...{
      guarantees: ['at-least-once', 'exactly-once'],
      classes: 'all',
      when: member(({ autoOffsetReset }) => autoOffsetReset === 'latest'),
    },
    because:
      'with auto.offset.reset=latest a partition without a committed offset is read from its end: what was written to it before somebody first committed ' +
      'there is skipped',
    ...{ source: 'Kafka documentation, consumer configuration auto.offset.reset (B-62)', remedy: 'auto.offset.reset=earliest' },
  },
  {
    ...{ guarantees: ['at-least-once'], classes: 'any-fault', when: member(({ output }) => output !== null && output.acks !== -1) },
    because: 'the output is acknowledged before it is safe',
    ...{ source: 'Kafka documentation, producer configuration acks (B-01, B-02)', remedy: 'acks=all for the output' },
  },
];

const atMostOnceRows: readonly Row[] = [
  {
    ...{ guarantees: ['at-most-once'], classes: 'all', when: member(({ commit }) => commit === 'auto') },
    because:
      'what was processed since the last automatic commit is processed again by the next owner, and a member that is out without knowing goes on for a while',
    ...{
      source: 'Kafka documentation, consumer configuration auto.commit.interval.ms (B-61, B-64)',
      remedy: 'a commit before processing (commitSync), or transactions',
    },
  },
  {
    ...{ guarantees: ['at-most-once'], classes: 'all', when: member(({ commit }) => commit === 'after') },
    because: 'what was processed and not yet committed is processed again by the next owner; only commits are fenced, not processing',
    ...{ source: `${SEMANTICS} (B-64)`, remedy: 'a commit before processing (commitSync), or transactions' },
  },
  {
    ...{
      guarantees: ['at-most-once'],
      classes: 'all',
      when: member(({ commit, commitMode }) => commit === 'before' && commitMode === 'async'),
    },
    because: 'processing begins before the commit is known to have succeeded',
    ...{ source: 'Kafka documentation, KafkaConsumer.commitAsync', remedy: 'commitSync' },
  },
  {
    ...{ guarantees: ['at-most-once'], classes: 'all', when: member(({ commit }) => commit === 'never') },
    because: 'nothing is committed: every new owner begins where auto.offset.reset says',
    ...{ source: SEMANTICS, remedy: 'a commit before processing (commitSync), or transactions' },
  },
  {
    ...{
      guarantees: ['at-most-once'],
      classes: 'all',
      when: member(({ output }) => output !== null && !output.idempotent && output.retries > 0),
    },
    because: 'an output whose acknowledgement was lost is written again',
    ...{ source: 'KIP-98 (B-41)', remedy: 'enable.idempotence=true for the output' },
  },
];

const exactlyOnceRows: readonly Row[] = [
  {
    ...{
      guarantees: ['exactly-once'],
      classes: 'all',
      when: member(({ commit, output }) => output !== null && (commit !== 'transaction' || !output.transactional)),
    },
    because: 'the output and the offset are written apart: whatever comes between leaves one without the other',
    ...{ source: 'KIP-98, KIP-447', remedy: 'a transactional producer that commits the offsets too (sendOffsetsToTransaction)' },
  },
  {
    ...{ guarantees: ['exactly-once'], classes: 'all', when: member(({ output, readCommitted }) => output !== null && !readCommitted) },
    because:
      'a consumer that reads uncommitted records processes those of aborted transactions too, and does not wait for offsets that are being committed',
    ...{ source: 'KIP-98, consumer configuration isolation.level', remedy: 'isolation.level=read_committed' },
  },
];

const groupRows: readonly Row[] = [
  {
    ...{ guarantees: ['no-aborted-reads'], classes: 'all', when: member(({ readCommitted }) => !readCommitted) },
    because: 'with isolation.level=read_uncommitted a consumer is given whatever is in the log',
    ...{ source: 'KIP-98, consumer configuration isolation.level', remedy: 'isolation.level=read_committed' },
  },
  {
    ...{
      guarantees: ['committed-offsets-honest', 'at-most-once', 'exactly-once'],
      classes: 'any-fault',
      when: member(({ offsetsAcks }) => offsetsAcks !== -1),
    },
    because: 'a commit is acknowledged before every in-sync replica of __consumer_offsets has it',
    ...{
      source: 'Kafka documentation, broker configuration offsets.commit.required.acks (B-63)',
      remedy: 'offsets.commit.required.acks=-1',
    },
  },
  {
    ...{
      guarantees: ['single-owner', 'at-most-once', 'exactly-once', 'committed-offsets-honest'],
      classes: 'any-fault',
      when: ({ consumer, features }) => consumer?.isStatic === true && !features.staticMemberPersisted,
    },
    because: 'who holds a group.instance.id is known to one coordinator only: the next one takes the former holder for the member',
    ...{ source: 'KAFKA-10284 (B-67)', remedy: 'Kafka 2.7 or later' },
  },
  {
    ...{
      guarantees: ['single-owner', 'at-most-once', 'exactly-once', 'committed-offsets-honest'],
      classes: 'any-fault',
      when: ({ consumer, features }) => consumer?.cooperative === true && !features.assignorGenerationRule,
    },
    because: 'two members that both claim a partition, one of them from an older generation, can both keep it',
    ...{ source: 'KIP-792, KAFKA-14639 (B-65)', remedy: 'Kafka 3.7 or later' },
  },
  {
    ...{ guarantees: ['group-converges'], classes: 'all', when: member(({ slow }) => slow) },
    because: 'a member that is busy with one poll for longer than max.poll.interval.ms is thrown out again and again',
    ...{
      source: 'KIP-62, consumer configuration max.poll.interval.ms (B-64)',
      remedy: 'max.poll.records and max.poll.interval.ms so that one poll can be processed in time',
    },
  },
  {
    ...{
      guarantees: ['group-converges'],
      classes: 'any-fault',
      when: ({ consumer, features }) => consumer !== null && features.heartbeatsWhileCompleting && !features.pendingSyncExpiry,
    },
    because: 'a member that joins, heartbeats and never syncs keeps its group waiting for ever',
    ...{ source: 'KAFKA-12890 (B-68)', remedy: 'Kafka 3.3 or later' },
  },
  {
    ...{
      guarantees: ['group-converges'],
      classes: 'any-fault',
      when: ({ consumer, features }) => consumer !== null && !features.responsesCheckedByGeneration,
    },
    because: 'a late answer that was meant for a former generation throws a member out of the present one, again and again',
    ...{ source: 'KAFKA-9823 (B-66)', remedy: 'Kafka 2.7 or later' },
  },
  {
    ...{
      guarantees: ['group-converges'],
      classes: 'any-fault',
      when: ({ consumer, features }) => consumer?.readsByRack === true && features.followerFetching && !features.preferredReplicaInSync,
    },
    because: 'a consumer is sent to the replica of its rack although that one gets nothing any more, for as long as it answers',
    ...{ source: 'KAFKA-14372 (B-70)', remedy: 'Kafka 3.4 or later' },
  },
];

export const consumerRows: readonly Row[] = [...atLeastOnceRows, ...atMostOnceRows, ...exactlyOnceRows, ...groupRows];
