/** Where the worker processes' module is. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built module beside this one; where the sources run as they are (in tests), the one of the last build. */
export function workerScript(): string {
  const beside = fileURLToPath(new URL('worker.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/cli/worker.js', import.meta.url));
}
