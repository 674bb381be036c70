/** The system's Chromium, driven by playwright-core, which brings none of its own. */
import { accessSync, constants } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/snap/bin/chromium'],
  ...['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
];

/** No updates, no telemetry, no second protocol: what asks for nothing else can be seen to ask for nothing. */
const FLAGS = [
  ...[
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  // As root, which is usual in containers, Chromium refuses to start with its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Path of a Chromium that can be run. @throws Error that says how to name one. */
export function chromiumPath(): string {
  const named = process.env['CHROMIUM_PATH'];
  const found = (named === undefined ? USUAL_PLACES : [named]).find(canRun);
  if (found !== undefined) return found;
  throw new Error(
    named === undefined
      ? 'no Chromium was found: install the package chromium, or name one with CHROMIUM_PATH'
      : `CHROMIUM_PATH ${named} cannot be run: give the path of Chromium or Chrome`,
  );
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS, headless: true });
}
