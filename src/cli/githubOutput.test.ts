import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { annotationText, markdownTable } from '../report/github.js';
import { catchOutput, err, file, folder, out } from './commands/testing.js';
import { run } from './commands/run.js';

catchOutput();

describe('GitHub Actions', () => {
  beforeEach(() => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    vi.stubEnv('GITHUB_STEP_SUMMARY', file('summary.md', 'before\n'));
  });
  afterEach(() => vi.unstubAllEnvs());

  const summary = (): string => readFileSync(`${folder}/summary.md`, 'utf8');

  it('is told of a violation by an annotation beside the JUnit XML on stdout, and by the summary of the job', async () => {
    expect(await run('b02-acks-1', { out: `${folder}/reports`, format: 'junit' })).toBe(1);
    expect(out).toMatch(/^<\?xml[^]*<failure type="no-acknowledged-loss"[^]*<\/testsuites>\n$/);
    expect(out.match(/<testcase /g)).toHaveLength(16);
    expect(err).toMatch(
      /^::error title=no-acknowledged-loss violated%3A Message 21 was acknowledged[^\n]*%0AReplay: npx trialrun replay [^\n]*scenario\.yaml\n$/,
    );
    expect(summary()).toMatch(/^before\n## acks=1 loses[^]*\| no-acknowledged-loss \| violated \|[^]*npx trialrun replay/);
  });

  it('gets the annotations on stdout, once, when they were asked for', async () => {
    await run('b02-acks-1', { out: `${folder}/reports`, format: 'github' });
    expect(out).toMatch(/^::error [^\n]*\n$/);
    expect(err).toBe('');
  });

  it('is not told of an error where everything held, and warned of what was not put to the test', async () => {
    expect(await run('b02-acks-1', { out: `${folder}/reports`, set: ['producer.acks=all'], format: 'json' })).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ 'valid?': true });
    expect(err).toBe('');
    const quiet = file('quiet.yaml', '{ name: quiet, duration: 3s, require: [no-acknowledged-loss] }');
    expect(await run(quiet, { out: `${folder}/reports`, format: 'github' })).toBe(2);
    expect(out).toMatch(/::warning title=quiet%3A not put to the test::no partition changed its leader/);
  });

  it('is told nothing elsewhere', async () => {
    vi.stubEnv('GITHUB_ACTIONS', '');
    await run('b02-acks-1', { out: `${folder}/reports`, format: 'json' });
    expect(err).toBe('');
    expect(summary()).toBe('before\n');
  });

  it('says which file it cannot write', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', `${folder}/nowhere/summary.md`);
    await expect(run('b02-acks-1', { out: `${folder}/reports`, format: 'json' })).rejects.toThrow(
      /GITHUB_STEP_SUMMARY .*nowhere.* cannot be written/,
    );
  });
});

describe('what is written for GitHub', () => {
  it('keeps an annotation in one line, whatever is in it', () => {
    const text = annotationText({ title: 'a: b, c\n::error::d', message: '100 %\r\n::stop-commands::x', file: 'a,b:c.ts' });
    expect(text).toBe('::error file=a%2Cb%3Ac.ts,title=a%3A b%2C c%0A%3A%3Aerror%3A%3Ad::100 %25%0D%0A::stop-commands::x');
  });

  it('lets no markup in a table have an effect', () => {
    const [, , row] = markdownTable(['x'], [['a|b <img src=x> `c`\n**d** & [e](f)']]);
    expect(row).toBe('| a\\|b \\<img src=x\\> \\`c\\` \\*\\*d\\*\\* &amp; \\[e\\](f) |');
  });
});
