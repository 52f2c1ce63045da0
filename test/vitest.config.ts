import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Nothing is measured by it: a busy machine takes several times as long as an idle one.
          testTimeout: 30_000,
          globalSetup: ['test/build.ts', 'test/postgres.ts'],
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/security/watch-secrets.ts'],
          exclude: ['test/browser/**'],
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
