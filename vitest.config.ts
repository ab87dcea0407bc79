import { defineConfig } from 'vitest/config'

/** Bounds for a busy machine: a condition that holds is seen at once, however long it may take. */
const patient = { testTimeout: 90_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } }

/** `npm test` runs all; `vitest run --project unit` one. Integration and e2e each share one embedded stack. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...patient } },
      {
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          globalSetup: ['test/infra/synthesise.ts'],
          ...patient,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/start-embedded-stores.ts'],
          // After all others; many of these wait for time to pass.
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
          ...patient,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/start-stack.ts'],
          maxWorkers: 2,
          ...patient,
        },
      },
      {
        test: {
          name: 'client',
          include: ['test/client/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          ...patient,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/find-chromium.ts'],
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
          ...patient,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          ...patient,
          testTimeout: 180_000,
        },
      },
    ],
  },
})
