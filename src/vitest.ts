/**
 * Puts Kafka configurations on trial in a vitest suite: `import 'trialrun/vitest'` in a test file, or name it in `setupFiles`, and `expect` has a matcher
 * {@link TrialMatchers.toHold | toHold}. Needs vitest 4.
 *
 * @packageDocumentation
 */
import { expect } from 'vitest';
import type { GuaranteeName } from './check/Finding.js';
import type { PropertiesFile } from './library/Configuration.js';
import { textOf } from './vitest/Subject.js';
import { toHold } from './vitest/toHold.js';
import type { TrialOptions } from './vitest/trial.js';

export type { TrialOptions } from './vitest/trial.js';

/** What `expect(…)` can do besides. */
export interface TrialMatchers<R = unknown> {
  /**
   * Puts a scenario, a scenario file or a configuration on trial.
   *
   * Takes a `Scenario` object, the path of a scenario file (YAML or JSON, absolute or from the folder in which vitest was started; or a URL), or a
   * `Configuration`, of which 20 seeds are tried unless `seeds` says otherwise. Fails with the story of what was lost, and saves the run that shows
   * it. What was not put to the test is not held: it fails, and says what was lacking. `not.toHold` passes only where a violation was found.
   *
   * Synchronous. A configuration takes some seconds: give such tests a `timeout`.
   *
   * @param guarantees what has to hold. Default: everything that the scenario requires, or that the configuration promises.
   * @throws TrialrunError when the scenario, the configuration or an option is wrong; also with `not`.
   */
  toHold(guarantees?: GuaranteeName | readonly GuaranteeName[], options?: TrialOptions): R;
  /** The same with nothing but options. */
  toHold(options: TrialOptions): R;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type -- has to repeat vitest's own declaration
  interface Matchers<T = any> extends TrialMatchers<T> {}
}

/**
 * Reads a Java `.properties` file for a configuration on trial.
 *
 * @param path absolute, or from the folder in which vitest was started; or a URL, such as `new URL('producer.properties', import.meta.url)`.
 * @throws TrialrunError when it cannot be read. What is wrong in it is told when it is put on trial.
 */
export function propertiesFile(path: string | URL): PropertiesFile {
  const name = path instanceof URL ? decodeURIComponent(path.pathname) : path;
  return { text: textOf(name, 'a .properties file'), name };
}

expect.extend({ toHold });
