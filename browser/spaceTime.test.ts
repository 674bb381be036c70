import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { opened, studied } from '../src/report/analysis/testing.js';
import { runPage } from '../src/report/page/runPage.js';
import { scenarioOf, TROUBLED } from '../src/report/traffic/testing.js';
import { launchChromium } from './chromium.js';
import { OpenPage } from './OpenPage.js';

const scenario = scenarioOf(TROUBLED);

let browser: Browser;
let folder: string;
let url: string;
let open: OpenPage;
let page: Page;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trialrun-space-time-'));
  const path = join(folder, 'index.html');
  writeFileSync(path, runPage(opened(scenario, studied(scenario).study).report));
  url = pathToFileURL(path).href;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  open = await OpenPage.at(browser, url);
  page = open.page;
});
afterEach(async () => {
  expect(open.complaints).toEqual([]);
  await open.close();
});

/** Times on the axis, each once. */
const axis = (on = page): Promise<string> =>
  on.$$eval('.st-axis text', (texts) => [...new Set(texts.map((text) => text.textContent))].join(' '));
const shown = (selector: string): Promise<number> => page.$$eval(`${selector}:not([display])`, (elements) => elements.length);
/** As the page has it now; Playwright's own lags behind what a script writes. */
const address = (): Promise<string> => page.evaluate(() => location.href);
const details = (): Promise<string> => page.innerText('.st-details');
const inFocus = (): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

describe('the diagram of the surroundings', () => {
  it('zooms, moves and shows all again, by buttons', async () => {
    const all = await axis();
    await page.click('[data-act=in]');
    const near = await axis();
    await page.click('[data-act=right]');
    expect(new Set([all, near, await axis()]).size).toBe(3);
    await page.click('[data-act=all]');
    expect(await axis()).toBe(all);
  });

  it('zooms with Ctrl and the wheel, moves by dragging, and leaves the plain wheel to the page', async () => {
    const all = await axis();
    await page.locator('.st-chart').scrollIntoViewIfNeeded();
    await page.hover('.st-chart');
    await page.mouse.wheel(0, 40);
    expect(await axis()).toBe(all);
    await page.hover('.st-chart');
    await page.keyboard.down('Control');
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await expect.poll(() => axis()).not.toBe(all);
    const near = await address();
    await page.hover('.st-chart');
    await page.mouse.down();
    await page.mouse.move(400, 400, { steps: 4 });
    await page.mouse.up();
    expect(await address()).not.toBe(near);
  });

  it('can be used with the keyboard alone', async () => {
    const all = await axis();
    await page.focus('.st-chart');
    await page.keyboard.press('+');
    expect(await axis()).not.toBe(all);
    await page.keyboard.press('0');
    expect(await axis()).toBe(all);
    await page.keyboard.press('Enter');
    const first = await inFocus();
    await page.keyboard.press('ArrowRight');
    const second = await inFocus();
    expect(second).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await details()).toContain(second?.split(', ')[1]);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.classList.contains('st-chart'))).toBe(true);
  });

  it('walks through the story: each step tells of the event of a sentence', async () => {
    await page.click('[data-act=next]');
    expect(await details()).toMatch(/Sentence \d+/);
    const first = await details();
    await page.click('[data-act=next]');
    expect(await details()).not.toBe(first);
    await page.click('[data-act=previous]');
    expect(await details()).toBe(first);
  });

  it('hides messages by family and lanes with all that is on them', async () => {
    await page.click('.st-filters summary');
    const messages = await shown('.st-messages path');
    await page.uncheck('.st-filters input[value=zookeeper]');
    expect(await shown('.st-messages path.f-zookeeper')).toBe(0);
    expect(await shown('.st-messages path')).toBeLessThan(messages);
    const height = Number(await page.getAttribute('.st-chart', 'height'));
    await page.uncheck('.st-filters input[name=l][value="0"]');
    expect(Number(await page.getAttribute('.st-chart', 'height'))).toBeLessThan(height);
    await page.uncheck('.st-filters input[value=processes]');
    expect(await shown('[data-e].g-processes')).toBe(0);
  });

  it('keeps in its address what is seen, for whoever gets it', async () => {
    await page.click('.st-filters summary');
    await page.uncheck('.st-filters input[value=zookeeper]');
    await page.click('[data-act=next]');
    const [times, told] = [await axis(), await details()];
    const other = await OpenPage.at(browser, await address());
    expect(await axis(other.page)).toBe(times);
    expect(await other.page.innerText('.st-details')).toBe(told);
    expect(await other.page.isChecked('.st-filters input[value=zookeeper]')).toBe(false);
    expect(other.complaints).toEqual([]);
    await other.close();
  });

  it('has a lasting address for every event: its row in the table', async () => {
    const id = await page.$eval('[data-e^=event-]', (mark) => mark.getAttribute('data-e'));
    const other = await OpenPage.at(browser, `${url}#${id}`);
    await expect.poll(() => other.page.isVisible(`#${id}`)).toBe(true);
    await other.close();
  });

  it('tells of the message that somebody clicks on', async () => {
    await page.click('[data-act=next]');
    await page.locator('.st-chart').scrollIntoViewIfNeeded();
    // One that lies in the window as a whole, with nothing on top of its middle. Tried again, since the page may still be scrolling.
    const clickMessage = async (): Promise<string> => {
      const at = await page.$$eval('.st-messages path.bears:not([display])', (paths) => {
        const chart = document.querySelector('.st-chart')?.getBoundingClientRect();
        const middles = paths.flatMap((path): [number, number][] => {
          const { left, right, width, x, y, height } = path.getBoundingClientRect();
          const inside = width > 20 && left > (chart?.left ?? 0) + 120 && right < (chart?.right ?? 0);
          const [middleX, middleY] = [x + width / 2, y + height / 2];
          const top = document.elementFromPoint(middleX, middleY);
          const free = top !== null && top.closest('.st-chart') !== null && top.closest('[data-e]') === null;
          return inside && free ? [[middleX, middleY]] : [];
        });
        return middles[0] ?? null;
      });
      if (at !== null) await page.mouse.click(at[0], at[1]);
      return address();
    };
    await expect.poll(clickMessage).toContain('at=message-');
    expect(await details()).toMatch(/request|response/);
  });

  it('is complete without the script: drawn, with its tables, and without controls that do nothing', async () => {
    const plain = await OpenPage.at(browser, url, false);
    expect(await plain.page.isVisible('.st-chart')).toBe(true);
    expect(await plain.page.isVisible('.st-tools')).toBe(false);
    expect(await plain.page.locator('#st-events tr').count()).toBeGreaterThan(50);
    await plain.close();
  });

  it('keeps to the screen and to the rules of accessibility', async () => {
    expect(await open.overflows()).toEqual([]);
    expect(await open.inaccessible()).toEqual([]);
  });
});
