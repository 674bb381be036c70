import { describe, expect, it } from 'vitest';
import { compareReleases, kafkaReleases } from '../protocol/release.js';
import { defaultIn } from './definition.js';
import { configKinds, definitionsOf, lookup, nearestName } from './lookup.js';
import { parseValue } from './parseValue.js';

describe('the tables of properties', () => {
  for (const kind of configKinds) {
    it(`name each ${kind} property once`, () => {
      const names = definitionsOf(kind).map((definition) => definition.name);
      expect(names.length).toBe(new Set(names).size);
    });

    it(`give each ${kind} property defaults that it accepts itself`, () => {
      for (const definition of definitionsOf(kind)) {
        for (const release of kafkaReleases) {
          const value = defaultIn(definition, release);
          if (value === null || (typeof value === 'string' && value === '')) continue;
          expect(parseValue(definition, String(value)), `${definition.name} in ${release}`).toEqual({ value });
        }
      }
    });

    it(`list what changed of each ${kind} property oldest first`, () => {
      for (const definition of definitionsOf(kind)) {
        const versions = (definition.was ?? []).map(([before]) => before);
        expect(versions.slice().sort(compareReleases), definition.name).toEqual(versions);
      }
    });
  }

  it('know old and new names, and which of them are modelled', () => {
    expect(lookup('broker', 'replica.lag.max.messages')).toMatchObject({ until: '0.8.2', modelled: true, defaultValue: 4000 });
    expect(lookup('broker', 'zookeeper.connect')).toMatchObject({ modelled: false });
    expect(lookup('producer', 'request.required.acks')).toMatchObject({ modelled: false, until: '1.1' });
    expect(lookup('consumer', 'group.id')).toMatchObject({ modelled: true });
    expect(lookup('consumer', 'allow.auto.create.topics')).toMatchObject({ modelled: false });
    expect(lookup('topic', 'cleanup.policy')).toMatchObject({ modelled: true, defaultValue: 'delete' });
    expect(lookup('topic', 'acks')).toBeUndefined();
  });
});

describe('the nearest name', () => {
  it('forgives slips, swapped letters, case, and other ways to separate words', () => {
    expect(nearestName('broker', 'min.in.sync.replicas')).toBe('min.insync.replicas');
    expect(nearestName('broker', 'min.insycn.replicas')).toBe('min.insync.replicas');
    expect(nearestName('broker', 'MIN_INSYNC_REPLICAS')).toBe('min.insync.replicas');
    expect(nearestName('producer', 'lingerMs')).toBe('linger.ms');
    expect(nearestName('producer', 'ack')).toBe('acks');
    expect(nearestName('consumer', 'auto.offset.rest')).toBe('auto.offset.reset');
  });

  it('finds a name by its words when too much of it is missing', () => {
    expect(nearestName('broker', 'replication.factor')).toBe('default.replication.factor');
  });

  it('has nothing to say about a name that resembles none', () => {
    expect(nearestName('producer', 'database.password.rotation')).toBeUndefined();
  });
});
