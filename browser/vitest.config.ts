import { defineConfig } from 'vitest/config';

/** `npm run browser`: looks at the reports in a real browser. Not part of `npm test`, which needs nothing but Node. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    name: 'browser',
    include: ['browser/*.test.ts'],
    // One browser, page after page: two cores have no room for more.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
