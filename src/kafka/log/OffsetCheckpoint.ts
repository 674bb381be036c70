/**
 * A file with one offset per partition (`replication-offset-checkpoint` and its like), after Kafka's OffsetCheckpointFile: written to a
 * temporary file, fsynced, renamed. The offsets are those of the write's beginning; a crash before the rename leaves the old file.
 * Writes of one file do not overlap: calls during a write lead to one more afterwards.
 */
import type { Disk } from '../../engine/Disk.js';
import type { Process } from '../../engine/Host.js';

export type Offsets = ReadonlyMap<number, number>;

export class OffsetCheckpoint {
  /** What the write in progress will leave in the file. */
  private writing: Offsets | undefined;
  private again = false;

  /** @param snapshot a fresh copy of the offsets, keyed by partition. */
  constructor(
    private readonly disk: Disk,
    readonly path: string,
    private readonly snapshot: () => Offsets,
    private readonly onWritten: (path: string, partitions: number) => void,
  ) {}

  /** The file's content; empty when there is none. */
  read(): Offsets {
    return this.disk.small<Offsets>(this.path).read() ?? new Map<number, number>();
  }

  /** Removes the temporary file that a crash left behind. True: there was one. */
  removeLeftover(): boolean {
    const left = this.disk.small<Offsets>(this.temporaryPath).read() !== undefined;
    this.disk.delete(this.temporaryPath);
    return left;
  }

  /** Writes at once, in place of a write in progress. False: the disk refused, the old file stands. */
  writeNow(): boolean {
    this.writing = undefined;
    this.again = false;
    return this.rename(this.snapshot());
  }

  /** Begins a write that ends after the time of an fsync, if the process lives that long. */
  write(process: Process): void {
    if (this.writing !== undefined) {
      this.again = true;
      return;
    }
    const offsets = this.snapshot();
    if (!this.disk.small<Offsets>(this.temporaryPath).replaceUnsynced(offsets)) return;
    this.writing = offsets;
    const finish = (): void => {
      if (this.writing !== offsets) return;
      this.writing = undefined;
      this.rename(offsets);
      if (!this.again) return;
      this.again = false;
      this.write(process);
    };
    process.after(this.disk.flushCostUs(), finish, undefined);
  }

  private rename(offsets: Offsets): boolean {
    this.disk.delete(this.temporaryPath);
    if (!this.disk.small<Offsets>(this.path).replace(offsets)) return false;
    this.onWritten(this.path, offsets.size);
    return true;
  }

  private get temporaryPath(): string {
    return `${this.path}.tmp`;
  }
}
