import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A trial takes some seconds.
    testTimeout: 120_000,
    reporters: ['default', 'trialrun/vitest-reporter'],
  },
});
