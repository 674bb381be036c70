/** Places where ZooKeeper and its clients may behave in a rare way that ZooKeeper allows (see the engine's Buggify). */
import { defineBuggifySite } from '../engine/Buggify.js';

export const connectionDropped = defineBuggifySite(
  'zookeeper/connection-dropped',
  'a client loses its connection and goes to another server, with its session',
);
export const pingEarly = defineBuggifySite('zookeeper/ping-early', 'a client pings its server more often than it must');
export const expiryLate = defineBuggifySite('zookeeper/expiry-late', 'a session that is over is found at a later tick');
