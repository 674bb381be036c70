// What the gallery in reports/ shows: for each folder the scenario that its page is of, and others that its analysis covers as well.

/** @type {readonly { folder: string, scenarios: readonly string[] }[]} */
export const entries = [
  { folder: 'acks-1', scenarios: ['b02-acks-1'] },
  { folder: 'min-insync-replicas-1', scenarios: ['b03-last-replica'] },
  { folder: 'unclean-election', scenarios: ['b04-unclean-election'] },
  { folder: 'last-replica-standing', scenarios: ['b08-last-replica-power-loss'] },
  { folder: 'high-watermark-truncation', scenarios: ['b10-high-watermark-truncation-loss'] },
  { folder: 'auto-commit', scenarios: ['b60-auto-commit-workers'] },
  { folder: 'reordering', scenarios: ['b40-reordering'] },
  { folder: 'torn-transaction', scenarios: ['b50-delayed-end-of-transaction', 'b50-delayed-abort'] },
  { folder: 'recommended-configuration', scenarios: ['recommended'] },
];

/** How often each variant of a scenario is run. */
export const STUDY = { runs: 30, releaseRuns: 8 };

/** Futures drawn from each moment of a failing run. */
export const FUTURES = 8;

/** The comparison of configurations, as `trialrun compare` takes them. */
export const comparison = {
  folder: 'cap',
  title: 'What acks, min.insync.replicas and unclean election give, and what they cost',
  words: [
    'acks=0:producer.acks=0',
    'acks=1:producer.acks=1',
    'acks=all min=1:producer.acks=all,topic.min.insync.replicas=1',
    'acks=all min=2:producer.acks=all',
    'acks=all min=3:producer.acks=all,topic.min.insync.replicas=3',
    'acks=all min=2 unclean:producer.acks=all,topic.unclean.leader.election.enable=true',
  ],
  seeds: 20,
  faults: ['crash', 'partition', 'pause', 'network'],
  notes: [
    'That min.insync.replicas=1 kept everything here is owed to the faults: a process that is killed keeps its page cache. When the machine of the last replica loses power, records that it alone had confirmed are gone; the analysis of min.insync.replicas=1 beside this one shows it.',
  ],
};
