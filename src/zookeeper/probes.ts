/** Rare paths of the ZooKeeper ensemble. */
import { defineProbes } from '../engine/probes.js';

export const zookeeperProbes = defineProbes('ZooKeeper', {
  'zk-session-expired': 'The ensemble gave a session up, and its ephemeral znodes with it.',
  'zk-leader-changed': 'Another server leads the ensemble.',
  'zk-stale-read': 'A server that lags answered a read with what is no longer so.',
  'zk-watch-coalesced': 'A znode changed again between a watch that fired and the next one: the client saw one change for several.',
  'zk-connection-loss-on-applied-write': 'A write counted, and its client never heard of it.',
});
