import { defineConfig } from 'vitest/config'

const slow = { testTimeout: 90_000, hookTimeout: 120_000 }

/** `npm test` runs all; `vitest run --project unit` one. Integration and e2e each share one embedded stack. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/start-embedded-stores.ts'],
          maxWorkers: 2,
          ...slow,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/start-stack.ts'],
          maxWorkers: 2,
          ...slow,
        },
      },
    ],
  },
})
