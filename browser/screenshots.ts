/** `npm run screenshots`: the pictures that the README shows, taken of the gallery as it is. Needs Chromium. */
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.js';

interface Picture {
  /** Below reports/. */
  readonly page: string;
  /** Below docs/. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

const PICTURES: readonly Picture[] = [
  { page: 'acks-1/index.html', file: 'page.png', width: 1200, height: 1960 },
  { page: 'index.html', file: 'gallery.png', width: 1200, height: 980 },
];

const browser = await launchChromium();
try {
  for (const { page: address, file, width, height } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' });
    await page.goto(new URL(`../reports/${address}`, import.meta.url).href);
    const path = fileURLToPath(new URL(`../docs/${file}`, import.meta.url));
    await page.screenshot({ path });
    console.log(`docs/${file}: ${width} × ${height}, of reports/${address}`);
  }
} finally {
  await browser.close();
}
