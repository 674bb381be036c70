import { propertiesFile } from 'trialrun/vitest';
import type { Configuration } from 'trialrun';
import { describe, expect, it } from 'vitest';

/** What this service and the platform team have in production. */
const production: Configuration = {
  serverProperties: propertiesFile('config/server.properties'),
  producerProperties: propertiesFile('config/producer.properties'),
};

/** A few worlds for every push; the nightly build sets TRIAL_SEEDS=200. */
const seeds = Number(process.env['TRIAL_SEEDS'] ?? 12);

describe('our Kafka configuration', () => {
  it('loses no order that was acknowledged', () => {
    expect(production).toHold('no-acknowledged-loss', { seeds });
  });

  it('processes every order at least once', () => {
    const service = { ...production, consumerProperties: propertiesFile('config/consumer.properties') };
    expect(service).toHold('at-least-once', { seeds, faults: ['crash', 'pause', 'client'] });
  });

  it('survives the outage that we once had', () => {
    expect('test/outage.yaml').toHold();
  });
});
