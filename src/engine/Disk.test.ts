import { describe, expect, it } from 'vitest';
import { Disk, type LogFile } from './Disk.js';
import { Random } from './random.js';

function written(disk: Disk, flushed: number, total: number): LogFile<string> {
  const file = disk.log<string>('orders-0/0.log', (entry) => `${entry}!`);
  for (let i = 0; i < total; i++) {
    if (i === flushed) file.flush();
    file.append(`r${i}`, 100);
  }
  if (flushed === total) file.flush();
  return file;
}

function contents(file: LogFile<string>): string[] {
  return Array.from({ length: file.length }, (_, i) => file.at(i));
}

describe('Disk', () => {
  it('keeps the flushed prefix through power loss and nothing more when asked so', () => {
    const disk = new Disk();
    const file = written(disk, 3, 8);
    disk.losePower('none', new Random('x'));
    expect(contents(file)).toEqual(['r0', 'r1', 'r2']);
  });

  it('keeps some prefix of the unflushed tail, the entry after it torn now and then', () => {
    const lengths = new Set<number>();
    let torn = 0;
    for (let seed = 0; seed < 200; seed++) {
      const disk = new Disk();
      const file = written(disk, 3, 8);
      disk.losePower('random', new Random(String(seed)));
      const left = contents(file);
      const whole = left.filter((entry) => !entry.endsWith('!'));
      expect(whole).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'].slice(0, whole.length));
      if (whole.length < left.length) {
        torn++;
        expect(left[left.length - 1]).toBe(`r${left.length - 1}!`);
      }
      lengths.add(whole.length);
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(torn).toBeGreaterThan(10);
  });

  it('loses what a lying flush claimed to have written', () => {
    const disk = new Disk();
    disk.losesFlushes = true;
    const file = written(disk, 8, 8);
    disk.losePower('none', new Random('x'));
    expect(file.length).toBe(0);
  });

  it('refuses writes when full and takes them again when there is room', () => {
    const disk = new Disk();
    const file = written(disk, 1, 1);
    disk.full = true;
    expect(file.append('no', 1)).toBe(false);
    expect(disk.small<number>('checkpoint').replace(1)).toBe(false);
    disk.full = false;
    expect(file.append('yes', 1)).toBe(true);
    expect(file.length).toBe(2);
  });

  it('shows a small file old or new after power loss, by whether it was synced', () => {
    const disk = new Disk();
    const file = disk.small<number>('checkpoint');
    file.replace(1);
    file.replaceUnsynced(2);
    expect(file.read()).toBe(2);
    disk.losePower('none', new Random('x'));
    expect(file.read()).toBe(1);
  });

  it('is empty after a wipe', () => {
    const disk = new Disk();
    written(disk, 8, 8);
    disk.wipe();
    expect(disk.paths('')).toEqual([]);
    expect(disk.log<string>('orders-0/0.log', (x) => x).length).toBe(0);
  });
});
