import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dirname, join, relative, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.js';
import { OpenPage } from './OpenPage.js';

const reports = fileURLToPath(new URL('../reports/', import.meta.url));
/** The folders that are kept: what git does not ignore. */
const folders = [...readFileSync(new URL('../.gitignore', import.meta.url), 'utf8').matchAll(/^!reports\/([\w-]+)\/$/gm)].map(
  ([, name]) => name as string,
);
const pages = [
  join(reports, 'index.html'),
  ...folders.flatMap((folder) =>
    readdirSync(join(reports, folder))
      .filter((name) => name.endsWith('.html'))
      .map((name) => join(reports, folder, name)),
  ),
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
});

it('there are ten analyses', () => {
  expect(folders.map((folder) => existsSync(join(reports, folder, 'analysis.html')))).toEqual(Array.from({ length: 10 }, () => true));
});

describe.each(pages.map((path) => [relative(reports, path), path]))('%s', (_name, path) => {
  let open: OpenPage;
  beforeAll(async () => {
    open = await OpenPage.at(browser, pathToFileURL(path).href);
  });
  afterAll(async () => {
    await open?.close();
  });

  it('fits a phone, a laptop and a wide screen, light and dark', async () => {
    expect(await open.overflows()).toEqual([]);
  });

  it('has no serious or critical obstacle for those who cannot see, or point', async () => {
    expect(await open.inaccessible()).toEqual([]);
  });

  it('leads somewhere with every link, and names nothing twice', async () => {
    const ids = await open.ids();
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const links = await open.links();
    const broken = [...new Set(links)].filter((href) => !isThere(href, new Set(ids)));
    expect(broken).toEqual([]);
  });

  it('prints', async () => {
    await open.page.emulateMedia({ media: 'print' });
    const pdf = await open.page.pdf({ format: 'A4' });
    await open.page.emulateMedia({ media: 'screen' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('can be used with the Tab key alone', async () => {
    const { wanted, reached } = await open.tabbed();
    expect(reached).toBe(wanted);
  });

  it('says nothing on the console and asks nothing of any network', () => {
    expect(open.complaints).toEqual([]);
  });

  it('tells its story without a script', async () => {
    const plain = await OpenPage.at(browser, pathToFileURL(path).href, false);
    expect(await plain.page.locator('h1').innerText()).not.toBe('');
    expect((await plain.page.locator('main').innerText()).length).toBeGreaterThan(1_000);
    await plain.close();
  });

  /** `#id` of this page, or a file beside it, with the id that is asked of it. */
  function isThere(href: string, ids: ReadonlySet<string>): boolean {
    const [file = '', id] = href.split('#');
    if (file === '') return id !== undefined && ids.has(decodeURIComponent(id));
    if (/^[a-z]+:/.test(file)) return false;
    const target = resolve(dirname(path), decodeURIComponent(file));
    return existsSync(target) && (id === undefined || readFileSync(target, 'utf8').includes(`id="${id}"`));
  }
});
