import { describe, expect, test } from 'vitest';
import { configurationFrom, type ConfigurationOptions } from './configurationOptions.js';
import { parseRequired } from './requireOption.js';

const configurationOf = (options: ConfigurationOptions): ReturnType<typeof configurationFrom>['configuration'] =>
  configurationFrom(options).configuration;

describe('groups and transactions from the command line', () => {
  test('there are none unless somebody asks, and then nothing else changes', () => {
    const { groups, transactionalProducers, consumerProperties } = configurationOf({});
    expect([groups, transactionalProducers, consumerProperties.size]).toEqual([[], 0, 0]);
    const required = parseRequired(undefined, configurationOf({}));
    expect(required.classes).not.toContain('client');
    expect(required.guarantees).not.toContain('at-least-once');
    expect(required.guarantees).not.toContain('no-aborted-reads');
  });

  test('an application alone means one group of two members that read from the beginning', () => {
    const { groups, consumerProperties } = configurationOf({ application: 'commit-before' });
    expect(groups).toEqual([{ id: 'g1', members: 2, application: 'commit-before' }]);
    expect([...consumerProperties]).toEqual([['auto.offset.reset', 'earliest']]);
    const required = parseRequired(undefined, configurationOf({ application: 'commit-before' }));
    expect(required.classes).toContain('client');
    expect(required.guarantees).toEqual(expect.arrayContaining(['at-most-once', 'single-owner', 'group-converges']));
    expect(required.guarantees).not.toContain('at-least-once');
  });

  test('a group.id alone means one group that commits as the properties say', () => {
    const auto = configurationOf({ set: ['consumer.group.id=billing'] }).groups;
    expect(auto).toEqual([{ id: 'billing', members: 2, application: 'auto' }]);
    const manual = configurationOf({
      set: ['consumer.group.id=billing', 'consumer.enable.auto.commit=false'],
      groups: 2,
      members: 5,
    }).groups;
    expect(manual.map(({ id, members, application }) => [id, members, application])).toEqual([
      ['billing-1', 5, 'commit-after'],
      ['billing-2', 5, 'commit-after'],
    ]);
  });

  test('transactions are read as they should be, unless the user says otherwise', () => {
    expect(configurationOf({ transactional: 2 }).consumerProperties.get('isolation.level')).toBe('read_committed');
    const set = ['consumer.isolation.level=read_uncommitted'];
    expect(configurationOf({ transactional: 2, set }).consumerProperties.get('isolation.level')).toBe('read_uncommitted');
    expect(configurationOf({ set: ['producer.transactional.id=t'] }).transactionalProducers).toBe(4);
  });

  test.each<[string, ConfigurationOptions, RegExp]>([
    [
      'groups without enough brokers',
      { application: 'auto', brokers: 1 },
      /offsets\.topic\.replication\.factor is 3.*number of brokers, 1/,
    ],
    ['transactions without enough brokers', { transactional: 1, brokers: 2 }, /transaction\.state\.log\.replication\.factor is 3/],
    [
      'an application that waits for commits that do not come',
      { application: 'auto', set: ['consumer.enable.auto.commit=false'] },
      /--application auto: the client commits nothing/,
    ],
    [
      'a session that brokers refuse',
      { application: 'auto', set: ['consumer.session.timeout.ms=4000'] },
      /session\.timeout\.ms is 4000, and the brokers' group\.min\.session\.timeout\.ms is 6000/,
    ],
    [
      'a protocol that brokers do not speak',
      { application: 'auto', set: ['consumer.group.protocol=consumer'] },
      /brokers of Kafka 3\.9 do not speak the consumer protocol/,
    ],
  ])('%s is refused', (_what, options, message) => {
    expect(() => configurationFrom(options)).toThrow(message);
  });
});
