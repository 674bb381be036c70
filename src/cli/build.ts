/** Which build of Trialrun this is: results of different builds must not be mixed, though both may call themselves by the same version. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled code, whether this module runs from there or from the sources. */
const dist = fileURLToPath(new URL('../../dist', import.meta.url));
/** What decides about the outcome of a run. */
const rooms = ['engine', 'kafka', 'zookeeper', 'check', 'workload', 'faults', 'scenario', 'explore'];

let known: string | undefined;

/** 12 hexadecimal digits over the compiled code that decides about runs. */
export function buildDigest(): string {
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const room of rooms.filter((name) => existsSync(join(dist, name)))) {
    const files = readdirSync(join(dist, room), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
    for (const path of files.sort((a, b) => (a < b ? -1 : 1))) {
      hash.update(`${room}/${path.split(sep).join('/')}\n`);
      hash.update(readFileSync(join(dist, room, path)));
    }
  }
  return (known = hash.digest('hex').slice(0, 12));
}
