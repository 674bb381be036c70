import { describe, expect, it } from 'vitest';
import type { KafkaRelease } from '../protocol/release.js';
import { parseProperties } from './parseProperties.js';

/** Kafka's refusals, as `name: message`, for these lines of a consumer.properties. */
function refusals(release: KafkaRelease, ...lines: string[]): string[] {
  const entries = lines.map((line) => ({
    name: line.slice(0, line.indexOf('=')),
    value: line.slice(line.indexOf('=') + 1),
    where: 'consumer.properties',
  }));
  return parseProperties('consumer', entries, release).problems.map(({ name, message }) => `${name}: ${message}`);
}

describe('a consumer of a group', () => {
  it('needs heartbeats more often than its session lasts, by whichever of the two was set', () => {
    expect(refusals('3.9', 'group.id=g', 'session.timeout.ms=6000', 'heartbeat.interval.ms=6000')).toEqual([
      expect.stringMatching(/^heartbeat.interval.ms: heartbeat.interval.ms = 6000 is not less than session.timeout.ms = 6000/),
    ]);
    expect(refusals('3.9', 'group.id=g', 'session.timeout.ms=2000')).toEqual([
      expect.stringMatching(/^session.timeout.ms: .*heartbeat.interval.ms = 3000/),
    ]);
    expect(refusals('3.9', 'group.id=g', 'session.timeout.ms=6000', 'heartbeat.interval.ms=2000')).toEqual([]);
  });

  it('is refused what only a group can have when group.id is missing', () => {
    expect(refusals('3.9', 'enable.auto.commit=true', 'group.instance.id=i1')).toEqual([
      expect.stringMatching(/^enable.auto.commit: .*group.id/),
      expect.stringMatching(/^group.instance.id: .*group.id/),
    ]);
    expect(refusals('3.9', 'enable.auto.commit=true', 'group.instance.id=i1', 'group.id=g')).toEqual([]);
    expect(refusals('3.9', 'auto.commit.interval.ms=1000')).toEqual([]);
  });

  it('leaves assignor and session to the broker under group.protocol=consumer', () => {
    const settings = ['group.id=g', 'partition.assignment.strategy=RangeAssignor', 'session.timeout.ms=10000'];
    expect(refusals('3.9', ...settings, 'group.protocol=consumer')).toEqual([
      expect.stringMatching(/^partition.assignment.strategy: .*group.protocol=consumer/),
      expect.stringMatching(/^session.timeout.ms: .*group.protocol=consumer/),
    ]);
    expect(refusals('3.9', ...settings)).toEqual([]);
  });

  it('must name assignors that exist', () => {
    expect(refusals('3.9', 'group.id=g', 'partition.assignment.strategy=com.example.Mine,RangeAssignor')).toEqual([
      expect.stringMatching(/^partition.assignment.strategy: "com.example.Mine"/),
    ]);
  });
});
