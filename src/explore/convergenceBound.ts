/**
 * How long a healed cluster may take to come to rest, computed from its configuration: a sum of terms, each with the properties that it comes from, so that a verdict
 * can say what it waited for. One thing may have to follow another (a session ends, then a leader is elected, then a send is repeated), so most terms count twice.
 */
import type { History } from '../check/history.js';
import { NEVER, type BrokerConfig } from '../kafka/config/index.js';
import { compareReleases } from '../kafka/protocol/release.js';
import type { ApplicationSection, Scenario } from '../scenario/Scenario.js';
import type { ClientConfigs } from './trialConfigs.js';

export interface BoundTerm {
  /** What takes so long at most. */
  readonly what: string;
  /** Properties that it comes from, or what it was chosen for. */
  readonly source: string;
  readonly us: number;
  /** It counts only as long as somebody reads on: who stands still is not waited for. */
  readonly whileReading?: boolean;
}

export interface BoundInput {
  readonly scenario: Scenario;
  readonly configs: ClientConfigs;
  readonly history: Pick<History, 'sends'>;
  readonly broker: BrokerConfig;
}

/** Elections, the controller's failover, back-offs of all kinds, and brokers that load their logs; nothing of it can be configured to take long by itself. */
const MARGIN_US = 30_000_000;

/** Every term that takes time, the longest first. */
export function convergenceTerms(input: BoundInput): BoundTerm[] {
  const terms = [
    { what: 'elections, controller failover, back-offs, starting brokers', source: 'margin', us: MARGIN_US },
    ...brokerTerms(input.broker),
    ...producerTerms(input),
    ...groupTerms(input),
    ...consumerTerms(input),
    ...copyingTerms(input),
  ];
  return terms.filter(({ us }) => us > 0).sort((a, b) => b.us - a.us);
}

export function boundOf(terms: readonly BoundTerm[]): number {
  return terms.reduce((sum, { us }) => sum + us, 0);
}

/** A broker is found dead, registers again, a request to it runs into its time limit, and a follower gets three lag times to catch up and be seen. */
function brokerTerms(broker: BrokerConfig): BoundTerm[] {
  return [
    { what: 'sessions of brokers end', source: '4 × zookeeper.session.timeout.ms', us: 4 * broker.zookeeperSessionTimeoutUs },
    { what: 'followers catch up', source: '6 × replica.lag.time.max.ms', us: 6 * broker.replicaLagTimeMaxUs },
    { what: 'followers’ requests time out', source: '4 × replica.socket.timeout.ms', us: 4 * broker.replicaSocketTimeoutUs },
    { what: 'the controller’s requests time out', source: '4 × controller.socket.timeout.ms', us: 4 * broker.controllerSocketTimeoutUs },
  ];
}

/** The slowest producer gives up its last record, and the longest transaction that nobody ends is aborted. */
function producerTerms({ configs, broker }: BoundInput): BoundTerm[] {
  let deliveryUs = 0;
  let transactionUs = 0;
  for (const { deliveryTimeoutUs, requestTimeoutUs, maxBlockUs, transactionalId, transactionTimeoutUs } of configs.producers.values()) {
    deliveryUs = Math.max(deliveryUs, maxBlockUs + (deliveryTimeoutUs === NEVER ? 10 * requestTimeoutUs : deliveryTimeoutUs));
    if (transactionalId !== null)
      transactionUs = Math.max(transactionUs, transactionTimeoutUs + broker.transactions.abortTimedOutCleanupIntervalUs);
  }
  const scan = 'transaction.abort.timed.out.transaction.cleanup.interval.ms';
  return [
    { what: 'sends are retried or given up', source: '2 × (max.block.ms + delivery.timeout.ms)', us: 2 * deliveryUs },
    { what: 'transactions time out', source: `2 × (transaction.timeout.ms + ${scan})`, us: 2 * transactionUs },
  ];
}

/** A member that is gone is noticed, the others join again, the first commits and positions are found, and one member works everything off. */
function groupTerms({ scenario, configs, broker: { groups }, history }: BoundInput): BoundTerm[] {
  const grown = scenario.faults.some(({ kind }) => kind === 'add-partitions');
  let us = 0;
  for (const { section, config } of configs.consumers.values()) {
    if (section.application === null) continue;
    const session = config.groupProtocol === 'consumer' ? groups.consumerSessionTimeoutUs : config.sessionTimeoutUs;
    // Partitions that were added are found when metadata is refreshed unasked.
    const foundUs = grown ? config.metadataMaxAgeUs : 0;
    us = Math.max(us, foundUs + session + config.maxPollIntervalUs + config.defaultApiTimeoutUs + 2 * groups.groupInitialRebalanceDelayUs);
  }
  const found = grown ? 'metadata.max.age.ms + ' : '';
  const joining = 'session.timeout.ms + max.poll.interval.ms + default.api.timeout.ms + 2 × group.initial.rebalance.delay.ms';
  const slowestUs = Math.max(0, ...scenario.workload.consumers.map(({ application }) => application?.processUs ?? 0));
  return [
    { what: 'groups rebalance', source: `2 × (${found}${joining})`, us: 2 * us },
    { what: 'members work off what was sent', source: 'sends × time per record', us: slowestUs * history.sends.length },
  ];
}

/** As much of a fetch that hangs as the margin does not cover. Before 2.0 the default of request.timeout.ms covered a whole rebalance and says nothing of fetches. */
function consumerTerms({ scenario, configs, history }: BoundInput): BoundTerm[] {
  // What members make of what they have yet to read has to be read as well.
  const made = new Set(scenario.workload.consumers.flatMap(({ application }) => application?.output ?? [])).size;
  const records = history.sends.length * (1 + made);
  let requestUs = 0;
  let readingUs = 0;
  for (const { section, config, outputConfig } of configs.consumers.values()) {
    requestUs = Math.max(requestUs, config.requestTimeoutUs);
    const small = Math.min(config.maxPartitionFetchBytes, config.fetchMaxBytes) < SMALL_FETCH_BYTES;
    const polls = Math.ceil(records / (small ? 1 : config.maxPollRecords));
    const [trips, waits] = COMMIT_COSTS[section.application?.commit ?? 'never'];
    const commitUs = trips * roundTripUs(scenario) + waits * (outputConfig?.retryBackoffUs ?? 0);
    readingUs = Math.max(readingUs, polls * (section.pollEveryUs + commitUs));
  }
  const hangingUs = compareReleases(scenario.release, '2.0') < 0 ? 0 : Math.max(0, 2 * requestUs - MARGIN_US);
  return [
    { what: 'consumers’ requests time out', source: '2 × request.timeout.ms beyond the margin', us: hangingUs },
    {
      what: 'consumers read poll by poll',
      source:
        'sends ÷ max.poll.records (or one batch, with small fetches) × (time between polls + round trips and back-offs of a commit), while somebody reads on',
      us: readingUs,
      whileReading: true,
    },
  ];
}

/**
 * Round trips between two polls, and waits of retry.backoff.ms: a fetch; what a commit that is waited for takes to be asked, replicated and answered; and in a transaction
 * that again for what it adds, sends and ends, each of which may be told that the transaction before is still being ended.
 */
const COMMIT_COSTS: Readonly<Record<ApplicationSection['commit'], readonly [roundTrips: number, waits: number]>> = {
  auto: [1, 0],
  never: [1, 0],
  before: [4, 0],
  after: [4, 0],
  transaction: [16, 4],
};

/** Below this a fetch may hold a single batch. */
const SMALL_FETCH_BYTES = 16_384;
const SMALL_COPY_BYTES = 1_500;

function copyingTerms({ scenario, broker, history }: BoundInput): BoundTerm[] {
  const small = broker.replicaFetchMaxBytes < SMALL_COPY_BYTES;
  const us = small ? history.sends.length * roundTripUs(scenario) : 0;
  return [{ what: 'followers copy batch by batch', source: 'sends × round trip, with a small replica.fetch.max.bytes', us }];
}

/** Longest way there and back, spikes aside. */
function roundTripUs({ network }: Scenario): number {
  return 2 * network.maxUs;
}
