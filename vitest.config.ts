import { defineConfig } from 'vitest/config';
import { blindChecker } from './tools/blindChecker.js';

/** The one place where coverage is demanded (per cent of what `src/` holds). */
const coverageThresholds = { lines: 85, branches: 75 };

/** `npm run mutants -- --checkers` names a checker whose tests are to see it blind. */
const blind = process.env['TRIALRUN_BLIND_CHECKER'];

export default defineConfig({
  plugins: blind === undefined ? [] : [blindChecker(blind)],
  test: {
    pool: 'forks',
    // Vitest leaves one core free, which on two cores is half of them.
    maxWorkers: '100%',
    reporters: ['default', './tools/plainReporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts', 'src/**/testing.ts', 'src/**/*.d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: coverageThresholds,
    },
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'properties',
          include: ['properties/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
