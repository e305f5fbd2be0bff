import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their sources, so nothing needs building before a test.
const conditions = ['@atoll/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions: [...conditions, 'node', 'module', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'e2e/src/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'examples/**/*.test.ts',
      'interop/generate/**/*.test.ts',
      'scripts/**/*.test.mjs',
      'site/build/**/*.test.mjs',
    ],
    globalSetup: ['packages/testkit/src/announce-vectors.ts', 'apps/pds/test/provoked-errors.setup.ts'],
    setupFiles: ['packages/testkit/src/fixed-seed.ts'],
    // Many tests wait for servers, disks and clocks: two at a time, also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A process for each file cost a quarter of the time. So a file must leave nothing behind:
    // neither clocks nor globals that it has replaced.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
