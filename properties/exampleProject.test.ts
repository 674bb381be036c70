import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installTrialrun, repository, runVitest } from './exampleProject.js';

describe('the example project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-service-'));
  const producer = join(folder, 'config', 'producer.properties');

  beforeAll(() => {
    cpSync(join(repository, 'examples', 'orders-service'), folder, { recursive: true });
    installTrialrun(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes as it is, and says what was on trial', async () => {
    const { exitCode, output } = await runVitest(folder);
    expect(output).toMatch(/held {2}no-acknowledged-loss {2}12 seeds/);
    expect(output).toContain('All 3 trials as expected.');
    expect(exitCode).toBe(0);
    expect(existsSync(join(folder, 'reports'))).toBe(false);
  });

  it('fails with acks=1, with the story of the loss and a scenario that shows it again', async () => {
    const unsafe = readFileSync(producer, 'utf8').replace('acks=all', 'acks=1').replace('enable.idempotence=true\n', '');
    writeFileSync(producer, unsafe);
    const summary = join(folder, 'summary.md');
    const { exitCode, output } = await runVitest(folder, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/Message \d+ was acknowledged in orders-\d at offset \d+ at [\d.]+ s and is gone/);
    expect(output).toContain('the last copy of message');
    expect(output).toContain('Remedy: acks=all with min.insync.replicas=2');
    expect(output).toContain('1 of 3 trials not as expected.');
    expect(output).toMatch(/^::error file=test\/kafka\.test\.ts,title=our Kafka configuration > loses no order/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/\| ✗ \| .*loses no order.* \| no-acknowledged-loss \| violated \|/);
    const [, saved = ''] = /npx trialrun replay (\S+scenario\.yaml)/.exec(output) ?? [];
    expect(readFileSync(join(folder, saved), 'utf8')).toContain('guarantee: no-acknowledged-loss');
    expect(readFileSync(join(folder, saved, '..', 'index.html'), 'utf8')).toContain('<!doctype html>');
  });
});
