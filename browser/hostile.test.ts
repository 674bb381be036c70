import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analysisDocument, documentFiles } from '../src/report/analysis/analysisDocument.js';
import { losingScenario, opened, studied } from '../src/report/analysis/testing.js';
import { runPage } from '../src/report/page/runPage.js';
import type { Scenario } from '../src/scenario/Scenario.js';
import { launchChromium } from './chromium.js';
import { OpenPage } from './OpenPage.js';

/** What somebody might put into a title, a client id or a value, each with its own way of breaking out. */
const hostile = {
  'a script': '</title></script><script>window.broken = 1</script>',
  'an event handler': `"'><img src=x onerror="window.broken = 1"><svg onload="window.broken = 1">`,
  'the end of a style sheet': '</style><style>main { display: none }</style><!-- <![CDATA[',
  'control characters': 'a\u0000b\u0007c\u001bd\u007fe\u0085f',
  'the other direction': '\u202e\u2067 \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 12345',
  'a word without an end': 'x'.repeat(600),
};

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trialrun-hostile-'));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What holds of a harmless scenario's schedules; the names in it change nothing of that. */
const { study } = studied(losingScenario());

/** The same scenario with the text wherever a scenario, or whoever calls the library, may put one. */
function scenarioWith(text: string): Scenario {
  const scenario = losingScenario();
  const { producers, consumers } = scenario.workload;
  return {
    ...scenario,
    ...{ title: text, teaches: text, name: text },
    workload: {
      producers: producers.map((producer) => ({ ...producer, id: `p${text}` })),
      consumers: consumers.map((consumer) => ({ ...consumer, id: `c${text}`, properties: { ...consumer.properties, 'client.id': text } })),
    },
    faults: scenario.faults.map((fault) => ({ ...fault, id: `${fault.id}${text}` })),
  };
}

describe.each(Object.entries(hostile))('where a name holds %s', (name, text) => {
  const subject = opened(scenarioWith(text), study);
  const files = [['index.html', runPage({ ...subject.report, origin: text })] as const, ...documentFiles(analysisDocument([subject], '1'))];

  it.each(['index.html', 'analysis.html'])('%s runs nothing of it, shows it, and keeps its layout', async (file) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}-${file}`);
    writeFileSync(path, files.find(([own]) => own === file)?.[1] ?? '');
    const open = await OpenPage.at(browser, pathToFileURL(path).href);
    expect(await open.page.evaluate(() => 'broken' in window)).toBe(false);
    expect(open.complaints).toEqual([]);
    expect(await open.overflows()).toEqual([]);
    const shown = await open.page.locator('main').innerText();
    // What cannot be shown is replaced, and nothing else is lost.
    expect(shown).toContain(
      text
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
        .trim()
        .slice(0, 12),
    );
    expect(await open.page.locator('main').isVisible()).toBe(true);
    const ids = new Set(await open.ids());
    expect((await open.links()).filter((href) => href.startsWith('#') && !ids.has(href.slice(1)))).toEqual([]);
    await open.close();
  });
});
