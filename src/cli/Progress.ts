/** One line on stderr that is overwritten as the work goes on; nothing at all where stderr is no terminal. */
import { grouped } from '../report/numbers.js';
import { columns } from './output.js';
import type { SeedRunner } from './SeedRunner.js';

const REDRAW_MS = 100;

export class Progress {
  private readonly shown = process.stderr.isTTY === true;
  private lastMs = 0;

  /** Seeds, rate, faults and how long it may still take. */
  seeds(runner: SeedRunner): void {
    const seconds = runner.elapsedMs / 1000;
    const { tried, campaign } = runner.gathered;
    const rate = runner.triedNow / Math.max(0.001, seconds);
    const { timeMs } = runner.options;
    const seeds = runner.asked;
    const left = [
      ...(seeds === null ? [] : [(seeds - tried) / Math.max(0.001, rate)]),
      ...(timeMs === null ? [] : [timeMs / 1000 - seconds]),
    ];
    const of = seeds === null ? '' : `/${grouped(seeds)}`;
    const eta = left.length === 0 ? '' : `, ${Math.max(0, Math.ceil(Math.min(...left)))} s left`;
    this.line(
      `  ${grouped(tried)}${of} seeds, ${rate.toFixed(0)}/s, ${grouped(campaign.totals().faults)} faults${eta}${runner.lastShape === '' ? '' : `; ${runner.lastShape}`}`.slice(
        0,
        columns(),
      ),
    );
  }

  line(text: string): void {
    const now = Date.now();
    if (!this.shown || now - this.lastMs < REDRAW_MS) return;
    this.lastMs = now;
    process.stderr.write(`\r\u001b[2K${text}`);
  }

  /** Says something at once. */
  say(text: string): void {
    this.lastMs = 0;
    this.line(text);
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[2K');
  }
}
