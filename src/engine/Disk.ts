/**
 * A machine's disk with its page cache. Files are of two sorts: append-only logs of typed entries with a flushed prefix, and small
 * files that are replaced whole (write to a temporary, fsync, rename).
 *
 * Models: a process kill keeps the page cache; power loss keeps the flushed prefix and any prefix of the rest, the next entry
 * possibly torn; wipe; full disk; I/O errors; slow disk; flushes that report success and do nothing; bit rot.
 * Leaves out: bytes (entries are objects with a size), directory fsync, out-of-order page writeback inside one file, and lost
 * truncations: a truncation is durable at once.
 */
import type { Random } from './random.js';

/** Makes the damaged copy of an entry that a torn write or bit rot leaves behind. */
export type Damage<T> = (entry: T) => T;

export class LogFile<T> {
  private readonly entries: T[] = [];
  private readonly sizes: number[] = [];
  private flushed = 0;

  constructor(
    readonly path: string,
    private readonly disk: Disk,
    private readonly damage: Damage<T>,
  ) {}

  get length(): number {
    return this.entries.length;
  }

  /** Entries that survive power loss for certain. */
  get flushedLength(): number {
    return this.flushed;
  }

  /** Into the page cache. False: the disk is full or broken, and nothing was written. */
  append(entry: T, sizeBytes: number): boolean {
    if (!this.disk.writable) return false;
    this.entries.push(entry);
    this.sizes.push(sizeBytes);
    this.disk.usedBytes += sizeBytes;
    return true;
  }

  at(index: number): T {
    return this.entries[index] as T;
  }

  /** Keeps the first `length` entries. */
  truncate(length: number): void {
    while (this.entries.length > length) {
      this.entries.pop();
      this.disk.usedBytes -= this.sizes.pop() ?? 0;
    }
    if (this.flushed > length) this.flushed = length;
  }

  /** fsync. A lying disk answers success and keeps the data in its cache. False: I/O error. */
  flush(): boolean {
    if (this.disk.ioError) return false;
    if (!this.disk.losesFlushes) this.flushed = this.entries.length;
    return true;
  }

  /** Damages one entry in place; the file's length stays. */
  rot(index: number): void {
    const entry = this.entries[index];
    if (entry !== undefined) this.entries[index] = this.damage(entry);
  }

  /** What the machine finds after power came back: the flushed prefix, `keep` more entries, and perhaps a torn one. */
  losePower(keep: number, torn: boolean): void {
    const length = this.flushed + keep;
    const tear = torn && length < this.entries.length;
    this.truncate(tear ? length + 1 : length);
    if (tear) this.rot(length);
    this.flushed = this.entries.length;
  }
}

/** A checkpoint: replaced as a whole, old or new after a crash, never a mixture. */
export class SmallFile<V> {
  private stored: V | undefined;
  private unsynced: V | undefined;

  constructor(
    readonly path: string,
    private readonly disk: Disk,
  ) {}

  /** What a reader finds, or undefined when it was never written. */
  read(): V | undefined {
    return this.unsynced ?? this.stored;
  }

  /** Temporary file, fsync, rename, done. False: the disk refused, the old content stands. */
  replace(value: V): boolean {
    if (!this.disk.writable) return false;
    this.stored = value;
    this.unsynced = undefined;
    return true;
  }

  /** The same without fsync: seen by readers at once, lost with the power. */
  replaceUnsynced(value: V): boolean {
    if (!this.disk.writable) return false;
    this.unsynced = value;
    return true;
  }

  losePower(): void {
    this.unsynced = undefined;
  }
}

/** How much of the unflushed tail survives power loss: `none` of it, or a `random` prefix, torn at its end now and then. */
export type TailSurvival = 'none' | 'random';

export class Disk {
  full = false;
  ioError = false;
  /** Flushes answer success and flush nothing (a lying disk). */
  losesFlushes = false;
  /** Writes and flushes take this many times as long. */
  slowdown = 1;
  usedBytes = 0;
  /** Time of an fsync on the healthy disk, microseconds. */
  flushUs = 1_000;

  private readonly logs = new Map<string, LogFile<unknown>>();
  private readonly smalls = new Map<string, SmallFile<unknown>>();

  get writable(): boolean {
    return !this.full && !this.ioError;
  }

  /** How long a write of so many bytes into the page cache holds its thread up, microseconds. */
  writeCostUs(sizeBytes: number): number {
    return this.slowdown === 1 ? 5 : Math.ceil((5 + sizeBytes / 1000) * this.slowdown);
  }

  /** How long an fsync holds its thread up, microseconds. */
  flushCostUs(): number {
    return Math.ceil(this.flushUs * this.slowdown);
  }

  /** Opens the log at `path`, or makes an empty one. */
  log<T>(path: string, damage: Damage<T>): LogFile<T> {
    let file = this.logs.get(path) as LogFile<T> | undefined;
    if (file === undefined) {
      file = new LogFile<T>(path, this, damage);
      this.logs.set(path, file as unknown as LogFile<unknown>);
    }
    return file;
  }

  /** Opens the small file at `path`; it reads as undefined until written. */
  small<V>(path: string): SmallFile<V> {
    let file = this.smalls.get(path) as SmallFile<V> | undefined;
    if (file === undefined) {
      file = new SmallFile<V>(path, this);
      this.smalls.set(path, file as unknown as SmallFile<unknown>);
    }
    return file;
  }

  /** Removes a file of either sort; a missing one is no error. */
  delete(path: string): void {
    this.logs.get(path)?.truncate(0);
    this.logs.delete(path);
    this.smalls.delete(path);
  }

  /** Paths of the log files that begin with `prefix`, in order of creation. */
  logPaths(prefix: string): string[] {
    return [...this.logs.keys()].filter((path) => path.startsWith(prefix));
  }

  /** Every file of either sort under `prefix`. */
  paths(prefix: string): string[] {
    return [...this.logPaths(prefix), ...[...this.smalls.keys()].filter((path) => path.startsWith(prefix))];
  }

  /** The log file at this exact path, or undefined. */
  existingLog(path: string): LogFile<unknown> | undefined {
    return this.logs.get(path);
  }

  /** The machine lost power: page cache gone. */
  losePower(survival: TailSurvival, random: Random): void {
    for (const file of this.logs.values()) {
      const unflushed = file.length - file.flushedLength;
      const keep = random.int(unflushed + 1);
      const torn = random.chance(0.3);
      if (survival === 'random') file.losePower(keep, torn);
      else file.losePower(0, false);
    }
    for (const file of this.smalls.values()) file.losePower();
  }

  /** A new, empty disk in the old one's place. */
  wipe(): void {
    this.logs.clear();
    this.smalls.clear();
    this.usedBytes = 0;
  }
}
