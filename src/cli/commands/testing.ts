/** For tests of commands: what they print, caught, and a folder for the files that they are given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';

/** For the test file that calls {@link catchOutput}; gone when it is done. */
export let folder = '';
/** What was printed since the test began or {@link forgetOutput}. */
export let out = '';
export let err = '';

/** To be called once, at the top of a test file. */
export function catchOutput(): void {
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'trialrun-commands-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    forgetOutput();
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => vi.restoreAllMocks());
}

export function forgetOutput(): void {
  [out, err] = ['', ''];
}

/** @returns the path of a new file in the folder. */
export function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
