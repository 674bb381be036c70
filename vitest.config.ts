import { defineConfig } from 'vitest/config';
import { checkerMutant } from './tools/checkerMutant.js';

/** The one place where coverage is demanded (per cent of what `src/` holds). */
const coverageThresholds = { lines: 85, branches: 75 };

/** `npm run mutants -- --part checkers` names a fault and the checker whose tests are to find it. */
const mutant = process.env['TRIALRUN_CHECKER_MUTANT'];

export default defineConfig({
  plugins: mutant === undefined ? [] : [checkerMutant(mutant)],
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
