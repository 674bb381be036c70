/**
 * The refusals of Kafka that concern more than one property: with one of these a real broker or client does not start.
 *
 * Source: `KafkaConfig.validateValues`, `KafkaProducer.configureDeliveryTimeout`, `ProducerConfig` (idempotence, KIP-679) and
 * `KafkaConsumer` (request timeout, before KIP-266; groups), `ConsumerConfig` (KIP-848).
 */
import { compareReleases } from '../protocol/release.js';
import type { KafkaRelease } from '../protocol/release.js';
import { assignorOfClass } from './ConsumerConfig.js';
import type { ConfigKind, ConfigValue } from './definition.js';
import { Settings } from './Settings.js';

/** A broken rule, told at the property that the user should look at first. */
interface BrokenRule {
  readonly name: string;
  readonly message: string;
  readonly remedy: string;
}

export function brokenRules(kind: ConfigKind, release: KafkaRelease, values: ReadonlyMap<string, ConfigValue>): BrokenRule[] {
  const settings = new Settings(kind, release, values);
  const broken: BrokenRule[] = [];
  if (kind === 'broker') checkBroker(settings, broken);
  if (kind === 'topic') checkTopic(settings, broken);
  if (kind === 'producer') checkProducer(settings, broken);
  if (kind === 'consumer') checkConsumer(settings, broken);
  return broken;
}

function checkBroker(settings: Settings, broken: BrokenRule[]): void {
  atLeast(settings, broken, 'replica.socket.timeout.ms', 'replica.fetch.wait.max.ms');
  atLeast(settings, broken, 'replica.lag.time.max.ms', 'replica.fetch.wait.max.ms');
  if (compareReleases(settings.release, '0.9') < 0) atLeast(settings, broken, 'replica.fetch.max.bytes', 'message.max.bytes');
  for (const name of ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']) refuseZero(settings, broken, name);
}

function checkTopic(settings: Settings, broken: BrokenRule[]): void {
  if (!settings.isSet('retention.bytes') || settings.number('retention.bytes') >= -1) return;
  broken.push({
    name: 'retention.bytes',
    message: `${settings.number('retention.bytes')} is no size`,
    remedy: 'write a number of bytes, or -1 for no limit',
  });
}

function checkProducer(settings: Settings, broken: BrokenRule[]): void {
  checkAcks(settings, broken);
  const least = settings.number('linger.ms') + settings.number('request.timeout.ms');
  if (settings.isSet('delivery.timeout.ms') && settings.number('delivery.timeout.ms') < least) {
    broken.push({
      name: 'delivery.timeout.ms',
      message: `${settings.number('delivery.timeout.ms')} is less than linger.ms + request.timeout.ms = ${least}; Kafka refuses it`,
      remedy: `set delivery.timeout.ms to at least ${least}, or lower linger.ms or request.timeout.ms`,
    });
  }
  checkIdempotence(settings, broken);
}

/** 0.8 brokers still waited for any number of replicas that the producer named (KAFKA-1555, KIP-1); later ones know -1, 0 and 1. */
function checkAcks(settings: Settings, broken: BrokenRule[]): void {
  if (!settings.isSet('acks')) return;
  const text = settings.text('acks');
  if (['all', '-1', '0', '1'].includes(text)) return;
  const old = compareReleases(settings.release, '0.9') < 0;
  if (old && /^\d{1,4}$/.test(text)) return;
  broken.push({
    name: 'acks',
    message: `"${text}" is not a value of it in Kafka ${settings.release}`,
    remedy: old ? 'write all, -1, 0, 1 or a number of replicas' : 'write all, -1, 0 or 1',
  });
}

/**
 * What idempotence does not allow is refused when somebody wrote `enable.idempotence=true`, or a `transactional.id`, which needs it in every release. Without
 * either, a default of idempotence is switched off in silence (KIP-679).
 */
function checkIdempotence(settings: Settings, broken: BrokenRule[]): void {
  const transactional = settings.isSet('transactional.id');
  const chosen = settings.isSet('enable.idempotence');
  const wanted = chosen && settings.boolean('enable.idempotence');
  if (transactional && settings.text('transactional.id') === '') {
    broken.push({ name: 'transactional.id', message: 'it is empty; Kafka refuses that', remedy: 'give it a name, or remove it' });
    return;
  }
  if (transactional && chosen && !wanted) {
    broken.push({
      name: 'transactional.id',
      message: 'transactions need the idempotent producer; Kafka refuses transactional.id beside enable.idempotence=false',
      remedy: 'set enable.idempotence to true, or remove transactional.id',
    });
    return;
  }
  if (wanted || transactional) checkAllowed(settings, broken, wanted ? 'enable.idempotence=true' : 'transactional.id');
}

/** @param beside what cannot be had together with it, as the user reads it */
function checkAllowed(settings: Settings, broken: BrokenRule[], beside: string): void {
  const inFlight = 'max.in.flight.requests.per.connection';
  const refuse = (name: string, value: string | number, remedy: string): void => {
    broken.push({ name, message: `${name}=${value}; Kafka refuses it beside ${beside}`, remedy: `${remedy}, or do without ${beside}` });
  };
  const acks = settings.text('acks');
  if (settings.isSet('acks') && acks !== 'all' && acks !== '-1') refuse('acks', acks, 'set acks to all');
  if (settings.isSet('retries') && settings.number('retries') === 0) refuse('retries', 0, 'set retries above 0, or remove it');
  const most = compareReleases(settings.release, '1.0') < 0 ? 1 : 5;
  if (settings.isSet(inFlight) && settings.number(inFlight) > most)
    refuse(inFlight, settings.number(inFlight), `set ${inFlight} to at most ${most}`);
}

function checkConsumer(settings: Settings, broken: BrokenRule[]): void {
  checkMembership(settings, broken);
  checkAssignors(settings, broken);
  if (settings.text('group.protocol') === 'consumer') checkConsumerProtocol(settings, broken);
  else checkHeartbeat(settings, broken);
  if (compareReleases(settings.release, '2.0') >= 0 || !settings.isSet('request.timeout.ms')) return;
  for (const other of ['session.timeout.ms', 'fetch.max.wait.ms']) {
    if (settings.number('request.timeout.ms') > settings.number(other)) continue;
    broken.push({
      name: 'request.timeout.ms',
      message: `${settings.number('request.timeout.ms')} is not more than ${other} = ${settings.number(other)}; Kafka before 2.0 refuses it`,
      remedy: `set request.timeout.ms above ${settings.number(other)}, or lower ${other}`,
    });
  }
}

/** What names a member or its offsets needs a group (KIP-289, KIP-345). */
function checkMembership(settings: Settings, broken: BrokenRule[]): void {
  if (settings.isSet('group.id') && settings.text('group.id') !== '') return;
  if (settings.isSet('enable.auto.commit') && settings.boolean('enable.auto.commit')) {
    broken.push({
      name: 'enable.auto.commit',
      message: 'there is nowhere to commit to while group.id is not set; Kafka refuses enable.auto.commit=true',
      remedy: 'set group.id, or enable.auto.commit to false',
    });
  }
  if (settings.isSet('group.instance.id')) {
    broken.push({
      name: 'group.instance.id',
      message: 'it names a member of a group, and group.id is not set; Kafka refuses to subscribe',
      remedy: 'set group.id, or remove group.instance.id',
    });
  }
}

/** Heartbeat's constructor. */
function checkHeartbeat(settings: Settings, broken: BrokenRule[]): void {
  const [interval, session] = ['heartbeat.interval.ms', 'session.timeout.ms'] as const;
  if (!settings.isSet(interval) && !settings.isSet(session)) return;
  if (settings.number(interval) < settings.number(session)) return;
  broken.push({
    name: settings.isSet(interval) ? interval : session,
    message: `${interval} = ${settings.number(interval)} is not less than ${session} = ${settings.number(session)}; Kafka refuses it`,
    remedy: `set ${interval} to a third of ${session}, which is what Kafka recommends`,
  });
}

/** KIP-848: what the broker decides cannot be set at the client (ConsumerConfig.checkUnsupportedConfigsPostProcess). */
function checkConsumerProtocol(settings: Settings, broken: BrokenRule[]): void {
  for (const name of ['partition.assignment.strategy', 'session.timeout.ms', 'heartbeat.interval.ms']) {
    if (!settings.isSet(name)) continue;
    broken.push({
      name,
      message: `the broker decides it; Kafka refuses ${name} beside group.protocol=consumer`,
      remedy: `remove ${name}, or set group.protocol to classic`,
    });
  }
}

function checkAssignors(settings: Settings, broken: BrokenRule[]): void {
  if (!settings.isSet('partition.assignment.strategy')) return;
  for (const name of settings.text('partition.assignment.strategy').split(',')) {
    if (assignorOfClass(name) !== undefined) continue;
    broken.push({
      name: 'partition.assignment.strategy',
      message: `"${name.trim()}" is none of Kafka's own assignors, which are all that Trialrun has`,
      remedy:
        'write RangeAssignor, RoundRobinAssignor, StickyAssignor or CooperativeStickyAssignor (with or without org.apache.kafka.clients.consumer.)',
    });
  }
}

/** `large` must be at least `small`; told only when one of them was set, and at the one that was. */
function atLeast(settings: Settings, broken: BrokenRule[], large: string, small: string): void {
  if (!settings.isSet(large) && !settings.isSet(small)) return;
  if (settings.number(large) >= settings.number(small)) return;
  broken.push({
    name: settings.isSet(large) ? large : small,
    message: `${large} = ${settings.number(large)} is less than ${small} = ${settings.number(small)}; Kafka refuses it`,
    remedy: `raise ${large} to at least ${settings.number(small)}, or lower ${small}`,
  });
}

function refuseZero(settings: Settings, broken: BrokenRule[], name: string): void {
  if (!settings.isSet(name) || settings.number(name) !== 0) return;
  broken.push({ name, message: 'a retention of 0 is refused by Kafka', remedy: 'write a number above 0, or -1 to keep records for ever' });
}
