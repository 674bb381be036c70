/** How much memory another process holds: what V8's own limit does not see (typed arrays, chiefly) counts too. */
import { readFileSync } from 'node:fs';

/** In megabytes; 0 where the system does not tell (anything but Linux) or the process has ended. */
export function residentMb(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
