/** A page in the browser, with everything that it said and asked for. */
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';

export const SIZES = [
  ['phone', 390, 844],
  ['laptop', 1280, 800],
  ['wide', 1920, 1080],
] as const;
export const SCHEMES = ['light', 'dark'] as const;

const require = createRequire(import.meta.url);
const axePath = require.resolve('axe-core/axe.min.js');

export class OpenPage {
  /** Messages on the console, errors, and requests for anything but the page itself. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly url: string,
  ) {}

  /** @param url of a file. */
  static async at(browser: Browser, url: string, javaScriptEnabled = true): Promise<OpenPage> {
    // The page's own policy would keep axe out as well as everything else; the tests of that policy say so themselves.
    const viewport = { width: 1280, height: 800 };
    // Without motion a test need not wait until the page has scrolled.
    const context = await browser.newContext({ javaScriptEnabled, bypassCSP: true, viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const open = new OpenPage(page, url);
    page.on('console', (message) => open.complaints.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => open.complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => void (open.complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
    page.on(
      'request',
      (request) => void (request.url().split('#')[0] === url.split('#')[0] || open.complaints.push(`request: ${request.url()}`)),
    );
    await page.goto(url);
    return open;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** How much the body is wider than the window, for each size and scheme in which it is: `phone dark: 12 px`. */
  async overflows(): Promise<string[]> {
    const found: string[] = [];
    for (const [size, width, height] of SIZES) {
      await this.page.setViewportSize({ width, height });
      for (const colorScheme of SCHEMES) {
        await this.page.emulateMedia({ colorScheme });
        const excess = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (excess > 0) found.push(`${size} ${colorScheme}: ${excess} px too wide`);
      }
    }
    return found;
  }

  /** Serious and critical violations of accessibility rules, in both schemes. */
  async inaccessible(): Promise<string[]> {
    const found = new Set<string>();
    await this.page.setViewportSize({ width: 1280, height: 800 });
    await this.page.addScriptTag({ path: axePath });
    for (const colorScheme of SCHEMES) {
      await this.page.emulateMedia({ colorScheme });
      const violations = await this.page.evaluate(runAxe);
      for (const violation of violations) found.add(`${colorScheme}: ${violation}`);
    }
    return [...found];
  }

  /** Targets of links as they are written. */
  links(): Promise<string[]> {
    return this.page.$$eval('a[href]', (links) => links.map((link) => link.getAttribute('href') ?? ''));
  }

  /** Every id, and how often it is there. */
  ids(): Promise<string[]> {
    return this.page.$$eval('[id]', (elements) => elements.map(({ id }) => id));
  }

  /** What can be reached with the keyboard, and what the Tab key reached. */
  async tabbed(): Promise<{ readonly wanted: number; readonly reached: number }> {
    const selector = 'a[href], button, summary, input, select, textarea, [tabindex="0"]';
    const wanted = await this.page.$$eval(
      selector,
      (elements) => elements.filter((element) => (element as HTMLElement).checkVisibility()).length,
    );
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    for (let i = 0; i < wanted + 5; i++) {
      await this.page.keyboard.press('Tab');
      await this.page.evaluate(() => document.activeElement?.setAttribute('data-reached', ''));
    }
    const reached = await this.page.$$eval(
      selector,
      (elements) => elements.filter((element) => element.hasAttribute('data-reached')).length,
    );
    return { wanted, reached };
  }
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** In the page. */
async function runAxe(): Promise<string[]> {
  const { axe } = window as unknown as { axe: { run(): Promise<{ violations: readonly AxeViolation[] }> } };
  const { violations } = await axe.run();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}), ${nodes.length} times, first ${nodes[0]?.html.slice(0, 160) ?? ''}`);
}
