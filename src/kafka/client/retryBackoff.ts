/**
 * How long a client waits before its next attempt, after org.apache.kafka.common.utils.ExponentialBackoff: from release 3.7 doubled per
 * failure up to a maximum and spread by 20 % either way (KIP-580), before that always the same.
 */
import type { Random } from '../../engine/random.js';
import type { ConnectionConfig } from '../config/ConnectionConfig.js';

export type RetryBackoff = Pick<ConnectionConfig, 'retryBackoffUs' | 'retryBackoffMaxUs'>;

/** A maximum above the first wait is how a configuration says that waits grow; before KIP-580 both are the same. */
export function backoffGrows(backoff: RetryBackoff): boolean {
  return backoff.retryBackoffMaxUs > backoff.retryBackoffUs;
}

/** @param failures attempts that failed before the last one: 0 gives the shortest wait. */
export function retryBackoffUs(backoff: RetryBackoff, failures: number, random: Random): number {
  if (!backoffGrows(backoff)) return backoff.retryBackoffUs;
  let waitUs = backoff.retryBackoffUs;
  for (let i = 0; i < failures && waitUs < backoff.retryBackoffMaxUs; i++) waitUs *= 2;
  return Math.min(backoff.retryBackoffMaxUs, Math.floor((waitUs * random.between(800, 1200)) / 1000));
}
