import { describe, expect, it } from 'vitest';
import type { KafkaRelease } from '../protocol/release.js';
import type { ConfigKind } from './definition.js';
import { parseProperties } from './parseProperties.js';
import type { ParsedProperties } from './parseProperties.js';

/** Lines of `name=value`, as a file called `file`. */
function parse(kind: ConfigKind, text: string, release?: KafkaRelease): ParsedProperties {
  const entries = text.split('\n').map((line, index) => {
    const equals = line.indexOf('=');
    return { name: line.slice(0, equals), value: line.slice(equals + 1), where: `file:${index + 1}` };
  });
  return parseProperties(kind, entries, release);
}

function problemsOf(kind: ConfigKind, text: string, release?: KafkaRelease): string[] {
  return parse(kind, text, release).problems.map(({ where, name, message, remedy }) => `${where} ${name}: ${message}; ${remedy}`);
}

describe('values', () => {
  it('are read by type, without the white space around them', () => {
    const { values, problems } = parse(
      'broker',
      'min.insync.replicas= 2 \nunclean.leader.election.enable=TRUE\nlog.flush.interval.ms=9223372036854775807',
    );
    expect(problems).toEqual([]);
    expect([...values]).toEqual([
      ['min.insync.replicas', 2],
      ['unclean.leader.election.enable', true],
      ['log.flush.interval.ms', Number.MAX_SAFE_INTEGER],
    ]);
  });

  it('of a property given twice are those written last', () => {
    expect(parse('producer', 'acks=1\nacks=all').values.get('acks')).toBe('all');
  });

  it('that are malformed or out of range are problems with place and remedy', () => {
    expect(problemsOf('broker', 'min.insync.replicas=0\nunclean.leader.election.enable=yes\nreplica.lag.time.max.ms=30s')).toEqual([
      'file:1 min.insync.replicas: 0 is out of range; write a number from 1 to 2147483647',
      'file:2 unclean.leader.election.enable: expected a boolean, found "yes"; write true or false',
      'file:3 replica.lag.time.max.ms: expected a whole number, found "30s"; write a whole number of at least 1, without a unit',
    ]);
    expect(problemsOf('consumer', 'auto.offset.reset=smallest')).toEqual([
      'file:1 auto.offset.reset: "smallest" is not a value of it; write one of latest, earliest, none',
    ]);
    expect(problemsOf('topic', 'segment.bytes=9999999999\nretention.bytes=-7')).toHaveLength(2);
  });

  it('with a comment behind them are explained', () => {
    expect(problemsOf('producer', 'retries=5 # enough')[0]).toMatch(/a # after a value does not begin a comment/);
  });
});

describe('names', () => {
  it('that nobody knows are problems with the nearest known name', () => {
    expect(problemsOf('broker', 'min.insync.replica=2')).toEqual([
      'file:1 min.insync.replica: unknown broker property "min.insync.replica"; did you mean min.insync.replicas?',
    ]);
  });

  it('that belong elsewhere say where', () => {
    expect(problemsOf('broker', 'acks=all')[0]).toMatch(/it is a property of a producer \(producer.properties\); set it there/);
  });

  it('that belong to a listener or plug-in are listed', () => {
    const { problems, notModelled } = parse(
      'broker',
      'listener.name.internal.ssl.keystore.location=/x\nconfluent.support.metrics.enable=true',
    );
    expect(problems).toEqual([]);
    expect(notModelled.map(({ where }) => where)).toEqual(['file:1', 'file:2']);
  });

  it('that are known and have no effect are listed, with the reason, and not among the values', () => {
    const { values, notModelled } = parse('producer', 'compression.type=zstd\ntimeout.ms=5\npartitioner.class=com.example.Mine', '0.10.2');
    expect([...values]).toEqual([]);
    expect(notModelled.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'compression.type: has no counterpart in the simulation',
      'timeout.ms: use request.timeout.ms',
      expect.stringMatching(/^partitioner.class: only .*RoundRobinPartitioner.* is simulated; the default is used$/),
    ]);
  });

  it('that the release does not have are listed too', () => {
    const { values, notModelled } = parse('broker', 'replica.lag.max.messages=10\nmin.insync.replicas=2');
    expect([...values.keys()]).toEqual(['min.insync.replicas']);
    expect(notModelled[0]?.reason).toBe('Kafka 3.9 does not have it (until 0.8.2)');
    expect(parse('broker', 'replica.lag.max.messages=10\nmin.insync.replicas=2', '0.8.1').notModelled[0]?.name).toBe('min.insync.replicas');
  });
});

describe('refusals of Kafka', () => {
  it('include a delivery timeout below linger plus request timeout', () => {
    expect(problemsOf('producer', 'linger.ms=10\ndelivery.timeout.ms=30009')).toEqual([
      'file:2 delivery.timeout.ms: 30009 is less than linger.ms + request.timeout.ms = 30010; Kafka refuses it; ' +
        'set delivery.timeout.ms to at least 30010, or lower linger.ms or request.timeout.ms',
    ]);
    expect(problemsOf('producer', 'linger.ms=10\ndelivery.timeout.ms=30010')).toEqual([]);
    expect(problemsOf('producer', 'linger.ms=500000')).toEqual([]);
  });

  it('include acks that the release does not know', () => {
    expect(problemsOf('producer', 'acks=2')).toEqual(['file:1 acks: "2" is not a value of it in Kafka 3.9; write all, -1, 0 or 1']);
    expect(problemsOf('producer', 'acks=2', '0.8.2')).toEqual([]);
    expect(problemsOf('producer', 'acks=most', '0.8.2')).toHaveLength(1);
  });

  it('include an idempotence that was asked for and cannot be had, not one that is merely the default', () => {
    expect(problemsOf('producer', 'acks=1')).toEqual([]);
    expect(parse('producer', 'acks=1\nenable.idempotence=true\nretries=0').problems.map(({ name }) => name)).toEqual(['acks', 'retries']);
    expect(problemsOf('producer', 'enable.idempotence=true\nmax.in.flight.requests.per.connection=6')).toEqual([
      'file:2 max.in.flight.requests.per.connection: max.in.flight.requests.per.connection=6; Kafka refuses it beside enable.idempotence=true; ' +
        'set max.in.flight.requests.per.connection to at most 5, or do without enable.idempotence=true',
    ]);
    // The idempotent producer of 0.11 had one request in flight.
    expect(problemsOf('producer', 'enable.idempotence=true\nmax.in.flight.requests.per.connection=2', '0.11')).toHaveLength(1);
    expect(problemsOf('producer', 'enable.idempotence=true\nmax.in.flight.requests.per.connection=2', '1.1')).toEqual([]);
  });

  it('include transactions without what they need, in every release that has them', () => {
    for (const release of ['1.1', '3.9'] as const) {
      expect(problemsOf('producer', 'transactional.id=t1', release)).toEqual([]);
      expect(problemsOf('producer', 'transactional.id=t1\nacks=1', release)).toEqual([
        'file:2 acks: acks=1; Kafka refuses it beside transactional.id; set acks to all, or do without transactional.id',
      ]);
      expect(problemsOf('producer', 'enable.idempotence=false\ntransactional.id=t1', release)).toEqual([
        'file:2 transactional.id: transactions need the idempotent producer; Kafka refuses transactional.id beside enable.idempotence=false; ' +
          'set enable.idempotence to true, or remove transactional.id',
      ]);
      expect(problemsOf('producer', 'transactional.id=t1\nretries=0\nmax.in.flight.requests.per.connection=9', release)).toHaveLength(2);
    }
    expect(problemsOf('producer', 'transactional.id=')).toEqual([
      'file:1 transactional.id: it is empty; Kafka refuses that; give it a name, or remove it',
    ]);
  });

  it('include fetch waits that outlast the lag time or the socket', () => {
    expect(problemsOf('broker', 'replica.lag.time.max.ms=400')[0]).toMatch(/^file:1 .*replica.fetch.wait.max.ms = 500/);
    expect(problemsOf('broker', 'replica.lag.time.max.ms=400\nreplica.fetch.wait.max.ms=400')).toEqual([]);
    expect(problemsOf('broker', 'replica.fetch.wait.max.ms=40000')).toHaveLength(2);
  });

  it('include a retention of nothing', () => {
    expect(problemsOf('broker', 'log.retention.hours=0')).toHaveLength(1);
    expect(problemsOf('broker', 'log.retention.hours=-1')).toEqual([]);
  });
});
