/**
 * The properties that every client has: its name, its patience, and its pauses between attempts.
 */
import type { Settings } from './Settings.js';

export interface ConnectionConfig {
  /** Empty when it is not set. */
  readonly clientId: string;
  readonly requestTimeoutUs: number;
  readonly retryBackoffUs: number;
  /** As `retryBackoffUs` before 3.7 (KIP-580): the pause is then the same each time, without jitter. */
  readonly retryBackoffMaxUs: number;
  readonly reconnectBackoffUs: number;
  /** As `reconnectBackoffUs` before 0.11 (KIP-144), and when only `reconnect.backoff.ms` was set. */
  readonly reconnectBackoffMaxUs: number;
  readonly metadataMaxAgeUs: number;
}

export function resolveConnection(settings: Settings): ConnectionConfig {
  const retryBackoffUs = settings.microseconds('retry.backoff.ms');
  const reconnectBackoffUs = settings.microseconds('reconnect.backoff.ms');
  const growsAfterReconnect = settings.isSet('reconnect.backoff.max.ms') || !settings.isSet('reconnect.backoff.ms');
  return {
    clientId: settings.text('client.id'),
    requestTimeoutUs: settings.microseconds('request.timeout.ms'),
    retryBackoffUs,
    retryBackoffMaxUs: settings.has('retry.backoff.max.ms') ? settings.microseconds('retry.backoff.max.ms') : retryBackoffUs,
    reconnectBackoffUs,
    reconnectBackoffMaxUs:
      settings.has('reconnect.backoff.max.ms') && growsAfterReconnect
        ? settings.microseconds('reconnect.backoff.max.ms')
        : reconnectBackoffUs,
    metadataMaxAgeUs: settings.microseconds('metadata.max.age.ms'),
  };
}
