/** Every buggify site that a scenario may enable: importing the declarations makes their ids known. */
import '../kafka/buggifySites.js';
import '../zookeeper/buggifySites.js';
import { allBuggifySites, type BuggifySite } from '../engine/Buggify.js';

/** Every declared site, by id. */
export function knownSites(): BuggifySite[] {
  return allBuggifySites();
}
